import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._addresses import ADDRESS, CHECKED, SINK, carries, widened
from authpact.review.facts._facts import Facts
from authpact.review.facts._routes import Route
from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy

_SETTINGS: Final = (
    r"(?:config\w*|settings|connection\w*|options|credentials|params|parameters|integration)"
)
_TAKEN: Final = (
    rf"(?<![\w.])(?:{{bodies}})\.(?:{_SETTINGS}|{ADDRESS})(?:\.model_dump\(\)|\.dict\(\))?$"
)
_HELD: Final = lazy(
    rf"\bself\.\w*{_SETTINGS}\w*(?:\.get\(\s*|\[\s*)[\"']({ADDRESS})[\"']", re.IGNORECASE
)
_OWN: Final = lazy(rf"\bself\.(_?{ADDRESS})\b", re.IGNORECASE)


def _bodies(route: Route) -> list[str]:
    """Return the parameters that FastAPI fills from the body."""
    return [
        p.name
        for p in route.function.parameters
        if re.match(r"[A-Z]\w*$", p.annotation)
        and p.name not in {route.principal, "db", "session"}
        and "Depends" not in p.default
    ]


def _kinds(facts: Facts, module: Module, call: Call) -> Iterator[str]:
    """Yield the classes that a call makes: itself, or those that the called function names."""
    if call.last in facts.project.classes:
        yield call.last
        return
    found = facts.project.callee(module, call)
    if found is not None and re.search(r"\breturn\s+(?:\w+\[\w+\]|\w+)\(", found[1].text):
        names = dict.fromkeys(re.findall(r"\b[A-Z]\w+", found[1].text.partition(":\n")[2]))
        yield from (n for n in names if n in facts.project.classes)


def _held(method: Function) -> frozenset[str]:
    """Return the spellings of addresses that a method reads from its object."""
    direct = {f"self.{name}" for name in _OWN.findall(method.text)}
    read = rf"\b(\w+)\s*=\s*(?:f[\"']\{{)?(?:{_HELD.pattern})"
    found = {m[0] for m in re.findall(read, method.text, re.IGNORECASE)}
    inline = {m[0].rstrip("\"'") for m in _HELD.finditer(method.text)}
    return frozenset(direct | found | inline)


def _fetches(facts: Facts, kind: str) -> bool:
    """Whether a method of a class requests the address that its object was made with."""
    module, one = facts.project.classes[kind]
    if CHECKED.search(one.text) or (_OWN.search(one.text) and _is_fixed(one.text)):
        return False
    for method in module.functions:
        if method.owner != kind:
            continue
        known = widened(method, _held(method))
        for call in module.calls_in(method):
            if SINK.search(call.name) and any(carries(a.text, known) for a in call.arguments):
                return True
    return False


def _is_fixed(text: str) -> bool:
    """Whether the object sets its address itself."""
    return bool(
        re.search(
            rf"\bself\._?{ADDRESS}\s*=\s*(?:f?[\"']|settings\.|os\.|(?-i:[A-Z][A-Z_]+)\b)|^\s+{ADDRESS}\s*(?::\s*str\s*)?=\s*[\"']",
            text,
            re.MULTILINE | re.IGNORECASE,
        )
    )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes that make a client with an address of the body."""
    for route in facts.routes:
        bodies = "|".join(map(re.escape, _bodies(route)))
        if not route.reachable or not bodies or CHECKED.search(route.function.text):
            continue
        taken = re.compile(_TAKEN.format(bodies=bodies), re.IGNORECASE)
        for call in route.module.calls_in(route.function):
            if not any(taken.match(a.text.strip()) for a in call.arguments):
                continue
            if any(_fetches(facts, k) for k in _kinds(facts, route.module, call)):
                message = "A client is made with an address of the request."
                yield at(route.module, call, message)
                break


RULE = Rule(
    requirement="transport:one-place",
    category="ssrf-open-proxy",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A connector requests the address that the caller configured.",
    why="Callers reach services inside the network, and see their answers or errors.",
    remedy="Accept the hosts of a fixed list only, or refuse private addresses after resolving the name.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from clients import Shop

app = FastAPI()

@app.post("/shops/test")
async def test(data: ShopData, user=Depends(get_current_user)):
    return await Shop(data.base_url, data.key).ping()
""",
                "clients.py": """\
class Shop:
    def __init__(self, base_url, key):
        self.base_url = base_url
        self.key = key

    async def ping(self):
        async with httpx.AsyncClient() as client:
            return await client.get(f"{self.base_url}/ping")
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from clients import Feed, Shop

app = FastAPI()

def made(kind, config):
    kinds = {"feed": Feed, "shop": Shop}
    chosen = kinds.get(kind)
    return chosen(config)

@app.post("/sources/test")
async def test(data: Source, user=Depends(get_current_user)):
    return await made(data.kind, data.config).ping()
""",
                "clients.py": """\
class Feed:
    def __init__(self, config):
        self.config = config

    def ping(self):
        url = self.config.get("url")
        return requests.get(url, timeout=5)

class Shop:
    pass
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from clients import Shop

app = FastAPI()

@app.post("/shops/test")
async def test(data: ShopData, user=Depends(get_current_user)):
    return await Shop(data.config).ping()
""",
                "clients.py": """\
class Shop:
    def __init__(self, config):
        self.base_url = "https://shops.example"
        self.config = config

    async def ping(self):
        async with httpx.AsyncClient() as client:
            return await client.get(f"{self.base_url}/ping", headers={"k": self.config["key"]})
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from clients import Shop

app = FastAPI()

@app.post("/shops/test")
async def test(data: ShopData, user=Depends(get_current_user)):
    return await Shop(data.base_url).ping()
""",
                "clients.py": """\
class Shop:
    def __init__(self, base_url):
        if urlparse(base_url).hostname not in HOSTS:
            raise ValueError
        self.base_url = base_url

    def ping(self):
        return requests.get(self.base_url, timeout=5)
""",
            }
        ),
    ),
)
