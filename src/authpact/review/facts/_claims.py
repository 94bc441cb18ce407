"""Which claims tokens carry, and which ones the API reads, in names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.facts._issuers import Issuer, Issuers
from authpact.review.facts._mints import Mint
from authpact.review.facts._tokens import Tokens, Verification
from authpact.review.source._model import Class, Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._text import literal, members

_USER: Final = ("id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt")
_PAYLOAD: Final = lazy(r"definePayload\s*(?::\s*(?:async\s*)?|=\s*)?\([^)]*\)\s*(?:=>)?\s*")
_OBJECT: Final = lazy(r"\(?\s*(\{.*)", re.DOTALL)
_ASSIGNED: Final = lazy(r"^\s*([A-Za-z_]\w*)(?:\s*:\s*[^=\n]+)?\s*=\s*(?:await\s+)?[\w.]*$")
_MODEL: Final = lazy(
    r"\b([A-Z]\w*)(?:\.model_validate|\.parse_obj|\.from_dict)?\(\s*(?:\*\*)?(\w+)\s*\)"
)
_ALIAS: Final = lazy(r"\balias\s*=\s*([\"']\w+[\"'])")


@dataclass(frozen=True, slots=True)
class Reading:
    """One place where the API reads claims of a verified token."""

    module: Module
    line: int
    name: str
    beside: frozenset[str]
    """All claims that the same function reads."""


def _closed(text: str) -> str:
    """Return the object literal at the beginning of a text, empty when it does not end."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0:
            return text[: index + 1]
    return ""


def _defined(options: str) -> frozenset[str] | None:
    """Return what `definePayload` puts into a token; None when that is not written there."""
    found = _PAYLOAD.search(options)
    if not found:
        return None
    rest = options[found.end() :]
    if rest.startswith("{") and "return" in rest:
        rest = rest.partition("return")[2].lstrip()
    body = _OBJECT.match(rest)
    text = _closed(body[1]) if body else ""
    if not text or "..." in text:
        return None
    return frozenset(name.strip("\"'") for name in members(text))


def _of_plugin(server: Issuer) -> frozenset[str] | None:
    """Return the claims of the jwt plugin's tokens; None when they cannot be told."""
    options = server.plugins.get("jwt", "").strip()
    if options and not options.startswith("{"):
        return None
    if "definePayload" in options:
        defined = _defined(options)
        return defined if defined is None else defined | {"sub", "iss", "aud", "iat", "exp"}
    if "..." in options or set(server.plugins) - {"jwt", "nextCookies", "bearer", "openAPI"}:
        return None  # the whole user is the payload, and other plugins add to it
    further = members(members(server.options.get("user", "")).get("additionalFields", ""))
    return frozenset((*_USER, *further, "sub", "iss", "aud", "iat", "exp"))


def _assigned(module: Module, line: int, name: str) -> str:
    """Return the variable that a call on this line is assigned to, empty for none."""
    found = _ASSIGNED.search(module.lines[line - 1].partition(f"{name}(")[0])
    return found[1] if found else ""


def _hands_on(v: Verification) -> bool:
    """Whether the function around a verification returns the claims as they are."""
    name = _assigned(v.module, v.call.line, v.call.name)
    given = (
        rf"return\s+{name}\s*$" if name else rf"return\s+(?:await\s+)?{re.escape(v.call.name)}\("
    )
    return v.function is not None and bool(re.search(given, v.function.text, re.MULTILINE))


class Claims:
    """Compares by name what is issued with what is read."""

    def __init__(self, project: Project, tokens: Tokens, issuers: Issuers) -> None:
        self._project = project
        self._tokens = tokens
        self._issuers = issuers

    def issued_to(self, module: Module) -> frozenset[str] | None:
        """Return the claims of any token this module may get; None when they are not known."""
        root = module.path.partition("/")[0]
        rows = [_of_plugin(s) for s in self._issuers.servers if "jwt" in s.plugins]
        rows += [
            self._of_mint(m)
            for m in self._tokens.mints
            if m.module.language == "script" or m.module.path.partition("/")[0] == root
        ]
        known = [row for row in rows if row is not None]
        if not rows or len(known) < len(rows):
            return None
        return frozenset().union(*known)

    def _of_mint(self, mint: Mint) -> frozenset[str] | None:
        return frozenset(mint.claims) or None

    def read_after(self, v: Verification) -> tuple[Reading, ...]:
        """Return the claims that the code around a verification, or a guard behind it, reads."""
        if v.function is None:
            return ()
        rows = list(self._behind(v.module, v.function, v.call.line, v.call.name))
        if not _hands_on(v):
            return tuple(rows)
        rows += self._in_callers(v.module, v.function)
        for module, function, parameter in self._guards_behind(v.function):
            rows += self._in(module, function, parameter)
        return tuple(rows)

    def _behind(
        self, module: Module, function: Function, line: int, name: str
    ) -> Iterator[Reading]:
        """Yield what is read of the variable that a call on this line is assigned to."""
        variable = _assigned(module, line, name)
        if variable:
            yield from self._in(module, function, variable)
            yield from self._in_models(function, variable)

    def _in_callers(self, module: Module, verifier: Function) -> Iterator[Reading]:
        for home, around, line in self._project.callers(module, verifier):
            yield from self._behind(home, around, line, verifier.name)

    def _in(self, module: Module, function: Function, variable: str) -> Iterator[Reading]:
        pattern = re.compile(
            rf"\b{variable}(?:\.claims)?(?:\.get\(\s*|\[\s*)([\"']\w+[\"'])\s*[\]),]"
        )
        found = [(m.start(), literal(m[1]) or "") for m in pattern.finditer(function.text)]
        names = frozenset(name for _, name in found)
        for start, name in found:
            line = function.line + function.text.count("\n", 0, start)
            yield Reading(module, line, name, names)

    def _in_models(self, function: Function, variable: str) -> Iterator[Reading]:
        for match in _MODEL.finditer(function.text):
            known = self._project.classes.get(match[1])
            if match[2] == variable and known:
                yield from self._required(*known)

    def _required(self, module: Module, model: Class) -> Iterator[Reading]:
        """Yield the fields a model of claims demands, by the name in the token."""
        fields = [a for a in module.assignments if a.owner == model.name and a.annotation]
        names = frozenset(a.target for a in fields)
        for field in fields:
            alias = _ALIAS.search(field.value)
            demanded = not field.value or (alias and "default" not in field.value)
            if demanded and "None" not in field.annotation and "Optional" not in field.annotation:
                name = (literal(alias[1]) or "") if alias else field.target
                yield Reading(module, field.line, name, names)

    def _guards_behind(self, verifier: Function) -> Iterator[tuple[Module, Function, str]]:
        """Yield functions that get verified claims by a dependency on the verifier."""
        wanted = re.compile(rf"\bDepends\(\s*(?:\w+\.)*{re.escape(verifier.name)}\s*\)")
        for module in self._project.python:
            if verifier.name not in module.code:
                continue
            for function in module.functions:
                for parameter in function.parameters:
                    if wanted.search(f"{parameter.annotation} {parameter.default}"):
                        yield module, function, parameter.name
