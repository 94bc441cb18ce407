"""Ways through a gate on which somebody is let in and nothing was verified."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.facts._guards import Guards
from authpact.review.facts._openings import is_identity
from authpact.review.source._model import Function, Module
from authpact.review.source._paths import Way, ways
from authpact.review.source._pattern import lazy

_PROOF: Final = lazy(
    r"(?<!b64)(?<!64_)decode\(|verif|authenti[cf]|introspect|validat|compare_digest|get_signing_key|getSession"
    r"|execute\(|\.exec\(|quer(?:y|ies)|scalars?\(|select\(|find_one|fetch|lookup|redis|cache"
    r"|httpx|aiohttp|requests\.|urlopen|\.post\(|get_session|get_user|current_user|current_session|by_\w*(?:token|key)\b"
    r"|super\(\)|signature|hmac|unsign|\.loads\(\s*(?:token|signed|raw)\w*\s*[,)]|load_user|resolve_",
    re.IGNORECASE,
)
_CREDENTIAL: Final = lazy(r"auth|token|key|cookie|cred|secret|jwt|bearer|request", re.IGNORECASE)
_PRESENTED: Final = lazy(
    r"token|authori[sz]ation|cookie|jwt|bearer|credential|signature|api_?key|current_|get_?session",
    re.IGNORECASE,
)
"""What a caller shows; a `try` around anything else asks for no identity."""
_ASKED: Final = lazy(
    r"headers?(?:\.get\(|\[)\s*[\"']([\w-]+)|(?:cookies|query_params)(?:\.get\(|\[)\s*[\"'](\w+)"
)
_CALLED: Final = lazy(r"(?:await\s+)?([\w.]+)\(([^()]*)\)")
_NOBODY: Final = lazy(r"anon|guest|public|Response\(|Exception\(|Error\(", re.IGNORECASE)
_HELPER: Final = lazy(
    r"^_?(?:get|extract|read|parse|fetch)_\w*(?:token|header|cookie|scheme|path|url)s?$"
    r"|_?key|jwk|client|secret|config|settings|cache",
    re.IGNORECASE,
)
_HOPS: Final = 4
_CONFIGURED: Final = lazy(
    r"(?:==|!=|\bin\b).*(?:[A-Z_]{4,}|secret|_key|token\b)|environ|getenv|settings|config|(?i:debug|\bdev|test|mock)",
)


def _shown(way: Way, name: str) -> str:
    """Return what a name was last given on a way, the name itself when that is not known."""
    given = re.compile(rf"^[ \t]*{re.escape(name)}\s*(?::[^=\n]+)?=(?!=)\s*(.+)$", re.MULTILINE)
    found = (given.findall(text) for text in reversed(way.before))
    return next((str(values[-1]) for values in found if values), name)


def _is_somebody(way: Way) -> bool:
    """Whether a way answers with an identity that the request or the code itself gave."""
    value = way.value.strip()
    root = re.match(r"\(?([A-Za-z_]\w*)(?:$|[.\[(,])", value)
    shown = _shown(way, root[1]) if root else value
    if _NOBODY.search(value) or _NOBODY.search(shown):
        return False
    ran = " ".join(way.before)
    if shown != value and "loads(" in shown and "b64decode" in f"{shown} {ran}":
        return True
    read = _ASKED.search(shown)
    if read and _CREDENTIAL.search(read[1] or read[2]):
        return False
    return is_identity(shown)


def skipped(guards: Guards, module: Module, function: Function) -> Iterator[Way]:
    """Yield the ways through a gate that verify nothing while another way through it does."""
    if _HELPER.search(function.name) or not _PROOF.search(function.text):
        return
    if any("Depends" in f"{p.annotation}{p.default}" for p in function.parameters):
        return
    if not guards.checks(module, function):
        return
    for way in ways(function.text):
        if way.target or not way.conditions or way.is_handling or way.swallowed:
            continue
        if any(_CONFIGURED.search(c) for c in way.conditions):
            continue
        ran = "\n".join((*way.before, *way.conditions, way.value))
        if not _PROOF.search(ran) and _is_somebody(way):
            yield way


def stood_in(guards: Guards, module: Module, function: Function) -> Iterator[Way]:
    """Yield where a caller of whom nothing could be verified is made somebody all the same."""
    if "except" not in function.text or not _PROOF.search(function.text):
        return
    if not guards.checks(module, function):
        return
    for way in ways(function.text):
        absent = way.conditions[-1] if way.conditions else ""
        name = re.escape(way.target)
        if not name.isidentifier() or not re.fullmatch(rf"not\s+{name}|{name}\s+is\s+None", absent):
            continue
        tried = next((t for t in way.swallowed if re.search(rf"\b{name}\s*=", t)), "")
        verified = _PROOF.search(tried) and _PRESENTED.search(tried)
        if verified and not _NOBODY.search(way.value) and _is_made_up(way.value):
            yield way


_UNSIGNED: Final = lazy(
    r"verify_signature[\"']?\s*[:=]\s*False|get_unverified_claims\(|b64decode\("
)
_SIGNED: Final = lazy(r"(?<!b64)(?<!64_)\bdecode\(|(?<!un)verif\w*\(|\.validate\(")
_MISSING: Final = lazy(r"^not\s+[\w.]+$|\bis\s+None$")


def _source(way: Way) -> str:
    """Return what the answer of a way comes from, followed through its variables."""
    value = way.value
    for _ in range(_HOPS):
        root = re.search(r"(?<![\w.\"'])(?!(?:str|int|dict|User|UUID)\()([a-z_]\w*)", value)
        shown = _shown(way, root[1]) if root else ""
        if root is None or shown == root[1]:
            break
        value = shown
    return value


def believed(guards: Guards, module: Module, function: Function) -> Iterator[Way]:
    """Yield the ways on which a token is believed unsigned while another way verifies it."""
    text = function.text
    unsigned = _UNSIGNED.search(text)
    if not unsigned or not _SIGNED.search(_UNSIGNED.sub("", text)):
        return
    if not guards.checks(module, function):
        return
    for way in ways(text):
        if way.target or way.is_handling or not any(_MISSING.search(c) for c in way.conditions):
            continue
        if any(_CONFIGURED.search(c) for c in way.conditions):
            continue
        verified = any(_SIGNED.search(b) and not _UNSIGNED.search(b) for b in way.before)
        if not verified and _UNSIGNED.search(_source(way)):
            yield way


def _is_made_up(value: str) -> bool:
    """Whether an identity is written out, or made by a call that knows nothing of the caller."""
    made = _CALLED.fullmatch(value)
    blind = made and not _PROOF.search(made[1]) and not _CREDENTIAL.search(made[2])
    return bool(blind) or is_identity(value)
