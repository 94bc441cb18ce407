import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_CONFIGURATION: Final = lazy(
    r"(^|/)(?:vercel\.json|next\.config\.\w+|nginx[\w.-]*\.conf|Caddyfile)$"
)
_ORIGIN: Final = lazy(
    r"^(?![ \t]*(?:#|//))[^\n]*?\bAccess-Control-Allow-Origin[\"']?"
    r"(?:\s*,\s*[\"']?value[\"']?\s*:|[ \t])\s*[\"']?(?:\*|\$http_origin|\{[^}\n]*[oO]rigin\})(?=[\"';\s])",
    re.MULTILINE,
)
_CREDENTIALS: Final = lazy(
    r"Access-Control-Allow-Credentials[\"']?(?:\s*,\s*[\"']?value[\"']?\s*:|[ \t])\s*[\"']?true\b"
)
_CHECKED: Final = lazy(r"if\s*\(\s*\$http_origin|map\s+\$http_origin")
_NEAR: Final = 600
"""Characters between two headers of one block."""


def check(facts: Facts) -> Iterator[Hit]:
    """Yield blocks of headers that name every origin and allow credentials."""
    texts = facts.tree.texts
    for path in sorted(p for p in texts if _CONFIGURATION.search(p)):
        text = texts[path]
        if "Access-Control-Allow-Origin" not in text or _CHECKED.search(text):
            continue
        for match in _ORIGIN.finditer(text):
            around = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
            if _CREDENTIALS.search(around):
                line = text.count("\n", 0, match.start()) + 1
                line += match[0].partition("Access-Control-Allow-Origin")[0].count("\n")
                yield Hit(path, line, "The headers let every origin in, with credentials.")


RULE = Rule(
    requirement="browser:cors",
    category="cors-wildcard-with-credentials",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A configuration answers every origin and allows credentials.",
    why="Browsers refuse the wildcard with credentials, and whoever mends that by echoing the origin opens the accounts to every site.",
    remedy="Name the exact origin of the frontend, or leave the headers out where pages and API share an origin.",
    check=check,
    flagged=(
        Case(
            {
                "web/vercel.json": """\
{"headers": [{"source": "/api/(.*)", "headers": [
  {"key": "Access-Control-Allow-Origin", "value": "*"},
  {"key": "Access-Control-Allow-Credentials", "value": "true"}
]}]}
"""
            }
        ),
        Case(
            {
                "web/next.config.mjs": """\
export default {
  headers: async () => [{ source: "/api/:path*", headers: [
    { key: "Access-Control-Allow-Credentials", value: "true" },
    { key: "Access-Control-Allow-Origin", value: "*" },
  ] }],
};
"""
            }
        ),
        Case(
            {
                "deploy/nginx.conf": """\
location /api/ {
  add_header Access-Control-Allow-Origin $http_origin always;
  add_header Access-Control-Allow-Credentials true always;
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/vercel.json": """\
{"headers": [{"source": "/fonts/(.*)", "headers": [
  {"key": "Access-Control-Allow-Origin", "value": "*"}
]}]}
""",
                "web/next.config.mjs": """\
export default {
  headers: async () => [{ source: "/api/:path*", headers: [
    { key: "Access-Control-Allow-Credentials", value: "true" },
    { key: "Access-Control-Allow-Origin", value: "https://notes.example" },
  ] }],
};
""",
                "deploy/nginx.conf": """\
map $http_origin $known { "https://notes.example" $http_origin; }
location /api/ {
  add_header Access-Control-Allow-Origin $known always;
  add_header Access-Control-Allow-Credentials true always;
}
""",
            }
        ),
    ),
)
