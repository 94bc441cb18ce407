"""Middleware that lets nobody through who has not shown who they are."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.facts._blocks import Block, blocks, handled
from authpact.review.facts._guards import Guards
from authpact.review.facts._routers import Guard, Router, key, opened_by, paths_in
from authpact.review.facts._signs import EVIDENCE, NAMES_AUTH, READS_CREDENTIAL
from authpact.review.source._model import Call, Function, Module
from authpact.review.source._pattern import lazy

_STRANGER: Final = lazy(r"\b401\b|HTTP_401|\bUNAUTHORIZED\b|\bUnauthorized\b")
_FORBIDDEN: Final = lazy(r"\b403\b|HTTP_403|\bFORBIDDEN\b")
_CAUGHT: Final = lazy(
    r"except\b[^\n]*(?:Auth|Token|JWT|Credential|Identity|Session|Signature|HTTPException)"
)
_PASSES: Final = lazy(r"\bcall_next\(|\bself\.(?:_)?app\(|\bawait\s+\w+\(\s*scope\s*,")
_LOOKS: Final = lazy(
    r"(?:verif|valid|authent|decod|resolv|look_?up|get|load|fetch|check|read|pars|requir|introspect)\w*"
    r"(?:token|session|user|principal|identity|signature|jwt|hmac|secret|api_?key|caller|credential)",
    re.IGNORECASE,
)
_FORGERY: Final = lazy(r"csrf|xsrf", re.IGNORECASE)
_SHOWN: Final = lazy(
    r"(\w+)\s*(?::[^=\n]+)?=\s*[^\n]*?(?:headers|cookies|authorization)", re.IGNORECASE
)
_USUAL: Final = frozenset(
    ["token", "auth", "auth_header", "authorization", "credentials", "bearer"]
)
_PROTECTING: Final = lazy(r"protect|needs_|requires?_|secured|private", re.IGNORECASE)
_ABSENT: Final = lazy(r"^(?:not\s+(\w+)\b(?!\.|\()|(\w+)\s+is\s+None)")
_PRESENT: Final = lazy(r"^(\w+)(?:$|\s+is\s+not\s+None|\.(?:lower\(\)\.)?startswith\()")
_DEEP: Final = 2
_SOCKETS: Final = lazy(r"[\"']websocket[\"']")

Target = Callable[[Module, str, int], tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class _Body:
    """The code of a middleware: its class, or its function."""

    module: Module
    functions: tuple[Function, ...]
    text: str


class Walls:
    """Finds the walls of every application."""

    def __init__(self, guards: Guards, routers: Iterable[Router], target: Target) -> None:
        self._guards, self._project, self._target = guards, guards.project, target
        self._routers = {key(r.module, r.name): r for r in routers}
        self._by_application: dict[tuple[str, str], list[Guard]] = {}
        self._by_function: dict[tuple[str, str], list[Guard]] = {}
        self._judged: dict[tuple[str, str], Guard | None] = {}
        wrappers = self._wrappers()
        for module in self._project.python:
            for owner, function, guard in self._installed(module):
                self._enter(module, owner, function, guard)
            for call in module.calls:
                if call.last in wrappers:
                    self._wrap(module, call)

    def of(self, router: Router) -> tuple[Guard, ...]:
        """Return the walls of an application; a function that gets it may install some, too."""
        found = list(self._by_application.get(key(router.module, router.name), ()))
        name = router.name.partition("@")[0]
        for call in router.module.calls if self._by_function else ():
            if any(a.text == name for a in call.arguments):
                meant = self._project.function(router.module, call.name)
                if meant:
                    found += self._by_function.get((meant[0].path, meant[1].name), ())
        return tuple(dict.fromkeys(found))

    def _enter(self, module: Module, owner: str, function: int, guard: Guard) -> None:
        target = self._target(module, owner, function)
        if target in self._routers:
            self._by_application.setdefault(target, []).append(guard)
        around = module.functions[function] if function >= 0 else None
        if around and any(p.name == owner for p in around.parameters):
            self._by_function.setdefault((module.path, around.name), []).append(guard)
        elif target not in self._routers:
            for name, router in self._routers.items():
                if router.is_application and name[0] == module.path:
                    self._by_application.setdefault(name, []).append(guard)

    def _installed(self, module: Module) -> Iterator[tuple[str, int, Guard]]:
        """Yield (name of the application, function around, wall) for each that is installed."""
        for function in module.functions:
            for decorator in function.decorators:
                if decorator.last == "middleware":
                    guard = self._judge(_Body(module, (function,), function.text))
                    if guard:
                        yield decorator.name.rpartition(".")[0], function.parent, guard
        for call in module.called("add_middleware", "Middleware"):
            guard = self._named(
                module, call.text_of("dispatch") or call.text_of("middleware_class", 0)
            )
            if guard:
                yield call.name.rpartition(".")[0], call.function, guard

    def _wrappers(self) -> frozenset[str]:
        """Return the names of what wraps an application: pure ASGI classes and functions."""
        return frozenset(
            f.owner if f.name == "__call__" else m.functions[f.parent].name
            for m in self._project.python
            for f in m.functions
            if {"receive", "send"} <= {p.name for p in f.parameters}
            and (f.owner if f.name == "__call__" else f.parent >= 0)
        )

    def _wrap(self, module: Module, call: Call) -> None:
        guard = self._named(module, call.name)
        for argument in call.arguments if guard else ():
            target = self._target(module, argument.text, call.function)
            if guard and target in self._routers and self._routers[target].is_application:
                self._by_application.setdefault(target, []).append(guard)

    def _named(self, module: Module, name: str) -> Guard | None:
        """Judge the class or function that a name means."""
        found = self._project.symbol(module, name)
        if found is None:
            return None
        where = (found.module.path, found.name)
        if where not in self._judged:
            home = found.module
            kind = next((c for c in home.classes if c.name == found.name), None)
            function = home.by_name.get(found.name)
            if kind is not None:
                own = tuple(f for f in home.functions if f.owner == kind.name)
                self._judged[where] = self._judge(_Body(home, own, kind.text))
            elif function is not None:
                self._judged[where] = self._judge(_Body(home, (function,), function.text))
            else:
                self._judged[where] = None
        return self._judged[where]

    def _judge(self, body: _Body) -> Guard | None:
        lines = [b for f in body.functions for b in blocks(f.text)]
        if not self._refuses(body, lines) or _lets_strangers_in(body, lines):
            return None
        opened, only = self._paths(body, lines)
        inner = {p.name for f in body.functions for p in f.parameters}
        sockets = "receive" in inner and bool(_SOCKETS.search(body.text))
        return Guard((*opened_by(body.module.code), *opened), only, sockets)

    def _refuses(self, body: _Body, lines: list[Block]) -> bool:
        """Whether somebody who shows nothing is refused."""
        text = (
            _FORGERY.sub("", body.text) if not _FORGERY.search(body.text) else _without(body.text)
        )
        calls = [c for f in body.functions for c in body.module.calls_in(f)]
        names = [c.last for c in calls if not _FORGERY.search(c.name)]
        strict = bool(READS_CREDENTIAL.search(text)) or any(NAMES_AUTH.search(n) for n in names)
        strict = strict or bool(EVIDENCE.search(text))
        if strict and _FORBIDDEN.search(text):
            return True
        callees = [x for f in body.functions for x in self._project.callees(body.module, f)]
        told = bool(_STRANGER.search(text)) or any(_refused(b) for b in lines)
        if not told and "except" not in text:
            told = any("raise" in f.text and _STRANGER.search(f.text) for _, f in callees)
        told = told or any(
            _STRANGER.search(f.text) and _hands_over(text, f.name) for _, f in callees
        )
        told = told or (any(_passes_on(b) for b in lines) and self._tell_strangers(callees, _DEEP))
        loose = any(_LOOKS.search(n) for n in names) or "request.session" in text
        return told and (strict or loose or any(self._guards.checks(m, f, 4) for m, f in callees))

    def _tell_strangers(self, functions: list[tuple[Module, Function]], depth: int) -> bool:
        """Whether one of some functions, or what it calls, raises the refusal of a stranger."""
        if any("raise" in f.text and _STRANGER.search(f.text) for _, f in functions):
            return True
        below = [x for m, f in functions for x in self._project.callees(m, f)] if depth else []
        return bool(below) and self._tell_strangers(below, depth - 1)

    def _paths(self, body: _Body, lines: list[Block]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the paths that are let through, and those that alone are guarded."""
        opened: dict[str, None] = {}
        only: dict[str, None] = {}
        for block in lines:
            passes = bool(_PASSES.search(block.text))
            if not passes and not _STRANGER.search(block.text):
                continue
            for header in block.around[-1:] if passes else block.around:
                for clause in re.split(r"\s(?:and|or)\s", handled(header)):
                    text = self._unfolded(body, clause)
                    negative = bool(re.search(r"\bnot\b|!=", clause)) != bool(
                        _PROTECTING.search(clause)
                    )
                    into = opened if passes != negative else only
                    into.update(dict.fromkeys(paths_in(text) if "path" in text else ()))
        return tuple(opened), tuple(p for p in only if p not in opened)

    def _unfolded(self, body: _Body, clause: str) -> str:
        """Return a condition with the lists and helpers that it names written out."""
        parts = [clause]
        for name in dict.fromkeys(re.findall(r"[A-Za-z_]\w*", clause)):
            helper = body.module.by_name.get(name)
            if helper is not None and helper not in body.functions[:1]:
                parts.append(helper.text)
            found = self._project.symbol(body.module, name)
            variable = found.module.variables.get(found.name) if found else None
            if variable is not None:
                parts.append(variable.value)
            parts += [
                a.value
                for a in body.module.assignments
                if a.owner and a.target in {name, f"self.{name}"}
            ]
        return "\n".join(parts)


def _hands_over(text: str, name: str) -> bool:
    """Whether a function of the tree gives the answer."""
    return bool(re.search(rf"\b(?:return|await)\s+(?:await\s+)?{re.escape(name)}\(", text))


def _without(text: str) -> str:
    """Leave out the lines about forged requests: they do not ask who sends one."""
    return "\n".join(x for x in text.split("\n") if not _FORGERY.search(x))


def _refused(block: Block) -> bool:
    """Whether a line answers a caught refusal with a response of its own."""
    if not block.around or not _CAUGHT.match(block.around[-1]):
        return False
    return bool(re.match(r"return\b|raise\b", block.text)) and not _PASSES.search(block.text)


def _passes_on(block: Block) -> bool:
    """Whether a line answers a caught error with the status that the error brings."""
    caught = next((re.search(r"\bas\s+(\w+)", h) for h in block.around if "except" in h), None)
    return bool(
        caught
        and re.match(r"return\b", block.text)
        and re.search(rf"\b{caught[1]}\.status(?:_code)?\b|getattr\(\s*{caught[1]}\b", block.text)
    )


def _lets_strangers_in(body: _Body, lines: list[Block]) -> bool:
    """Whether a request without a credential, or with a bad one, passes all the same."""
    shown = set(_SHOWN.findall(body.text)) | _USUAL
    refusals = [b for b in lines if _STRANGER.search(b.text) or _FORBIDDEN.search(b.text)]
    for block in lines:
        if not block.around or not _PASSES.search(block.text):
            continue
        header = handled(block.around[-1])
        clauses = re.split(r"\s(?:and|or)\s", header)
        if any(_name(_ABSENT, c) in shown for c in clauses) and not re.search(
            r"path|OPTIONS", header
        ):
            return True
        if block.around[-1].startswith("except"):
            return True
    if _swallows(lines):
        return True
    return bool(refusals) and all(
        any(
            _name(_PRESENT, c) in shown
            for h in b.around
            for c in [handled(h).partition(" and ")[0]]
        )
        for b in refusals
    )


def _swallows(lines: list[Block]) -> bool:
    """Whether a failed verification is caught and forgotten."""
    for index, block in enumerate(lines):
        if not block.text.startswith("except"):
            continue
        inside = (*block.around, block.text)
        answer = [b.text for b in lines[index + 1 :] if b.around[: len(inside)] == inside]
        tried = [b.text for b in lines[:index] if b.around == (*block.around, "try:")]
        verifies = any(_LOOKS.search(t) or EVIDENCE.search(t) for t in tried)
        if verifies and not any(re.search(r"\breturn\b|\braise\b|\bawait\b", t) for t in answer):
            return True
    return False


def _name(pattern: re.Pattern[str], clause: str) -> str:
    found = pattern.match(clause.strip(" ()"))
    return next((g for g in found.groups() if g), "") if found else ""
