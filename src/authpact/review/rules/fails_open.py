import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function
from authpact.review.source._pattern import lazy

_UNSET: Final = lazy(
    r"^[ \t]*if\s+(?:not\s+([\w.]*(?:secret|key|token)\w*)|([\w.]*(?:secret|key)\w*)\s+(?:is\s+None|==\s*[\"']{2}))\s*:\s*$",
    re.IGNORECASE,
)
_NEAR: Final = 8
_OPERATOR: Final = lazy(r"(?:^|/)scripts?/")
"""Where a person runs what asks for somebody else's answer; nobody is let in there."""
_SWALLOWED: Final = lazy(r"^[ \t]*(?:return\s+True|return\s+await\s+call_next)", re.MULTILINE)
_CHECKS: Final = lazy(r"verif|signature|authenti|check_token|validate", re.IGNORECASE)
_VERIFIES: Final = lazy(
    r"verif|signature|authenti|authori|check_|validate|require|admin|guard|api_?key|secret|dispatch|protect",
    re.IGNORECASE,
)
_KEY: Final = r"[\w.]*(?:secret|api_?key|admin_?key|_key|_token|password)\w*"
_CONFIGURED: Final = lazy(
    r"settings\.|config\.|os\.getenv|os\.environ|getenv\(|^[A-Z][A-Z0-9_]+$|get_settings\(\)"
)
_GIVEN: Final = lazy(
    rf"^(\s*)if\s+\(?({_KEY})(?:\s+is\s+not\s+None)?\s*(and\s+[^\n]*(?:!=|not\s+[^\n]*compare)[^\n]*)?:\s*$",
    re.IGNORECASE,
)


def _is_configured(function: Function, name: str) -> bool:
    """Whether a name is a setting, or a variable that was read from one."""
    if _CONFIGURED.search(name):
        return True
    read = re.search(rf"\b{re.escape(name)}\b\s*=\s*([^\n]+)", function.text)
    return bool(read and _CONFIGURED.search(read[1].strip().lstrip("(")))


def _without_secret(function: Function) -> Iterator[int]:
    """Yield the lines of `if not secret:` branches that answer True."""
    lines = function.text.split("\n")
    for index, text in enumerate(lines):
        unset = _UNSET.match(text)
        if unset is None:
            continue
        name = unset[1] or unset[2]
        if not (_is_configured(function, name) or re.search(r"secret", name, re.IGNORECASE)):
            continue
        depth = len(text) - len(text.lstrip())
        for inner in lines[index + 1 : index + _NEAR]:
            if inner.strip() and len(inner) - len(inner.lstrip()) <= depth:
                break
            if re.fullmatch(r"return(?:\s+(?:True|await\s+call_next\(\w+\)))?", inner.strip()):
                yield function.line + index


def _only_when_set(function: Function) -> Iterator[int]:
    """Yield the lines of `if secret:` whose refusals are skipped when it is not set."""
    lines = function.text.split("\n")
    for index, text in enumerate(lines):
        match = _GIVEN.match(text)
        if match is None or not _is_configured(function, match[2]):
            continue
        depth = len(match[1])
        rest = lines[index + 1 :]
        end = next(
            (i for i, t in enumerate(rest) if t.strip() and len(t) - len(t.lstrip()) <= depth),
            len(rest),
        )
        inner, after = "\n".join(rest[:end]), "\n".join(rest[end:])
        refuses = re.search(r"\braise\b|\b40[13]\b", inner)
        compares = match[3] or re.search(r"!=|compare_digest", inner)
        otherwise = re.search(
            rf"^ {{{depth}}}(?:raise\b|return\s+(?:False|None)\b)|!=|==|compare|verif|decode",
            after,
            re.MULTILINE,
        )
        if refuses and compares and not otherwise and not after.lstrip().startswith("else"):
            yield function.line + index


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verification code that says yes when it cannot tell."""
    for module in (m for m in facts.python if not _OPERATOR.search(m.path)):
        for function in (f for f in module.functions if _VERIFIES.search(f.name)):
            for line in _without_secret(function):
                yield at(module, line, "Without a configured secret every request is let in.")
            for line in _only_when_set(function):
                message = "The credential is compared only when the secret is set."
                yield at(module, line, message, Severity.HIGH)
            for handler in module.handlers:
                inside = function.line < handler.line <= function.end_line
                if inside and _CHECKS.search(function.name) and _SWALLOWED.search(handler.text):
                    yield at(module, handler.line, "An error while verifying lets the request in.")


RULE = Rule(
    requirement="error:fail-closed",
    category="auth-fail-open",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A missing setting or an error lets requests in.",
    why="An attacker only has to cause the error; an operator only has to forget the variable.",
    remedy="Refuse to start without the secret, and refuse the request on any error.",
    check=check,
    flagged=(
        Case(
            {
                "guard.py": """\
def require_admin(x_admin_key: str = Header("")):
    if settings.ADMIN_KEY and x_admin_key != settings.ADMIN_KEY:
        raise HTTPException(403)
"""
            }
        ),
        Case(
            {
                "guard.py": """\
def require_admin(request):
    configured_key = (config.admin_api_key or "").strip()
    if configured_key:
        if request.headers.get("x-admin-key") != configured_key:
            raise HTTPException(403)
        return
    log.warning("no key; everybody is an administrator")
"""
            }
        ),
        Case(
            {
                "guard.py": """\
async def verify_api_key(x_api_key: str = Header("")):
    if API_KEY is None:
        return
    if x_api_key != API_KEY:
        raise HTTPException(401)
"""
            }
        ),
        Case(
            {
                "hooks.py": """\
def verify_signature(body, headers):
    if not SECRET:
        log.warning("unset")
        return True
    return check(body, headers)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "scripts/plans.py": """\
def check_plan(report):
    api_key = os.environ.get("PLANS_API_KEY")
    if not api_key:
        return
    report.plan = asked("https://plans.example/mine", api_key)
"""
            }
        ),
        Case(
            {
                "guard.py": """\
def require_admin(x_admin_key: str = Header("")):
    if settings.ADMIN_KEY and compare_digest(x_admin_key, settings.ADMIN_KEY):
        return
    raise HTTPException(403)

def verify_optional(token: str | None):
    if not token:
        return
    return read(token)
"""
            }
        ),
        Case(
            {
                "hooks.py": """\
def verify_signature(body, headers):
    if not SECRET:
        raise RuntimeError("unset")
    return check(body, headers)
"""
            }
        ),
    ),
)
