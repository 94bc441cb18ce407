import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_REFLECTS: Final = lazy(
    r"headers\[\s*[\"']Access-Control-Allow-Origin[\"']\s*\]\s*=\s*(?:request\.headers|origin\b)",
    re.IGNORECASE,
)


_SENT: Final = lazy(
    r"[\"'`]Access-Control-Allow-Origin[\"'`]\s*[:,]\s*(?:\w+\.headers\.get\(\s*[\"'`]origin|(\w*[oO]rigin)\b)"
)
_LISTED: Final = lazy(
    r"\.(?:includes|has|test|some|find|endsWith)\(|===|allowed|trusted", re.IGNORECASE
)
_TRUSTED: Final = lazy(r"headers\??\.get\(\s*[\"'`](?:origin|host|referer)", re.IGNORECASE)


def _in_scripts(facts: Facts) -> Iterator[Hit]:
    for module, line, match in facts.matches(facts.scripts, _SENT):
        around = next(
            (f.text for f in module.functions if f.line <= line <= f.end_line), module.code
        )
        read = not match[1] or _TRUSTED.search(around)
        if read and not _LISTED.search(around) and "Allow-Credentials" in module.code:
            yield at(module, line, "Every origin is echoed, with credentials.")
    for issuer in facts.issuers.servers:
        given = issuer.options.get("trustedOrigins", "")
        if _TRUSTED.search(given) and not _LISTED.search(given):
            yield at(issuer.module, issuer.line_of(r"trustedOrigins"), "Every origin is trusted.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield answers that name the caller's own origin."""
    yield from _in_scripts(facts)
    for module, line, _ in facts.matches(facts.python, _REFLECTS):
        around = "\n".join(module.lines[max(0, line - 12) : line])
        if (
            not re.search(r"\bin\s+[\w.]*(?:origins|allowed)\w*", around, re.IGNORECASE)
            and "Allow-Credentials" in module.code
        ):
            yield at(module, line, "Every origin is echoed, with credentials.")


RULE = Rule(
    requirement="browser:cors",
    category="cors-reflects-origin",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The caller's origin is echoed.",
    why="Every web site may send requests for the user and read the answers.",
    remedy="Compare with a list of exact origins before answering.",
    check=check,
    flagged=(
        Case(
            {
                "lib/answer.ts": """\
export function open(request: Request, response: Response) {
  const origin = request.headers.get("origin") ?? "";
  response.headers.set("Access-Control-Allow-Origin", origin);
  response.headers.set("Access-Control-Allow-Credentials", "true");
  return response;
}
"""
            }
        ),
        Case(
            {
                "app/api/tasks/route.ts": """\
export async function OPTIONS(request) {
  const origin = request.headers.get("origin") ?? "*";
  return new Response(null, { headers: {
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Headers": "Authorization",
  } });
}
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ trustedOrigins: (request) => [request.headers.get("origin")] });
"""
            }
        ),
        Case(
            {
                "main.py": """\
def cors(request, response):
    response.headers["Access-Control-Allow-Origin"] = request.headers.get("origin")
    response.headers["Access-Control-Allow-Credentials"] = "true"
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
def on_error(request, error):
    headers = {}
    origin = request.headers.get("origin")
    if origin in settings.cors_origins:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Allow-Credentials"] = "true"
    return JSONResponse({"detail": "failed"}, 500, headers)
"""
            }
        ),
        Case(
            {
                "app/api/tasks/route.ts": """\
export async function OPTIONS(request) {
  const origin = request.headers.get("origin");
  if (!ALLOWED.includes(origin)) return new Response(null, { status: 403 });
  return new Response(null, { headers: {
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Headers": "Authorization",
  } });
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
def cors(origin, response):
    if origin in allowed_origins:
        response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Allow-Credentials"] = "true"
"""
            }
        ),
    ),
)
