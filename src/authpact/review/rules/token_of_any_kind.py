import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._mints import Mint
from authpact.review.facts._tokens import Verification
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

_KIND: Final = lazy(
    r"[\"'](type|typ|token_type|purpose|use|token_use|kind|scope)[\"']\]?\s*[:=]\s*[\"']([\w:.-]+)[\"']"
)
_OTHER: Final = lazy(
    r"refresh|reset|verif|confirm|invit|magic|activat|mfa|2fa|otp|pre_?auth|unsubscribe",
    re.IGNORECASE,
)
_SUBJECT: Final = lazy(r"[\"'](?:sub|user_id|id|email)[\"']|\.copy\(\)|\*\*\w+|dict\(")
_STORED: Final = lazy(r"\bjti\b|revok|blacklist|denylist|blocklist", re.IGNORECASE)


def _last(name: str) -> str:
    return name.rpartition(".")[2].strip("\"'()")


def _others(facts: Facts) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the keys, by service, that sign tokens for one step, with the claim and its value."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for mint in facts.tokens.mints:
        kind = _kind(mint)
        if kind is None or mint.function is None or not _SUBJECT.search(mint.text):
            continue
        if facts.project.callers(mint.module, mint.function):
            found.setdefault(_signed_by(mint.module, mint.call.text_of("key", 1)), kind)
    return found


def _signed_by(module: Module, key: str) -> tuple[str, str]:
    return module.path.partition("/")[0], _last(key)


def _kind(mint: Mint) -> tuple[str, str] | None:
    """Return the claim that tells a token for one step from those of the API, and its value."""
    if mint.module.language != "python":
        return None
    found = ((claim, kind) for claim, kind in _KIND.findall(mint.text) if _OTHER.search(kind))
    return next(found, None)


def _looks(facts: Facts, module: Module, function: Function, claim: str, depth: int = 0) -> bool:
    """Whether a function, or what it calls, or a class it fills, looks at the kind of a token."""
    plain = re.sub(r"\btoken_type\s*=\s*[\"']bearer[\"']", "", function.text, flags=re.IGNORECASE)
    if re.search(rf"{claim}\b(?!\()|\w_type\b", plain) or _STORED.search(plain):
        return True
    for name in re.findall(r"\b([A-Z]\w+)\(\s*\*\*", plain):
        if name in facts.project.classes and claim in facts.project.classes[name][1].text:
            return True
    return depth == 0 and any(
        _looks(facts, *found, claim, 1) for found in facts.project.callees(module, function)
    )


def _opening(facts: Facts) -> Iterator[tuple[Module, Function, Verification]]:
    """Yield the gates that verify, by themselves or through one helper, with the verification."""
    by_place = {
        (v.module.path, v.function.line): v
        for v in facts.verifications
        if v.function and v.is_for_access and v.module.language == "python"
    }
    for module, function in facts.gates:
        own = by_place.get((module.path, function.line))
        if own:
            yield module, function, own
            continue
        for home, inner in facts.project.callees(module, function):
            helped = by_place.get((home.path, inner.line))
            if helped:
                yield module, function, helped


def check(facts: Facts) -> Iterator[Hit]:
    """Yield gates that take the tokens of a reset or a refresh for tokens of the API."""
    others = _others(facts)
    done = set[tuple[str, int]]()
    for module, function, verified in _opening(facts) if others else ():
        claim, kind = others.get(_signed_by(verified.module, verified.key_text), ("", ""))
        place = verified.call.line if verified.module is module else function.line
        inside = function.line <= place <= function.end_line
        line = place if inside else function.line
        if not claim or verified.has_audience or (module.path, line) in done:
            continue
        if not _looks(facts, module, function, claim):
            done.add((module.path, line))
            yield at(module, line, f"A token of {claim} {kind} opens the API as well.")


_TOKENS: Final = """\
import jwt
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

app = FastAPI()

def access(sub):
    return jwt.encode({"sub": sub, "exp": soon()}, KEY, algorithm="HS256")

def renewal(sub):
    return jwt.encode({"sub": sub, "exp": later(), "type": "refresh"}, KEY, algorithm="HS256")

@app.post("/renew")
def renew(sub=Depends(known)):
    return {"access": access(sub), "refresh": renewal(sub)}

def current_user(sent=Depends(HTTPBearer())):
    payload = jwt.decode(sent.credentials, KEY, algorithms=["HS256"])
    return payload["sub"]

@app.get("/notes")
def notes(user=Depends(current_user)):
    return rows.of(user)
"""


def _tokens(old: str = "", new: str = "") -> Case:
    """Return an application with two kinds of tokens and one part replaced."""
    return Case({"main.py": _TOKENS.replace(old, new) if old else _TOKENS})


RULE = Rule(
    requirement="token:expiry",
    category="excessive-expiry",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A token that was made for one step opens the whole API.",
    why="The refresh token lives for days and the link in a mail is a sign-in: the short life of access tokens is void.",
    remedy="Give every kind of token its own `type` or audience, and refuse all others where the API is opened.",
    check=check,
    flagged=(
        _tokens(),
        _tokens('"type": "refresh"', '"purpose": "password_reset"'),
    ),
    accepted=(
        _tokens(
            'return payload["sub"]',
            'return payload["sub"] if payload.get("type") is None else None',
        ),
        _tokens('later(), "type": "refresh"}, KEY', 'later(), "type": "refresh"}, REFRESH_KEY'),
        _tokens('"type": "refresh"', '"type": "access"'),
        _tokens(', "refresh": renewal(sub)', ""),
    ),
)
