import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._logs import LOGGED
from authpact.review.facts._routes import Route
from authpact.review.facts._rows import OWNER_COLUMN
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_OBJECT: Final = lazy(r"\{(\w*_?id)\}")
_CALLER: Final = lazy(r"user|owner|account|member|tenant|org", re.IGNORECASE)
_OWNED: Final = lazy(
    r"user_?id|owner|created_by|author|tenant|\borg|account_id|current_user|principal|claims|\brole|admin|public|shared|member",
    re.IGNORECASE,
)
_SQL: Final = lazy(r"\b(?:FROM|UPDATE|INTO)\s+[\"`]?([a-z_]\w*)[\"`]?", re.IGNORECASE)
_BY_ID: Final = lazy(
    r"\bWHERE\s+[\"`]?(?:\w+\.)?_?id[\"`]?\s*=|\.get\(\s*[A-Z]\w*\s*,|[A-Z]\w*\.id\s*==|filter_by\(\s*id\s*="
    r"|(?:find_one|update_one|delete_one|find_one_and_\w+)\(\s*\{\s*[\"']_?id[\"']\s*:",
    re.IGNORECASE,
)


def _owned_tables(facts: Facts) -> frozenset[str]:
    """Return the tables that some statement of the tree reads by their owner."""
    found: set[str] = set()
    for module in facts.python:
        for call in module.calls:
            text = call.arguments[0].text if call.arguments else ""
            if len(text) < 5000 and re.search(r"\b(?:user_?id|owner_?id)\b", text, re.IGNORECASE):  # noqa: PLR2004
                found |= {t.lower() for t in _SQL.findall(text)}
    return frozenset(found - {"user", "users"})


def _is_owned(facts: Facts, text: str, tables: frozenset[str]) -> bool:
    """Whether code touches a table whose rows belong to somebody."""
    if any(t.lower() in tables for t in _SQL.findall(text)):
        return True
    names = set(re.findall(r"\b[A-Z]\w+", text)) & set(facts.project.classes)
    return any(OWNER_COLUMN.search(facts.project.classes[n][1].text) for n in names)


def _takes(facts: Facts, route: Route, name: str) -> Iterator[tuple[Module, Function]]:
    """Yield what the handler hands the id of the object to."""
    for call in route.module.calls_in(route.function):
        if any(re.search(rf"\b{name}\b", a.text) for a in call.arguments):
            found = facts.project.callee(route.module, call)
            if found:
                yield found


def check(facts: Facts) -> Iterator[Hit]:
    """Yield handlers that know who calls, and hand on the id of an object alone."""
    tables = _owned_tables(facts)
    for route in facts.routes:
        names = [n for n in _OBJECT.findall(route.path) if not _CALLER.search(n)]
        if not (route.protected and route.reachable and names):
            continue
        body = LOGGED.sub("", route.function.text.partition(":\n")[2])
        if route.principal and re.search(rf"\b{route.principal}\b", body):
            continue
        if _OWNED.search(body):
            continue
        for _, function in _takes(facts, route, names[-1]):
            text = function.text
            if _BY_ID.search(text) and not _OWNED.search(text) and _is_owned(facts, text, tables):
                message = f"{function.name} is given {names[-1]} alone; the object's owner is not compared."
                yield at(route.module, route.function, message)
                break


RULE = Rule(
    requirement="ownership:foreign-resource",
    category="missing-ownership-check",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A helper that reaches an object is not told who calls.",
    why="Every signed-in user can read or change the objects of all others by naming their ids.",
    remedy="Hand the principal's subject on and select by id and owner together; answer 404.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
import rows

app = FastAPI()

@app.patch("/threads/{thread_id}")
async def rename(thread_id: str, data: Rename, user: dict = Depends(get_current_user)):
    return await rows.rename(thread_id, data.title)
""",
                "rows.py": """\
async def rename(thread_id, title):
    return await db.fetchrow("UPDATE threads SET title = $1 WHERE id = $2", title, thread_id)

async def every(user_id):
    return await db.fetch("SELECT * FROM threads WHERE user_id = $1", user_id)
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Note(Base):
    id: int
    owner_id: str

def load(note_id, db):
    return db.get(Note, note_id)

@app.get("/notes/{note_id}")
def note(note_id: int, user=Depends(get_current_user), db=Depends(get_db)):
    logger.info("note for %s", user)
    return load(note_id, db)
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
import rows

app = FastAPI()

@app.patch("/threads/{thread_id}")
async def rename(thread_id: str, data: Rename, user: dict = Depends(get_current_user)):
    return await rows.rename(thread_id, user["id"], data.title)
""",
                "rows.py": """\
async def rename(thread_id, user_id, title):
    return await db.fetchrow("UPDATE threads SET title = $1 WHERE id = $2 AND user_id = $3", title, thread_id, user_id)
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
import rows

app = FastAPI()

@app.get("/products/{product_id}")
async def product(product_id: str, user: dict = Depends(get_current_user)):
    return await rows.product(product_id)
""",
                "rows.py": """\
async def product(product_id):
    return await db.fetchrow("SELECT * FROM products WHERE id = $1", product_id)
""",
            }
        ),
    ),
)
