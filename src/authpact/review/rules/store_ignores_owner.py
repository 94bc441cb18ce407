import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Class, Function, Module

_CONTEXT: Final = re.compile(r"^(?:context|ctx|request_context|principal|current_user)$")
_OBJECT: Final = re.compile(r"^(?:load|get|list|fetch|delete|save|update|add)_\w+$")
_STORE: Final = re.compile(r"^(?:\w+\.)*(?:Store|\w+Store)(?:\[.*)?$")


def _is_blind(function: Function) -> bool:
    """Whether a method is told who calls and never looks."""
    named = [p.name for p in function.parameters if _CONTEXT.match(p.name)]
    body = function.text.partition(":\n")[2]
    works = re.search(r"self\.|\bsession\b|\bdb\b|execute\(", body)
    return bool(named and works and not any(re.search(rf"\b{n}\b", body) for n in named))


def _methods(module: Module, kind: Class) -> list[Function]:
    return [f for f in module.functions if f.owner == kind.name and _OBJECT.match(f.name)]


def check(facts: Facts) -> Iterator[Hit]:
    """Yield stores of conversations whose methods ignore the caller they are given."""
    for module in facts.python:
        for kind in module.classes:
            if not any(_STORE.match(b) for b in kind.bases):
                continue
            blind = [f for f in _methods(module, kind) if _is_blind(f)]
            if blind:
                message = f"{kind.name}.{blind[0].name} ignores who asks; so every user reaches every object."
                yield at(module, blind[0], message)


RULE = Rule(
    requirement="ownership:foreign-resource",
    category="missing-ownership-check",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A store is told who asks and does not look.",
    why="Every signed-in user lists, reads and deletes the objects of all others.",
    remedy="Keep the owner with each object and compare it with the caller of the context.",
    check=check,
    flagged=(
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
