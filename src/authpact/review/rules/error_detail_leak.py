import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._answers import answers_of, is_own_error, mentions
from authpact.review.facts._facts import Facts
from authpact.review.facts._told import told
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy


def _elsewhere(module: Module) -> Iterator[Hit]:
    for call in module.called("HTTPException"):
        argument = call.get("detail", 1)
        detail = argument.text if argument else ""
        if re.search(r"\{(?:response|resp|res|r)\.text\b", detail) or re.search(
            r"\{\w*user_id\w*\}.*\{\w*user_id\w*\}", detail
        ):
            yield at(
                module,
                argument.line if argument else call.line,
                "Internal values are sent to the client.",
            )


def _by_helper(facts: Facts) -> Iterator[Hit]:
    """Yield texts of exceptions that a function of the module gets and writes into a 401."""
    for module in facts.python:
        for handler in module.handlers:
            if not handler.alias or is_own_error(handler):
                continue
            for call in module.calls:
                if (
                    not handler.line <= call.line <= handler.end_line
                    or call.last not in module.by_name
                ):
                    continue
                helper = module.by_name[call.last].text
                said = next((a for a in call.arguments if mentions(a.text, handler.alias)), None)
                if said and _SENDS.search(helper) and not _WRITES.search(helper):
                    yield at(module, said.line, "The text of the exception is sent to the client.")


_SENDS: Final = lazy(r"http\.response\.(?:start|body)|\bawait\s+send\(")
_WRITES: Final = lazy(r"\blog(?:ger)?\.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield answers that carry internal error texts."""
    yield from _by_helper(facts)
    answers, own = answers_of(facts.python), facts.own_errors
    for module in facts.python:
        for line in told(facts.project, module, answers, own):
            yield at(module, line, "The text of the exception is sent to the client.")
        yield from _elsewhere(module)


RULE = Rule(
    requirement="error:no-leak",
    category="error-detail-leak",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Exception text reaches the client.",
    why="It tells an attacker which library, table or host failed, and how.",
    remedy="Log the exception and answer with a fixed sentence and a stable code.",
    check=check,
    flagged=(
        Case(
            {
                "send.py": """\
class NotSent(Exception):
    pass

def send(report):
    try:
        queue.put(report)
    except Exception as error:
        raise NotSent(f"The queue failed: {error}") from error

@router.post("/send")
def post(report: Report):
    try:
        send(report)
    except NotSent as e:
        raise HTTPException(502, detail=str(e))
"""
            }
        ),
        Case(
            {
                "api.py": """\
@router.patch("/entries/{id}")
def change(id: UUID):
    try:
        return client.entries[id]
    except LookupError as e:
        raise HTTPException(404, detail=str(e))
"""
            }
        ),
        Case(
            {
                "store.py": """\
def save(row):
    try:
        commit(row)
    except DatabaseError as error:
        raise HTTPException(400, "not saved: %s" % error)
"""
            }
        ),
        Case(
            {
                "gate.py": """\
async def gate(scope, receive, send):
    try:
        jwt.decode(scope["token"], KEY, algorithms=["ES256"])
    except jwt.PyJWTError as error:
        return await refuse(send, str(error))

async def refuse(send, text):
    await send({"type": "http.response.start", "status": 401})
    await send({"type": "http.response.body", "body": text.encode()})
"""
            }
        ),
        Case(
            {
                "api.py": """\
from fastapi import HTTPException

def read():
    try:
        work()
    except Exception as e:
        raise HTTPException(500, detail=f"failed: {str(e)}")
"""
            }
        ),
        Case(
            {
                "api.py": """\
@router.get("/callback")
def callback():
    try:
        exchange()
    except Exception as e:
        return RedirectResponse(url=f"/settings?reason={quote(str(e)[:160])}")
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

class Refused(HTTPException):
    def __init__(self, detail):
        super().__init__(status_code=401, detail=detail)

def read(token):
    try:
        return jwt.decode(token, K, algorithms=["ES256"])
    except jwt.InvalidTokenError as e:
        raise Refused(f"invalid: {e}")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "start.py": """\
@router.get("/start")
def start():
    try:
        require(settings.CLIENT)
    except HTTPException as e:
        return RedirectResponse(url=page(error=str(e.detail)))
"""
            }
        ),
        Case(
            {
                "send.py": """\
class NotSent(Exception):
    pass

class TooMany(NotSent):
    pass

def send(report):
    if report.count > 3:
        raise TooMany("Three a day are the most.")

@router.post("/send")
def post(report: Report):
    try:
        send(report)
    except NotSent as e:
        raise HTTPException(502, detail=str(e))
"""
            }
        ),
        Case(
            {
                "service.py": """\
class Ledger:
    def entry(self, id):
        raise LookupError("No such entry.")

    def change(self, id):
        return self.entry(id)
""",
                "api.py": """\
@router.patch("/entries/{id}")
def change(id: UUID, ledger=Depends(ledger)):
    try:
        return ledger.change(id)
    except LookupError as e:
        raise HTTPException(404, detail=str(e))
""",
            }
        ),
        Case(
            {
                "api.py": """\
from fastapi import HTTPException

class TaskValidationError(Exception):
    pass

def add(title):
    try:
        return make(title)
    except TaskValidationError as e:
        raise HTTPException(400, detail=str(e))
"""
            }
        ),
        Case(
            {
                "api.py": """\
from fastapi import HTTPException

def read():
    try:
        work()
    except Exception as e:
        log.exception(e)
        raise HTTPException(500, detail="failed")
"""
            }
        ),
    ),
)
