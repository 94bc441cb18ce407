"""What log lines carry: the expressions of each one, followed through local names."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.source._model import Assignment, Call, Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import literal, split

_LOG: Final = lazy(
    r"^(?:(?:rich\.)?print|pprint(?:\.pprint)?|sys\.std(?:out|err)\.write|process\.std(?:out|err)\.write"
    r"|(?:[\w.]*\.)?(?:\w*logger|logging|_?log|\w+_log|loguru)(?:\.(?:bind|opt|child)\([^()]*\))?\."
    r"(?:debug|info|warn|warning|error|exception|critical|trace|log|success|fatal|notice|verbose)"
    r"|(?:[\w.]+\.)?get_?logger\([^()]*\)\.(?:debug|info|warning|warn|error|exception|critical|log)"
    r"|console\.(?:log|info|warn|error|debug|dir|table|trace|group))$",
    re.IGNORECASE,
)
_LEVELS: Final = lazy(
    r"^(?:a?(?:debug|info|warn|warning|error|exception|critical|trace|log|msg)|success|fatal|notice)$"
)
_TEST: Final = lazy(r"(^|/)(?:test[-_][^/]*|[^/]*[-_]test\.[cm]?[jt]s)$")
BY_HAND: Final = lazy(
    r"(^|/)(?:scripts?|seeds?|seeders?)/|(^|/)[\w.-]*\bseed[\w.-]*\.(?:[cm]?[jt]s|py)$"
)
"""What a developer runs once: it prints what it was run for."""
LOGGED: Final = lazy(r"\b(?:logger|logging|log|print)\b(?:\.\w+)?\([^\n]*")
"""A log line as text, to leave out where a mention is no use."""
_HOLE: Final = lazy(r"\$?\{")
_SHOWN: Final = lazy(
    r"^(?:JSON\.stringify|json\.dumps|str|repr|String|dict|list|vars)\((.+)\)$", re.DOTALL
)
_FORMAT: Final = lazy(r"^(.*?)(?:![rsa])?(?::[^:\]\)]*)?=?$", re.DOTALL)
_CUT: Final = lazy(
    r"(?:\[\s*-?\d*\s*:\s*-?\d*\s*\]|\??\.(?:substring|slice|substr)\([^()]*\)"
    r"|\??\.(?:toString|strip|trim|decode|model_dump|model_dump_json|dict|json|copy)\("
    r"(?![^()]*(?:exclude|include)\s*=)(?:\s*|[a-z_]+\s*=[^()]*)\)|\.__dict__|!)$"
)
_NAME: Final = lazy(r"^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*|\[\s*[\"'][\w-]+[\"']\s*\])*$")
_LOOK_UP: Final = lazy(r"(?:\.get|getenv|getItem)\(\s*[\"']([\w.-]+)[\"'][^()]*\)$")
_TEXT: Final = lazy(r"[{`]|[fF][rR]?[\"']")
_DEEP: Final = 3
_LONGEST: Final = 2_000
"""Characters of an expression that is still looked into."""
_Assigned = dict[str, list[Assignment]]


@dataclass(frozen=True, slots=True)
class Line:
    """One log line with the expressions that it writes, those behind local names included."""

    module: Module
    call: Call
    function: Function | None
    values: tuple[str, ...]


def _holes(text: str) -> Iterator[str]:
    """Yield what stands between the braces of a text with placeholders."""
    for match in _HOLE.finditer(text):
        depth, start = 1, match.end()
        for index in range(start, len(text)):
            depth += {"{": 1, "}": -1}.get(text[index], 0)
            if depth == 0:
                yield text[start:index]
                break


def _chosen(text: str) -> list[str]:
    """Return what a conditional or a sum may come to; a condition itself is not written."""
    condition = split(" ".join(text.split()), " ? ")
    if len(condition) > 1:
        return [p for part in condition[1:] for p in split(part, " : ")]
    parts = split(text, " if ")
    if len(parts) > 1:
        return [parts[0], *split(parts[1], " else ")[1:]]
    for operator in (" + ", "||", "??", " or ", " % "):
        parts = split(text, operator)
        if len(parts) > 1:
            return parts
    return []


def _member(text: str) -> str:
    _, *value = split(text, ":")
    return (":".join(value) or text).removeprefix("...").removeprefix("**")


def _inside(text: str) -> list[str]:
    """Return the parts of an expression that are written when it is."""
    if re.match(r"^[rRbB]?[fF][rR]?[\"']", text):
        return [m[1] for hole in _holes(text) if (m := _FORMAT.match(hole.strip()))]
    if text.startswith("`"):
        return list(_holes(text))
    shown = _SHOWN.match(text)
    if shown:
        return split(shown[1])[:1]
    if text[0] in "{[(" and text[-1] in "}])":
        return [_member(p) for p in split(text[1:-1])]
    return _chosen(text)


def _written(text: str, depth: int = 0) -> Iterator[str]:
    plain = text.strip()
    if not plain or len(plain) > _LONGEST or depth > _DEEP or literal(plain) is not None:
        return
    cut = _CUT.search(plain)
    while cut and cut.start():
        plain = plain[: cut.start()]
        cut = _CUT.search(plain)
    parts = _inside(plain)
    if not parts:
        yield plain.replace("?.", ".")
    for part in parts:
        yield from _written(part, depth + 1)


def _behind(assigned: list[Assignment], function: Function | None) -> str:
    """Return the code of the one assignment that a function makes, empty when there are more."""
    if function is None:
        return ""
    found = [a for a in assigned if function.line <= a.line <= function.end_line]
    return found[0].value.strip().removeprefix("await ").strip() if len(found) == 1 else ""


def origin(module: Module, function: Function | None, name: str) -> str:
    """Return the code that a local name was given, without `await`, empty when unknown."""
    return _behind([a for a in module.assignments if a.target == name], function)


def _is_conditional(text: str) -> bool:
    return len(split(" ".join(text.split()), " ? ")) > 1


def _values(assigned: _Assigned, function: Function | None, call: Call) -> Iterator[str]:
    for argument in call.arguments:
        for value in _written(argument.text):
            yield value
            behind = _behind(assigned.get(value, []), function)
            if _TEXT.match(behind) or _CUT.search(behind) or _is_conditional(behind):
                yield from _written(behind)


def carrying(
    lines: Iterable[Line], carries: Callable[[Line, str], bool]
) -> Iterator[tuple[Line, str]]:
    """Yield the log lines that write a value of a kind, each with the first such value.

    What a person runs by hand logs for that person.
    """
    for line in lines:
        if BY_HAND.search(line.module.path):
            continue
        found = next((v for v in line.values if carries(line, v)), "")
        if found:
            yield line, found


def is_trial(module: Module, function: Function | None) -> bool:
    """Whether a function of Python is a test by its name, wherever its file lies."""
    return (
        function is not None and module.language == "python" and function.name.startswith("test_")
    )


def _is_line(call: Call, loggers: frozenset[str]) -> bool:
    """Whether a call logs, by the name it has everywhere or by that of a logger of the module."""
    if _LOG.match(call.name) or call.name in loggers:
        return True
    receiver, _, last = call.name.rpartition(".")
    return receiver in loggers and bool(_LEVELS.match(last))


def log_lines(module: Module, loggers: frozenset[str] = frozenset()) -> Iterator[Line]:
    """Yield every log line of a module; scripts named as tests are left out."""
    if module.language == "script" and _TEST.search(module.path):
        return
    assigned: _Assigned = {}
    for one in module.assignments:
        assigned.setdefault(one.target, []).append(one)
    for call in module.calls:
        function = module.function_of(call)
        if _is_line(call, loggers) and not is_trial(module, function):
            yield Line(
                module, call, function, tuple(dict.fromkeys(_values(assigned, function, call)))
            )


def label(text: str) -> str:
    """Return the last part of a name, the key of a look-up, empty for another expression."""
    looked_up = _LOOK_UP.search(text)
    if looked_up:
        return looked_up[1]
    if not _NAME.match(text):
        return ""
    return re.split(r"[.\[]", re.sub(r"[\]\"']", "", text))[-1]
