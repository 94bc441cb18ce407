import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._loads import SPEAKS_OF_OWNER
from authpact.review.facts._logs import LOGGED
from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy

_ROLE: Final = lazy(
    r"(?:Depends|Security)\(\s*[\w.]*(?:admin|superuser|staff|role|moderator)\w*", re.IGNORECASE
)
_WRITES: Final = frozenset(["post", "put", "patch", "delete"])
_STORES: Final = lazy(r"\.(?:add|delete|commit|merge|insert_one|update_one|delete_one)\(")
_FOR_ANYBODY: Final = lazy(
    r"feedback|report|contact|view|track|event|search|webhook|vote|like|comment|request|apply|submit|me\b|preview|usage",
    re.IGNORECASE,
)


def _wants_role(route: Route) -> bool:
    texts = [f"{p.annotation} {p.default}" for p in route.function.parameters]
    texts += [a.text for a in route.decorator.arguments if a.name == "dependencies"]
    return any(_ROLE.search(t) for t in texts)


def _stores_for_all(facts: Facts, route: Route) -> bool:
    """Whether a handler changes rows without a word about who does it, or whose they are."""
    body = route.function.text.partition(":\n")[2]
    if route.principal and re.search(rf"(?<![\w.]){re.escape(route.principal)}\b", body):
        return False
    callees = [f.text for _, f in facts.project.callees(route.module, route.function)]
    texts = [LOGGED.sub("", t) for t in (body, *callees)]
    if any(SPEAKS_OF_OWNER.search(t) for t in texts):
        return False
    return any(_STORES.search(t) for t in texts)


def _resource(route: Route) -> str:
    """Return the part of the path that names what the router is about."""
    parts = [p for p in route.paths[0].split("/") if p and "{" not in p and p not in {"api", "v1"}]
    return parts[0] if parts else ""


def check(facts: Facts) -> Iterator[Hit]:
    """Yield writes for any user in a router whose reads are for administrators."""
    guarded = {
        (r.module.path, _resource(r))
        for r in facts.routes
        if r.method == "get" and r.reachable and _wants_role(r)
    }
    for route in facts.routes:
        if (
            route.method not in _WRITES
            or (route.module.path, _resource(route)) not in guarded
            or not (route.reachable and route.protected)
            or _wants_role(route)
        ):
            continue
        if not _FOR_ANYBODY.search(route.path) and _stores_for_all(facts, route):
            message = "Any user may write here, though reading beside it wants a role."
            yield at(route.module, route.function, message)


RULE = Rule(
    requirement="access:role",
    category="missing-role-check",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Writing wants no role, reading does.",
    why="The same router keeps reading to administrators, and lets every signed-in user change what all share.",
    remedy="Demand the role of the reads on the writes, too.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from store import set_price

app = FastAPI()

@app.get("/prices/history")
def history(db=Depends(get_db), admin=Depends(get_admin_user)):
    return db.query(Price).all()

@app.put("/prices/{price_id}")
def change(price_id: int, data: NewPrice, db=Depends(get_db), user=Depends(get_current_user)):
    return set_price(db, price_id, data.amount)
""",
                "store.py": """\
def set_price(db, price_id, amount):
    price = db.get(Price, price_id)
    price.amount = amount
    db.commit()
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from store import keep

app = FastAPI()

@app.get("/notes/all")
def every(db=Depends(get_db), admin=Depends(get_admin_user)):
    return db.query(Note).all()

@app.post("/notes")
def make(data: NewNote, db=Depends(get_db), user=Depends(get_current_user)):
    return keep(db, data, user.id)

@app.post("/notes/{note_id}/views")
def seen(note_id: int, db=Depends(get_db), user=Depends(get_current_user)):
    db.get(Note, note_id).views += 1
    db.commit()

@app.post("/notes/preview")
def preview(data: NewNote, user=Depends(get_current_user)):
    return render(data)

@app.post("/prices")
def price(data: NewPrice, db=Depends(get_db), user=Depends(get_current_user)):
    db.add(Price(amount=data.amount))
    db.commit()
""",
                "store.py": "def keep(db, data, by):\n    db.add(Note(text=data.text, by=by))\n",
            }
        ),
    ),
)
