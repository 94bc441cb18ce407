"""What local names hold, told by where their values come from and where they go."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.facts._logs import Line
from authpact.review.facts._tokens import HANDED_ON, Tokens
from authpact.review.source._model import Assignment, Call, Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_NAME: Final = lazy(r"[A-Za-z_$][\w$]*")
_HEADER: Final = lazy(
    r"headers(?:\(\))?\)?(?:\.get\(|\[)\s*[\"'](?:authorization|cookie)[\"']"
    r"|(?:cookies|cookieStore|jar|\bcookies\(\)\))(?:\.get\(|\[)\s*[\"'][\w.-]*(?:token|session|jwt)[\w.-]*[\"']"
    r"|Storage\.getItem\(\s*[\"'][\w.-]*(?:token|jwt)[\w.-]*[\"']",
    re.IGNORECASE,
)
_CREDENTIALS: Final = lazy(r"^\w+\.credentials(?![\w.(])")
_ASKED: Final = lazy(
    r"^(?:await\s+)?(?:\w*(?:auth|client)\w*(?:\.api)?\.(?:token|getAccessToken|getToken)|getAccessToken)\(",
    re.IGNORECASE,
)
_CUTS: Final = lazy(r"^(\w+)(?:\.(?:r?partition|r?split|removeprefix|replace|strip)\(|\[)")
_SIGNS: Final = lazy(r"new\s+SignJWT\(|(?<![\w.])jwt\.sign\(")
_SCHEME: Final = lazy(r"(?:split|partition)\((?:\s*[\"'] [\"'][^()]*)?\)\s*\[\s*0\s*\]|\.scheme\b")
"""The first word of a header: the scheme."""
_SOURCES: Final = (_CREDENTIALS, _ASKED, _SIGNS)
_HASHES: Final = lazy(
    r"sha\d+|blake2|md5|hexdigest|createHash|\bhmac\b|fingerprint|\bmask|redact|obfuscat|scrub"
    r"|^\s*(?:len|bool|type)\(|^[\"'][^\"']*[\"']$",
    re.IGNORECASE,
)
_ALIAS: Final = lazy(r"Header\([^()]*alias\s*=\s*[\"']authorization", re.IGNORECASE)
_PART: Final = lazy(r"^(?:_|scheme|kind|status|ok)$|err", re.IGNORECASE)
_Place = tuple[str, int]


def _place(module: Module, function: Function) -> _Place:
    return module.path, function.start


def _own(module: Module, function: Function) -> list[Assignment]:
    return [a for a in module.assignments if function.line <= a.line <= function.end_line]


def names_in(target: str) -> list[str]:
    """Return the names that a target of an assignment binds."""
    return _NAME.findall(re.sub(r"\w+\s*:\s*(?=\w)", "", target))


def is_hashed(line: Line, name: str) -> bool:
    """Whether a name was given a digest, or another harmless value, just before the log line."""
    if line.function is None:
        return False
    before = [
        a
        for a in line.module.assignments
        if a.target == name and line.function.line <= a.line <= line.call.line
    ]
    return bool(before) and bool(_HASHES.search(before[-1].value))


def _callee(value: str) -> str:
    """Return the name of what an expression calls, empty when it is more than one call."""
    found = re.match(r"(?:await\s+)?([\w.]+)\(", value)
    return found[1] if found and not re.search(r"\)\s*[\[.][^()]*$", value) else ""


class Held:
    """Tells names that hold tokens or claims, function by function."""

    def __init__(self, project: Project, tokens: Tokens) -> None:
        self._project = project
        self._decodes: dict[_Place, list[Call]] = {}
        self._signs: dict[_Place, set[int]] = {}
        self._found: dict[_Place, frozenset[str]] = {}
        for v in tokens.verifications:
            if v.function is not None:
                self._decodes.setdefault(_place(v.module, v.function), []).append(v.call)
        for mint in tokens.mints:
            if mint.function is not None:
                lines = self._signs.setdefault(_place(mint.module, mint.function), set())
                lines.add(mint.call.line)

    def tokens(self, module: Module, function: Function) -> frozenset[str]:
        """Return the names of a function that hold a token."""
        place = _place(module, function)
        if place not in self._found:
            named = self._tokens(module, function)
            self._found[place] = frozenset(n for n in named if not _PART.search(n))
        return self._found[place]

    def _tokens(self, module: Module, function: Function) -> Iterator[str]:
        yield from self._verified(module, function)
        yield from (p.name for p in function.parameters if _ALIAS.search(p.default))
        signed, raw = self._signs.get(_place(module, function), set()), set[str]()
        for one in _own(module, function):
            value, names = one.value.strip(), names_in(one.target)
            cut = _CUTS.match(value)
            if _SCHEME.search(value):
                continue
            if _HEADER.search(value) or (cut and cut[1] in raw):
                raw |= set(names[-1:])
            elif one.line in signed or any(p.search(value[:200]) for p in _SOURCES):
                yield from names
        yield from raw

    def _verified(self, module: Module, function: Function) -> Iterator[str]:
        """Yield the names that a function decodes, itself or through a function of the tree."""
        taken = self._decodes.get(_place(module, function), ())
        yield from (a for c in taken if _NAME.fullmatch(a := c.text_of("", 0)))
        for call in module.calls_in(function):
            texts = [a.text for a in call.arguments]
            hands_on = call.last in HANDED_ON and len(texts) > 1
            called, given = (texts[0], texts[1:]) if hands_on else (call.name, texts)
            found = self._verifier(module, called) if given else None
            if found is not None and _NAME.fullmatch(given[0]):
                asked = [p.name for p in found[1].parameters if p.name not in {"self", "cls"}]
                decoded = {c.text_of("", 0) for c in self._decodes[_place(*found)]}
                yield from given[:1] if set(asked[:1]) & decoded else ()

    def _verifier(self, module: Module, called: str) -> tuple[Module, Function] | None:
        head, _, last = called.rpartition(".")
        found = self._project.function(module, last if head in {"self", "cls"} else called)
        return found if found and _place(*found) in self._decodes else None

    def claims(self, module: Module, function: Function, depth: int = 2) -> frozenset[str]:
        """Return the names of a function that hold all claims of a token."""
        decodes = {c.name for c in self._decodes.get(_place(module, function), ())}
        found = set[str]()
        for one in _own(module, function):
            called = _callee(one.value)
            if not called or not _NAME.fullmatch(one.target):
                continue
            meant = self._verifier(module, called) if called not in decodes else None
            if called in decodes or (meant and depth and self._answers(*meant, depth - 1)):
                found.add(one.target)
        return frozenset(found)

    def _answers(self, module: Module, function: Function, depth: int) -> bool:
        """Whether a verifier returns the claims as they are."""
        if re.search(r"return\s+(?:\w*jwt\w*\.)?decode\(", function.text):
            return True
        named = re.findall(r"return\s+(\w+)\s*$", function.text, re.MULTILINE)
        return bool(set(named) & self.claims(module, function, depth))
