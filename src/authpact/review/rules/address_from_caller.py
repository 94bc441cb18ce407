from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._addresses import CHECKED, SINK, carries, given, widened
from authpact.review.facts._facts import Facts
from authpact.review.facts._routes import Route
from authpact.review.source._model import Function, Module

_DEEP: Final = 5
_Step = tuple[Module, Function, frozenset[str]]


def _next(facts: Facts, step: _Step) -> Iterator[_Step]:
    module, function, names = step
    for call in module.calls_in(function):
        passed = [(i, a) for i, a in enumerate(call.arguments) if carries(a.text, names)]
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
        for module, function, held in layer:
            if CHECKED.search(function.text):
                continue
            known = widened(function, held)
            for call in module.calls_in(function):
                if SINK.search(call.name) and any(carries(a.text, known) for a in call.arguments):
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
        names = given(route) if route.reachable else frozenset()
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
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/models")
async def models(data: Provider, user=Depends(get_current_user)):
    client = AsyncOpenAI(api_key=data.key, base_url=data.base_url)
    return await client.models.list()
"""
            }
        ),
        Case(
            {
                "main.py": """from fastapi import FastAPI, Depends
from urllib import request

app = FastAPI()

@app.post("/models")
def models(data: Provider, user=Depends(get_current_user)):
    asked = request.Request(f"{data.server_url}/models", method="GET")
    with request.urlopen(asked, timeout=5) as answer:
        return answer.read()
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
