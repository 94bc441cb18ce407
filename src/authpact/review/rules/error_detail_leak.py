import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._answers import alias_of, answers_in, answers_of, is_own_error, mentions
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module

_INPUT: Final = re.compile(r"Validation|NotFound|Invalid\w*(?:Input|Data|Field)|Duplicate|Exists")


def _is_about_input(facts: Facts, caught: str) -> bool:
    """Whether an error is a class of the tree that says what is wrong with the input."""
    last = caught.strip("() ").rpartition(".")[2]
    return last in facts.project.classes and bool(_INPUT.search(last))


def _in_handlers(facts: Facts, module: Module, answers: frozenset[str]) -> Iterator[Hit]:
    for handler in module.handlers:
        alias = alias_of(module, handler)
        if not alias:
            continue
        own = is_own_error(handler) or _is_about_input(facts, handler.caught)
        for call in answers_in(module, handler, answers):
            if own and "401" not in call.text_of("status_code", 0):
                continue
            told = next((a for a in call.arguments if mentions(a.text, alias)), None)
            if told:
                yield at(module, told.line, "The text of the exception is sent to the client.")


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
                told = next((a for a in call.arguments if mentions(a.text, handler.alias)), None)
                if told and _SENDS.search(helper) and not _WRITES.search(helper):
                    yield at(module, told.line, "The text of the exception is sent to the client.")


_SENDS: Final = re.compile(r"http\.response\.(?:start|body)|\bawait\s+send\(")
_WRITES: Final = re.compile(r"\blog(?:ger)?\.")


_SERVICE: Final = re.compile(r"[\"'](?:express|fastify|hono|koa)[\"']")


def _in_hooks(facts: Facts) -> Iterator[Hit]:
    """Yield texts of exceptions that a hook of Better Auth throws on."""
    for path in {s.module.path for s in facts.issuers.servers}:
        module = facts.project.by_path[path]
        yield from _in_handlers(facts, module, frozenset({"APIError"}))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield answers that carry internal error texts."""
    yield from _by_helper(facts)
    yield from _in_hooks(facts)
    answers = answers_of(facts.python)
    services = (m for m in facts.scripts if _SERVICE.search(m.text) and m not in facts.handlers)
    for module in (*facts.python, *facts.handlers, *services):
        yield from _in_handlers(facts, module, answers)
        if module.language == "python":
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
                "service/index.js": """\
const express = require("express");
app.post("/parcels", requireAuth, async (req, res) => {
  try {
    res.json(await store(req.body));
  } catch (failure) {
    res.status(500).json({ error: "not stored", detail: failure.message });
  }
});
"""
            }
        ),
        Case(
            {
                "lib/auth.ts": """\
export const auth = betterAuth({
  emailVerification: {
    sendVerificationEmail: async ({ user, url }) => {
      try {
        await post(user.email, url);
      } catch (failure) {
        throw new APIError("BAD_REQUEST", { message: "not sent: " + (failure?.message || "") });
      }
    },
  },
});
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
