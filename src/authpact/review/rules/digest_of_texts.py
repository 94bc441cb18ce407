import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._answers import handlers_around
from authpact.review.facts._facts import Facts
from authpact.review.facts._logs import origin
from authpact.review.source._model import Function, Module

_BYTES: Final = re.compile(r"encode\(|^b[\"']|digest\(|bytes|hash", re.IGNORECASE)
_SENT: Final = re.compile(r"(?:headers|cookies|query_params)(?:\.get\(|\[)")


def _is_sent(module: Module, function: Function, text: str) -> bool:
    """Whether an expression is a text from the request: a header, a cookie, a parameter."""
    behind = origin(module, function, text) or text
    head = behind.partition(" or ")[0].strip()
    declared = next((p for p in function.parameters if p.name == head), None)
    given = declared is not None and re.match(r"(?:Header|Cookie|Query)\(", declared.default)
    return bool(given or _SENT.search(behind))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield comparisons in constant time of two texts of which the client chooses one."""
    for module in facts.python:
        for call in module.called("compare_digest"):
            function = module.function_of(call)
            texts = [a.text for a in call.arguments]
            if function is None or any(_BYTES.search(t) for t in texts):
                continue
            behind = [origin(module, function, t) for t in texts]
            if handlers_around(module, call.line) or any(_BYTES.search(t) for t in behind):
                continue
            if any(_is_sent(module, function, t) for t in texts):
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
