import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_FETCH: Final = lazy(
    r"^(?:fetch|axios(?:\.\w+)?|httpx\.\w+|requests\.\w+|client\.(?:get|post|request))$"
)
_CHOSEN: Final = lazy(
    r"(?:searchParams\.get\(\s*[\"'](?:url|target|redirect|uri|endpoint)[\"']|body\.url\b|req(?:uest)?\.query\.url|query_params(?:\.get\(|\[)\s*[\"']url)"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield servers that fetch an address the caller chooses."""
    for module in (*facts.handlers, *facts.python):
        for call in module.calls:
            if not _FETCH.match(call.name) or not call.arguments:
                continue
            target = call.arguments[0].text
            function = module.function_of(call)
            text = function.text if function else module.code
            direct = _CHOSEN.search(target)
            through = re.fullmatch(r"\w+", target) and re.search(
                rf"\b{re.escape(target)}\s*=\s*[^\n;]*(?:{_CHOSEN.pattern})", text
            )
            if (direct or through) and not re.search(
                r"allow|startsWith\(|\.origin\b|hostname", text, re.IGNORECASE
            ):
                yield at(module, call, "The server fetches an address that the caller chooses.")


RULE = Rule(
    requirement="transport:one-place",
    category="ssrf-open-proxy",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The server fetches any address for anybody.",
    why="Callers reach services inside the network, and credentials are sent to strangers.",
    remedy="Fetch from a fixed list of origins only.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/proxy/route.ts": """\
export async function GET(request) {
  const url = new URL(request.url).searchParams.get("url");
  return fetch(url, { headers: { Authorization: token } });
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/proxy/route.ts": """\
export async function GET(request) {
  return fetch(`${process.env.API_URL}/tasks`, { headers: { Authorization: token } });
}
"""
            }
        ),
    ),
)
