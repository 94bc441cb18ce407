import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._model import Function, Module
from authpact.review._routes import Route
from authpact.review._rule import Case, Hit, Rule, at

_ADDRESS: Final = r"(?:\w*(?:url|uri|endpoint|webhook|server|host)\w*)"
_NAMED: Final = re.compile(rf"^{_ADDRESS}$", re.IGNORECASE)
_SINK: Final = re.compile(
    r"^(?:httpx|requests|aiohttp|urllib\.request)\.\w+$|(?:^|\.)(?:client|session|http|http_client|_client)\.(?:get|post|put|delete|head|request|stream)$"
    r"|^(?:urlopen|urlretrieve)$|^(?:httpx\.)?(?:Async)?Client$"
)
_CHECKED: Final = re.compile(
    r"allow|whitelist|hostname|netloc|ip_address|is_private|trusted|urlparse\(|validate_\w*ur[il]|is_safe|blocked",
    re.IGNORECASE,
)
_DEEP: Final = 5
_SKIPPED: Final = re.compile(
    r"redirect|callback|return_?ur|base_url_for|image_?ur|avatar", re.IGNORECASE
)
_Step = tuple[Module, Function, frozenset[str]]


def _given(route: Route) -> frozenset[str]:
    """Return the variables of a handler that hold an address of the request."""
    found = {
        p.name
        for p in route.function.parameters
        if _NAMED.match(p.name) and re.match(r"(?:str|HttpUrl|AnyHttpUrl|AnyUrl)\b", p.annotation)
    }
    bodies = [p.name for p in route.function.parameters if re.match(r"[A-Z]\w*$", p.annotation)]
    bodies += re.findall(r"\b(\w+)\s*=\s*await\s+\w+\((?:request|req)\)", route.function.text)
    bodies += re.findall(r"\b(\w+)\s*=\s*await\s+\w+\.json\(\)", route.function.text)
    names = "|".join(map(re.escape, [b for b in bodies if b not in {"db", "session"}]))
    read = (
        rf"(?:(?:{names})(?:\.{_ADDRESS}\b|(?:\.get\(|\[)\s*[\"']{_ADDRESS}[\"'])"
        if names
        else "(?:(?!)"
    )
    read += rf"|query_params(?:\.get\(|\[)\s*[\"']{_ADDRESS}[\"'])"
    found |= set(
        re.findall(rf"\b(\w+)\s*=\s*(?:\w*\(\s*)*{read}", route.function.text, re.IGNORECASE)
    )
    direct = re.search(rf"(?<![\w.]){read}", route.function.text, re.IGNORECASE)
    if direct and not found:
        found.add(direct[0])
    return frozenset(n for n in found if not _SKIPPED.search(n))


def _carries(text: str, names: frozenset[str]) -> bool:
    """Whether an argument is the address, or begins with it."""
    plain = re.sub(r"^(?:str\(|f[\"']\{\s*)", "", text.strip())
    return any(re.match(rf"{re.escape(n)}(?![\w])", plain) for n in names)


def _widened(function: Function, names: frozenset[str]) -> frozenset[str]:
    """Return the names with the variables that are made of them."""
    if not names:
        return names
    inner = "|".join(map(re.escape, sorted(names)))
    made = rf"\b(\w+)\s*=\s*(?:await\s+)?(?:[\w.]*\(\s*)*(?:f[\"']\{{\s*)?(?:{inner})(?!\w)"
    return names | frozenset(
        n for n in re.findall(made, function.text) if _NAMED.match(n) or n == "target"
    )


def _next(facts: Facts, step: _Step) -> Iterator[_Step]:
    module, function, names = step
    for call in module.calls_in(function):
        passed = [(i, a) for i, a in enumerate(call.arguments) if _carries(a.text, names)]
        found = facts.project.callee(module, call) if passed else None
        if found is None or found[1] is function:
            continue
        labels = [p.name for p in found[1].parameters if p.name not in {"self", "cls", "*"}]
        inner = {a.name or (labels[i] if i < len(labels) else "") for i, a in passed}
        yield found[0], found[1], frozenset(inner - {""})


def _fetched(facts: Facts, route: Route, names: frozenset[str]) -> bool:
    """Whether an address reaches a request, and nothing on the way compares it with a list."""
    layer: list[_Step] = [(route.module, route.function, names)]
    seen = {(route.module.path, route.function.line)}
    for _ in range(_DEEP):
        after: list[_Step] = []
        for module, function, given in layer:
            if _CHECKED.search(function.text):
                continue
            known = _widened(function, given)
            for call in module.calls_in(function):
                if _SINK.search(call.name) and any(_carries(a.text, known) for a in call.arguments):
                    return True
            for step in _next(facts, (module, function, known)):
                if (step[0].path, step[1].line) not in seen:
                    seen.add((step[0].path, step[1].line))
                    after.append(step)
        layer = after
    return False


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes whose caller chooses an address that the server fetches."""
    for route in facts.routes:
        names = _given(route) if route.reachable else frozenset()
        if names and _fetched(facts, route, names):
            yield at(route.module, route.function, "The server fetches an address of the request.")


RULE = Rule(
    requirement="transport:one-place",
    category="ssrf-open-proxy",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The server fetches an address that the request names.",
    why="Callers reach services inside the network, such as the metadata of the machine.",
    remedy="Fetch from a fixed list of origins, or refuse private addresses after resolving the name.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
import service

app = FastAPI()

@app.post("/providers/test")
async def test(data: Provider, user=Depends(get_current_user)):
    return await service.probe(data.base_url)
""",
                "service.py": """\
async def probe(base_url):
    async with httpx.AsyncClient() as client:
        return await client.get(f"{base_url}/models")
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/preview")
def preview(url: str, user=Depends(get_current_user)):
    return requests.get(url, timeout=5).text
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/hooks")
async def hooks(request: Request, user=Depends(get_current_user)):
    data = await request.json()
    webhook_url = data.get("webhook_url")
    return httpx.post(webhook_url, json={})
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/preview")
def preview(url: str, user=Depends(get_current_user)):
    if urlparse(url).hostname not in HOSTS:
        raise HTTPException(400)
    return requests.get(url, timeout=5).text
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/links")
def links(data: Link, user=Depends(get_current_user)):
    requests.post(settings.SEARCH_URL, json={"url": data.url})
    return save(data.url)
"""
            }
        ),
    ),
)
