from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._answers import handlers_around
from authpact.review.facts._facts import Facts
from authpact.review.facts._logs import origin
from authpact.review.facts._sent import Sent
from authpact.review.source._pattern import lazy

_BYTES: Final = lazy(
    r"(?:\.encode\([^()]*\)|\.digest\(\)|\bbytes(?:\.fromhex)?\([^()]*\)|b64decode\([^()]*\))\s*$|^b[\"']|_bytes$"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield comparisons in constant time of two texts of which the client chooses one."""
    sent = Sent(facts.project, facts.application)
    for module in facts.python:
        for call in module.called("compare_digest"):
            function = module.function_of(call)
            if function is None or handlers_around(module, call.line):
                continue
            texts = [a.text for a in call.arguments]
            behind = [origin(module, function, t) for t in texts]
            if any(_BYTES.search(t) for t in (*texts, *behind)):
                continue
            if any(sent.is_sent(module, function, t) for t in texts):
                yield at(module, call, "A letter outside of ASCII ends in a server error.")


RULE = Rule(
    requirement="error:fail-closed",
    category="auth-error-500",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Texts are compared where only bytes are safe.",
    why="`compare_digest` raises TypeError for a text with a letter outside of ASCII: 500, not 401.",
    remedy="Encode both sides first.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI
from state import owner_of

app = FastAPI()

@app.get("/returned")
def returned(state: str, code: str):
    return linked(owner_of(state), code)
""",
                "state.py": """\
def owner_of(state: str) -> str:
    owner, mac = state.split(":")
    wanted = hmac.new(KEY, owner.encode(), "sha256").hexdigest()
    if not hmac.compare_digest(mac, wanted):
        raise HTTPException(400)
    return owner
""",
            }
        ),
        Case(
            {
                "hook.py": """\
def hook(x_secret: str | None = Header(default=None)):
    given = x_secret or ""
    if not hmac.compare_digest(given, settings.hook_secret):
        raise HTTPException(403)
    try:
        return read()
    except ValueError:
        raise HTTPException(400)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "codes.py": """\
def read(name: str) -> bytes:
    data = files.get(name)
    wanted = index[name]
    if not hmac.compare_digest(hashlib.sha256(data).hexdigest(), wanted):
        raise ValueError(name)
    return data
"""
            }
        ),
        Case(
            {
                "hook.py": """\
def hook(x_secret: str = Header("")):
    if not hmac.compare_digest(x_secret.encode(), settings.hook_secret.encode()):
        raise HTTPException(403)

def check(signature, expected):
    return hmac.compare_digest(signature, expected)
"""
            }
        ),
    ),
)
