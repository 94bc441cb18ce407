import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.facts._followed import GIVEN, followed
from authpact.review.facts._routes import Route
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_SAID: Final = "A token is sent to an address that the caller chooses."
_TO_SCRIPT: Final = lazy(
    r"(?:redirect\(|location(?:\.href)?\s*=|location\.(?:assign|replace)\()\s*(?:new URL\()?`\$\{\s*(\w+)\s*\}[^`]*[?&#](?:token|access_token|jwt)=\$\{"
)
_TO_PYTHON: Final = lazy(
    r"RedirectResponse\(\s*(?:url\s*=\s*)?f[\"']\{\s*(\w+)\s*\}[^\"']*[?&#](?:token|access_token|jwt)=\{"
)
_CHECKED: Final = lazy(
    r"allow|startswith\(|startsWith\(|\.origin\b|hostname|netloc|whitelist", re.IGNORECASE
)


_REDIRECT: Final = lazy(
    r"(?:\bredirect\(|location(?:\.href)?\s*=(?!=)|location\.(?:assign|replace)\()\s*(?:new URL\(\s*)?(\w+)\b"
)
_CARRIED: Final = r"(?:\w+_)?(?:[tT]oken|jwt|JWT)\b"
_MAKES: Final = r"(?:await\s+)?new URL\(\s*"


def _chosen(module: Module) -> set[str]:
    """Return the names of a script that hold an address of the query, URL objects among them."""
    names = set(followed(module, _CHECKED))
    for _ in range(2):
        known = "|".join([GIVEN.pattern, *(rf"{n}\b" for n in sorted(names))])
        made = re.compile(rf"{_MAKES}(?:{known})")
        names |= {
            a.target
            for a in module.assignments
            if re.fullmatch(r"\w+", a.target) and made.match(a.value)
        }
    return names


def _in_parts(module: Module) -> Iterator[Hit]:
    """Yield redirects to a chosen address that a script hung the token to before."""
    if not _REDIRECT.search(module.code):
        return
    chosen = _chosen(module)
    for function in module.functions if chosen else ():
        if _CHECKED.search(function.text):
            continue
        for line, match in lines_matching(function.text, _REDIRECT):
            name = match[1]
            hung = re.compile(
                rf"\b{name}\.(?:hash|search)\s*\+?=[^\n;]*{_CARRIED}"
                rf"|\b{name}\.searchParams\.(?:set|append)\(\s*[\"']{_CARRIED}"
            )
            if name in chosen and hung.search(function.text):
                yield at(module, function.line + line - 1, _SAID)


_ASKS: Final = frozenset({"get", "post", "put", "patch", "delete", "request", "send", "stream"})
_ADDRESS: Final = lazy(
    r"ur[il]$|callback|webhook|hook$|target|endpoint|return_?to|redirect|^next$", re.IGNORECASE
)
_CREDENTIAL: Final = lazy(
    r"headers(?:\.get\(|\[)\s*[\"']authorization|\.credentials\b|Bearer \{", re.IGNORECASE
)


def _taken(route: Route) -> set[str]:
    """Return the expressions of a route that hold an address from its query or its body."""
    found: set[str] = set()
    for one in route.function.parameters:
        text = f"{one.annotation} {one.default}"
        if re.search(r"Depends\(|Security\(|Request\b|Response\b|Header\(|Cookie\(", text):
            continue
        if _ADDRESS.search(one.name):
            found.add(one.name)
        for match in re.finditer(rf"\b{re.escape(one.name)}\.(\w+)", route.function.text):
            if _ADDRESS.search(match[1]):
                found.add(match[0])
    for one_set in route.module.assignments:
        inside = route.function.line <= one_set.line <= route.function.end_line
        if inside and _begins(one_set.value, found):
            found.add(one_set.target)
    return found


def _begins(text: str, names: set[str]) -> bool:
    """Whether an address begins with one of these expressions, so that its host is chosen."""
    known = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True))
    return bool(names) and bool(re.match(rf"(?:str\(\s*|f[\"']\{{\s*)?(?:{known})\b", text))


def _from_routes(facts: Facts) -> Iterator[Hit]:
    """Yield routes that send a credential, or redirect with a token, to an address they are given."""
    for route in facts.routes:
        names = set[str]() if _CHECKED.search(route.function.text) else _taken(route)
        for call in route.module.calls_in(route.function) if names else ():
            texts = [a.text for a in call.arguments]
            to_chosen = any(_begins(t, names) for t in texts[:2])
            sent = call.last in _ASKS and any(_CREDENTIAL.search(t) for t in texts[1:])
            moved = call.last == "RedirectResponse" and re.search(
                rf"[\"'?&#]{_CARRIED}", " ".join(texts[:1])
            )
            if to_chosen and (sent or moved):
                yield at(route.module, call, _SAID)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield tokens that are sent to an address the caller chooses, each place once."""
    hits = (
        *_written(facts),
        *_from_routes(facts),
        *(h for m in facts.scripts for h in _in_parts(m)),
    )
    yield from once((f"{hit.file}:{hit.line}", hit) for hit in hits)


def _written(facts: Facts) -> Iterator[Hit]:
    """Yield redirects that carry a token to an address of the request."""
    for modules, pattern in ((facts.scripts, _TO_SCRIPT), (facts.python, _TO_PYTHON)):
        for module, line, match in facts.matches(modules, pattern):
            function = next(
                (f for f in reversed(module.functions) if f.line <= line <= f.end_line), None
            )
            text = function.text if function else module.code
            given = function is not None and any(p.name == match[1] for p in function.parameters)
            read = re.search(
                rf"\b{match[1]}\b\s*=\s*[^\n;]*(?:searchParams|query|params|request\.)", text
            )
            if (given or read) and not _CHECKED.search(text):
                yield at(module, line, _SAID)


RULE = Rule(
    requirement="transport:one-place",
    category="open-redirect-token-leak",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A redirect hands the token to any address.",
    why="A prepared link makes the user's browser send the token to an attacker.",
    remedy="Redirect to a fixed list of addresses, and never put a token into one.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/out/route.ts": """\
export async function GET(request) {
  const back = new URL(request.nextUrl.searchParams.get("next"), request.url);
  back.searchParams.set("token", await issue(request));
  return NextResponse.redirect(back);
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Request

app = FastAPI()

@app.post("/ping")
async def ping(target_url: str, request: Request):
    return await http.get(target_url, headers={"Authorization": request.headers["authorization"]})
"""
            }
        ),
        Case(
            {
                "main.py": """\
def callback(redirect_uri: str, token: str):
    return RedirectResponse(f"{redirect_uri}?token={token}")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/out/route.ts": """\
export async function GET(request) {
  const back = new URL("/done", request.url);
  back.searchParams.set("token", await issue(request));
  return NextResponse.redirect(back);
}
""",
                "main.py": """\
from fastapi import FastAPI, Request

app = FastAPI()

@app.post("/ping")
async def ping(target_url: str, request: Request):
    await http.get(target_url)
    return await http.get(f"{API}/log", headers={"Authorization": request.headers["authorization"]})
""",
            }
        ),
        Case(
            {
                "main.py": """\
def callback(token: str):
    return RedirectResponse(f"{FRONTEND}/done")
"""
            }
        ),
    ),
)
