"""Whether a route compares an id that the caller chooses with who calls."""

import re
from typing import Final

from authpact.review.facts._routes import Route
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_REFUSES: Final = lazy(r"(?:!=|==|not in)[^\n]*:\s*raise\b")
_ROW: Final = lazy(r"^(\w+)\.(?:user_?id|owner_?id|uid)$", re.IGNORECASE)
_CALLER: Final = lazy(
    r"current|token|payload|claims|auth|principal|session|request|state|jwt|user|\bme\b|caller|cred|account",
    re.IGNORECASE,
)


def compared(text: str, parameter: str) -> bool:
    """Whether a parameter is compared with anything but the column or the row of a table."""
    operand = r"(?<![\w.])(?:str\(|UUID\(|int\()?([\w.]+)"
    for match in re.finditer(
        rf"{operand}(?:\([\"']\w+[\"']\)|\[[\"']\w+[\"']\])?\)?"
        rf"\s*(?:!=|==|is not)\s*(?:str\(|UUID\(|int\()?{parameter}\b"
        rf"|\b{parameter}\)?\s*(?:!=|==|is not)\s*{operand}",
        text,
    ):
        other = match[1] or match[2]
        row = _ROW.match(other)
        if not other[:1].isupper() and (row is None or _CALLER.search(row[1])):
            return True
    return False


def _handed_on(project: Project, route: Route, parameter: str) -> bool:
    """Whether a helper gets both the principal and the parameter."""
    for call in route.module.calls_in(route.function):
        text = " ".join(a.text for a in call.arguments)
        if re.search(rf"\b{parameter}\b", text) and (
            not route.principal or re.search(rf"\b{route.principal}\b", text)
        ):
            found = project.callee(route.module, call)
            name = call.last
            if re.search(
                r"verify|check|ensure|validate|require|assert|authorize|access|owner",
                name,
                re.IGNORECASE,
            ):
                return True
            if found is not None and route.principal and re.search(r"!=|==", found[1].text):
                return True
    return False


def refused_by_callee(project: Project, route: Route, read: str) -> bool:
    """Whether a function of the tree gets what a pattern matches, and refuses a stranger's."""
    return is_refused(project, route.module, route.function, read)


def is_refused(project: Project, module: Module, function: Function, read: str) -> bool:
    """Whether what a function calls gets what a pattern matches, and refuses a stranger's."""
    for call in module.calls_in(function):
        if not any(re.search(read, a.text) for a in call.arguments):
            continue
        found = project.callee(module, call)
        if found is None or not _REFUSES.search(found[1].text):
            continue
        if any(compared(found[1].text, re.escape(p.name)) for p in found[1].parameters):
            return True
    return False


def _refused(project: Project, route: Route, parameter: str) -> bool:
    """Whether a parameter is given to a function that refuses strangers, whatever it returns."""
    return refused_by_callee(project, route, rf"^{parameter}$|=\s*{parameter}$")


def _knows_caller(project: Project, route: Route, parameter: str) -> bool:
    """Whether a route asks a function of the tree who calls, and selects by that as well."""
    for name, called in re.findall(
        r"^[ \t]*(\w+)\s*=\s*(?:await\s+)?([\w.]+)\(", route.function.text, re.MULTILINE
    ):
        found = project.function(route.module, called)
        known = found is not None and re.search(r"\b401\b|UNAUTHORIZED", found[1].text)
        if known and name != parameter and re.search(rf"==\s*{name}\b", route.function.text):
            return True
    return False


def _in_dependency(project: Project, route: Route, parameter: str) -> bool:
    """Whether a dependency of the route reads the path parameter itself."""
    texts = [f"{p.annotation} {p.default}" for p in route.function.parameters]
    texts.append(route.decorator.text_of("dependencies"))
    for name in re.findall(r"(?:Depends|Security)\(\s*([\w.]+)", " ".join(texts)):
        found = project.function(route.module, name)
        if found and (parameter in found[1].text or "path_params" in found[1].text):
            return True
    return False


def is_judged(project: Project, route: Route, parameter: str) -> bool:
    """Whether a helper, a dependency or the handler itself holds a parameter against the caller."""
    judges = (_handed_on, _refused, _knows_caller, _in_dependency)
    return any(judge(project, route, parameter) for judge in judges)
