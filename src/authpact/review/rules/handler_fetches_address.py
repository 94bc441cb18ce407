import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._addresses import CHECKED, NAMED
from authpact.review.facts._facts import Facts
from authpact.review.facts._handlers import handlers
from authpact.review.source._pattern import lazy

_ASKED: Final = r"(?:searchParams\.get\(|\.query\b|await\s+\w+\.json\(\)|await\s+\w+\.formData\(\)|formData\.get\(|\.body\b)"
_READ: Final = lazy(rf"\b(?:const|let)\s+(\w+)\s*(?::\s*\w+)?\s*=\s*[^;\n]*{_ASKED}")
_PARTS: Final = lazy(rf"\b(?:const|let)\s+\{{([^}}]*)\}}\s*(?::[^=]+)?=\s*[^;\n]*{_ASKED}")
_SINK: Final = lazy(
    r"^(?:fetch|got|ky|needle|request)$|^(?:axios|got|ky|undici|http|https)(?:\.\w+)?$|\.goto$"
)
_LISTED: Final = lazy(
    r"\.host\b|\.origin\b|\bnew Set\(|\.includes\(\s*\w*(?:host|url|target)|\bURL_PATTERN",
    re.IGNORECASE,
)


def _addresses(text: str) -> set[str]:
    """Return the variables of a handler that hold an address the caller chose."""
    found = set(_READ.findall(text))
    for inner in _PARTS.findall(text):
        names = (p.rpartition(":")[2].partition("=")[0].strip() for p in inner.split(","))
        found |= {n for n in names if NAMED.match(n)}
    for name in tuple(found):
        found |= set(re.findall(rf"\b(?:const|let)\s+(\w+)\s*=\s*new URL\(\s*{name}\s*\)", text))
    return found


def check(facts: Facts) -> Iterator[Hit]:
    """Yield route handlers that fetch an address of the request."""
    for handler in handlers(facts):
        text = handler.function.text
        if CHECKED.search(text) or _LISTED.search(text):
            continue
        names = _addresses(text)
        for call in handler.module.calls_in(handler.function) if names else ():
            first = call.arguments[0].text.strip() if call.arguments else ""
            named = re.match(r"(?:String\(\s*)?(\w+)(?:\.(\w+))?\b", first)
            if not named or named[1] not in names or not _SINK.search(call.name):
                continue
            if named[2] is None or NAMED.match(named[2]) or named[2] == "toString":
                yield at(handler.module, call, "The server fetches an address of the request.")


RULE = Rule(
    requirement="access:public",
    category="ssrf-open-proxy",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A route handler fetches an address of the request.",
    why="Its caller reaches what only the server can: the internal network and metadata services.",
    remedy="Compare the host with a list of those that are meant, and follow no redirects.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/preview/route.ts": """\
export async function POST(request) {
  const { link } = await request.json();
  const page = await fetch(link);
  return new Response(page.body);
}
"""
            }
        ),
        Case(
            {
                "app/api/preview/route.ts": """\
export async function GET(request) {
  const where = new URL(request.url).searchParams.get("where");
  return new Response((await axios.get(where)).data);
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/preview/route.ts": """\
export async function POST(request) {
  const { link, query } = await request.json();
  if (!HOSTS.has(new URL(link).host)) return new Response(null, { status: 400 });
  return new Response((await fetch(link)).body);
}

export async function GET(request) {
  const q = request.nextUrl.searchParams.get("q");
  return fetch(`${SEARCH}/find?q=${encodeURIComponent(q)}`);
}
"""
            }
        ),
    ),
)
