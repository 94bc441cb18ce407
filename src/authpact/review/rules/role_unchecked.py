import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy

_PRIVILEGED: Final = lazy(r"/admins?(?:/|$)")
_CHECKED: Final = lazy(r"role|admin|permission|superuser|scope|staff", re.IGNORECASE)


_LOG: Final = lazy(r"^(?:print|(?:[\w.]*\.)?log(?:ger|ging)?\.)")


def _on_own_data(route: Route) -> bool:
    """Whether a handler names nobody but who calls, and works on what belongs to them."""
    others = (p.name for p in route.function.parameters if p.name != route.principal)
    if not route.principal or "{" in route.path or any("user" in name for name in others):
        return False
    caller = re.compile(rf"(?<![\w.]){re.escape(route.principal)}\b")
    calls = [c for c in route.module.calls_in(route.function) if c.line >= route.function.body_line]
    return any(caller.search(a.text) for c in calls if not _LOG.match(c.name) for a in c.arguments)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield admin routes that any signed-in user may call."""
    for route in facts.routes:
        if (
            not route.protected
            or not route.reachable
            or _on_own_data(route)
            or not any(_PRIVILEGED.search(p) for p in route.paths)
        ):
            continue
        texts = [
            route.function.text.partition("(")[2],
            *(a.text for a in route.decorator.arguments[1:]),
        ]
        if _CHECKED.search(" ".join(texts)):
            continue
        router = facts.application.routers.get(
            (route.module.path, route.decorator.name.rpartition(".")[0])
        )
        around = [router.dependencies if router else ""]
        around += [
            i.dependencies for i in facts.application.includes if i.child[0] == route.module.path
        ]
        if not _CHECKED.search(" ".join(around)):
            yield at(route.module, route.function, "A route for administrators checks no role.")


RULE = Rule(
    requirement="access:role",
    category="missing-role-check",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A privileged route checks no role.",
    why="Every signed-in user is an administrator there.",
    remedy="Add a dependency that demands the role, taken from the server's own record.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/admin/users")
def users(user=Depends(get_current_user), db=Depends(get_db)):
    return db.all()
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

@app.post("/admin/clear")
def clear(user_id: str = Depends(get_current_user)):
    delete_documents(user_id)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/admin/users")
def users(user=Depends(require_role("admin")), db=Depends(get_db)):
    return db.all()
"""
            }
        ),
    ),
)
