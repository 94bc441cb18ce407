import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._handlers import PASSED_ON, handlers, reach
from authpact.review.facts._routes import Route
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_PATH: Final = lazy(
    r"(?:^|[/_-])(?:debug\w*|diagnos\w*|test-?(?:env|db|database|auth|token|config|jwt|session)\w*|dump|migrate|migrations?|env|seed\w*|(?:reset|init|create|drop|setup|clear)-?(?:db|database|tables?|schema)|whoami-raw|printenv|phpinfo)(?:$|[/_.-])",
    re.IGNORECASE,
)
_SESSION: Final = lazy(
    r"getSession|auth\.api|verify|authorization|requireAuth|currentUser|NODE_ENV\s*[!=]==?\s*[\"']production",
    re.IGNORECASE,
)
_METHOD: Final = lazy(r"export\s+(?:async\s+)?(?:function|const)\s+(GET|POST|PUT|DELETE)\b")
_REVEALS: Final = lazy(
    r"process\.env|cookies|headers|stack|query\(|CREATE TABLE|DROP TABLE|prisma\.|execute\(|migrat|Pool\(|betterAuth|auth\b",
    re.IGNORECASE,
)


def _asks(facts: Facts, module: Module) -> bool:
    """Whether a handler, or what it calls, looks at who asks or passes that on."""
    if _SESSION.search(module.code):
        return True
    texts = [reach(facts, h) for h in handlers(facts) if h.module is module]
    return any(_SESSION.search(t) or PASSED_ON.search(t) for t in texts)


def _handlers(facts: Facts) -> Iterator[Hit]:
    for module in facts.handlers:
        folder = module.path.rpartition("/")[0]
        found = next(lines_matching(module.code, _METHOD), None)
        if (
            found
            and _PATH.search(folder)
            and not _asks(facts, module)
            and _REVEALS.search(module.code)
        ):
            yield at(module, found[0], "A debug route answers to anybody.")


_INVENTORY: Final = lazy(
    r":\s*(?:!!\s*process\.env\.\w+|Boolean\(\s*process\.env\.\w+\s*\)|process\.env\.\w+\s*\?(?!\.)[^,\n]*)"
)
_PRIVATE: Final = lazy(r"(?:SECRET|DATABASE|PASSWORD|PRIVATE|TOKEN|CREDENTIAL)")
_SEVERAL: Final = 2


_HELD: Final = lazy(r"\b(?:const|let|var)\s+(\w+)\s*=\s*(process\.env\.\w+)")
_TELLS: Final = r":\s*(?:!!\s*{name}\b|Boolean\(\s*{name}\s*\)|{name}\??\.(?:length|slice|substring)\b|{name}\s*\?(?![.?]))"


def _told(text: str) -> list[str]:
    """Return the members of an answer that tell whether a variable is set, or how long it is."""
    told = _INVENTORY.findall(text)
    for name, variable in _HELD.findall(text):
        told += [variable] * len(re.findall(_TELLS.format(name=re.escape(name)), text))
    return told


def _inventories(facts: Facts) -> Iterator[Hit]:
    """Yield handlers that tell anybody which secrets the server was given."""
    for handler in handlers(facts):
        folder = handler.module.path.rpartition("/")[0]
        text = handler.function.text
        told = _told(text) if "json(" in text else []
        if _PATH.search(folder) or handler.method != "GET" or len(told) < _SEVERAL:
            continue
        if any(_PRIVATE.search(t) for t in told) and not _SESSION.search(text):
            yield at(handler.module, handler.function, "Tells anybody which secrets are set.")


_ECHO: Final = lazy(
    r"return\s+(?:\{[^}]*:\s*)?(?:dict\(\s*)?(?:os\.environ\b(?!\.get|\[)|\w+\.cookies\b(?!\.get|\[)|\w+\.headers\b(?!\.get|\[)"
    r"|settings\.(?:model_dump|dict)\(|traceback\.format_exc\()"
)


_TRIAL: Final = lazy(
    r"(?:^|/)(?:tests?(?:/[\w-]+)?|temp|tmp|sentry-debug|trigger-?error|throw|crash|boom|playground)/?$",
    re.IGNORECASE,
)


def _is_left_over(route: Route) -> bool:
    """Whether a route was made to try something out: named so, and given nothing to work on."""
    if "{" in route.path or not _TRIAL.search(route.path):
        return False
    function = route.function
    asked = (p for p in function.parameters if "Depends" not in p.default)
    if not all(p.annotation in {"Request", "Response"} for p in asked):
        return False
    # One that only says that it works says no more than a health check does.
    works = (c for c in route.module.calls_in(function) if c.line >= function.body_line)
    return any(works) or "raise" in function.text


def check(facts: Facts) -> Iterator[Hit]:
    """Yield debug and maintenance routes without authentication."""
    for route in facts.routes:
        if route.protected or not route.reachable or route.shadow:
            continue
        named = any(_PATH.search(p) for p in route.paths)
        if named or _ECHO.search(route.function.text):
            yield at(
                route.module,
                route.function,
                f"{route.method.upper()} {route.paths[0]} answers to anybody.",
            )
        elif _is_left_over(route):
            message = f"{route.method.upper()} {route.paths[0]} was left from a trial."
            yield at(route.module, route.function, message, severity=Severity.LOW)
    yield from _handlers(facts)
    yield from _inventories(facts)


RULE = Rule(
    requirement="access:public",
    category="debug-endpoint-exposed",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A debug route is open.",
    why="It tells strangers about configuration, cookies or tables, or changes them.",
    remedy="Remove it, or demand a role and refuse it in production.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/test/slow")
async def slow():
    await asyncio.sleep(20)

@app.get("/throw")
def throw():
    raise RuntimeError
"""
            }
        ),
        Case(
            {
                "app/api/test/route.ts": """\
export async function GET() {
  const secret = process.env.SIGNING_SECRET;
  return Response.json({ hasSecret: !!secret, size: secret?.length || 0 });
}
"""
            }
        ),
        Case(
            {
                "app/api/status/route.ts": """\
export async function GET() {
  return Response.json({ database: !!process.env.DATABASE_URL, signing: Boolean(process.env.SIGNING_SECRET) });
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/debug/cookies")
def debug(request):
    return request.cookies
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/info")
def info():
    return {"environment": dict(os.environ)}
"""
            }
        ),
        Case(
            {
                "app/api/init-db/route.ts": """\
export async function GET() {
  await client.query("CREATE TABLE IF NOT EXISTS notes (id text)");
  return Response.json({ token: 1 });
}
"""
            }
        ),
        Case(
            {
                "app/api/debug/route.ts": """\
export async function GET() {
  return Response.json({ url: process.env.DATABASE_URL });
}
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

@app.get("/test")
def tried(user=Depends(get_current_user)):
    return 1

@app.post("/test/results")
def results(data: Answers):
    return graded(data)

@app.get("/test/{test_id}")
def exam(test_id: int):
    return 1

@app.get("/tests")
def says_that_it_works():
    return {"status": "ok"}

@app.post("/mail/test-connection")
def connected(request: Request):
    return connect(request.headers["x-server"])
"""
            }
        ),
        Case(
            {
                "app/api/status/route.ts": """\
export async function GET() {
  const ready = !!process.env.DATABASE_URL && Boolean(process.env.SIGNING_SECRET);
  return Response.json({ ready });
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/providers/test-connection")
def test(name: str):
    return {"agent": request.headers["user-agent"]}
"""
            }
        ),
        Case(
            {
                "app/api/debug/route.ts": """\
export async function GET() {
  const session = await auth.api.getSession({ headers });
  return Response.json({ a: process.env.A });
}
"""
            }
        ),
    ),
)
