import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._logs import LOGGED
from authpact.review.facts._queries import OWNER
from authpact.review.source._model import Class, Function, Module
from authpact.review.source._pattern import lazy

_CONTEXT: Final = lazy(r"^(?:context|ctx|request_context|principal|current_user)$")
_OBJECT: Final = lazy(r"^(?:load|get|list|fetch|delete|save|update|add)_\w+$")
_STORE: Final = lazy(r"^(?:\w+\.)*(?:Store|\w+Store)(?:\[.*)?$")

_OWNER: Final = lazy(rf"^(?:{OWNER}|owner|user|current_user(?:_id)?|caller|principal)$")
_COMPARED: Final = lazy(rf"\.{OWNER}\b\)?\s*[!=]=|[!=]=\s*(?:str\()?\w+\.{OWNER}\b")


def _is_blind(function: Function) -> bool:
    """Whether a method is told who calls and never looks."""
    named = [p.name for p in function.parameters if _CONTEXT.match(p.name)]
    body = function.text.partition(":\n")[2]
    works = re.search(r"self\.|\bsession\b|\bdb\b|execute\(", body)
    return bool(named and works and not any(re.search(rf"\b{n}\b", body) for n in named))


def _methods(module: Module, kind: Class) -> list[Function]:
    return [f for f in module.functions if f.owner == kind.name and _OBJECT.match(f.name)]


def _loaded(facts: Facts, module: Module, function: Function) -> tuple[str, str]:
    """Return the kind of row that a function loads, and by what, ignoring whose it has to be."""
    body = LOGGED.sub("", function.text.partition(":\n")[2])
    owners = [p.name for p in function.parameters if _OWNER.match(p.name)]
    if not owners or any(re.search(rf"\b{n}\b", body) for n in owners):
        return "", ""
    if any("Depends" in f"{p.annotation}{p.default}" for p in function.parameters):
        return "", ""
    for one in function.parameters:
        load = next(facts.strangers.loads.by(module, function, one.name), None)
        if load and one.name not in owners:
            return load.kind, one.name
    return "", ""


def _is_asked(facts: Facts, module: Module, function: Function, key: str) -> bool:
    """Whether a caller hands on the id that it was itself given, and does not compare the owner."""
    names = [p.name for p in function.parameters if p.name not in {"self", "cls"}]
    for home, outer, line in facts.project.callers(module, function):
        if _COMPARED.search(outer.text):
            return False
        given = {p.name for p in outer.parameters}
        for call in home.calls_in(outer):
            told = call.get(key, names.index(key)) if call.line == line else None
            if told and told.text in given and call.last == function.name:
                return True
    return False


def _helpers(facts: Facts) -> Iterator[Hit]:
    """Yield functions of routes that are given the owner of a row and do not look."""
    for module in facts.python:
        for function in module.functions:
            kind, key = _loaded(facts, module, function)
            if not kind or not facts.is_reached(module, function):
                continue
            if _is_asked(facts, module, function, key):
                message = f"{function.name} is told whose {kind} it has to be and does not look; so every user reaches all."
                yield at(module, function, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield stores and helpers that ignore the owner they are given."""
    yield from _helpers(facts)
    for module in facts.python:
        for kind in module.classes:
            if not any(_STORE.match(b) for b in kind.bases):
                continue
            blind = [f for f in _methods(module, kind) if _is_blind(f)]
            if blind:
                message = f"{kind.name}.{blind[0].name} ignores who asks; so every user reaches every object."
                yield at(module, blind[0], message)


_SERVED: Final = """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Parcel(Base):
    id: int
    owner_id: str

class Depot(Base):
    id: int

class Rows:
    def of(self, owner_id):
        return self.db.query(Parcel).filter(Parcel.owner_id == owner_id).all()

    def one(self, owner_id, key):
        LINE

@app.delete("/parcels/{key}")
def gone(key: int, rows: Rows = Depends(), me=Depends(get_current_user)):
    return rows.one(me.id, key)
"""


def _rows(*lines: str) -> Case:
    """Return a service that reads one row."""
    return Case({"main.py": _SERVED.replace("LINE", "\n        ".join(lines))})


RULE = Rule(
    requirement="ownership:foreign-resource",
    category="missing-ownership-check",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A store or a helper is told who asks and does not look.",
    why="Every signed-in user lists, reads and deletes the objects of all others.",
    remedy="Keep the owner with each object and compare it with the caller of the context.",
    check=check,
    flagged=(
        _rows("return self.db.get(Parcel, key)"),
        _rows("row = self.db.query(Parcel).filter(Parcel.id == key).first()", "return row"),
        Case(
            {
                "store.py": """\
class Threads(Store):
    async def load_thread(self, thread_id: str, context) -> Thread:
        return self.threads[thread_id]
"""
            }
        ),
        Case(
            {
                "store.py": """\
class Threads(Store[Context]):
    async def delete_thread(self, thread_id: str, context: Context) -> None:
        with self.session() as session:
            session.execute(delete(Thread).where(Thread.id == thread_id))
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": _SERVED.replace("LINE", "return self.db.get(Parcel, key)")
                .replace("key: int, rows", "rows")
                .replace("return rows.one", "key = rows.of(me.id)[0].id\n    return rows.one")
            }
        ),
        _rows("return self.db.query(Parcel).filter_by(id=key, owner_id=owner_id).first()"),
        _rows("row = self.db.get(Parcel, key)", "return row if row.owner_id == owner_id else None"),
        _rows("return self.db.get(Depot, key)"),
        Case(
            {
                "store.py": """\
class Threads(Store):
    async def load_thread(self, thread_id: str, context) -> Thread:
        return self.threads[context.user_id, thread_id]
"""
            }
        ),
        Case(
            {
                "store.py": """\
class Cache(Base):
    async def load_entry(self, name: str, context) -> Entry:
        return self.entries[name]
"""
            }
        ),
    ),
)
