"""What FastAPI fills from the body of a request, and how a handler reads it."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_INJECTED: Final = frozenset(
    {"Request", "Response", "Session", "AsyncSession", "WebSocket", "BackgroundTasks", "UploadFile"}
)
_PUBLISHED: Final = lazy(r"(?:cloud_?)?event$|envelope$")
_SPLAT: Final = r"\*\*\s*%s\.(?:model_dump|dict)\(\s*(?:exclude_\w+=\w+\s*)?\)"
_CREDENTIAL: Final = r"(?:auth|access|id|bearer|session|jwt)_?token|token|jwt|bearer"
_HAS_OWNER: Final = lazy(r"^\s+(?:user_id|owner_id|creator_id|created_by)\s*:", re.MULTILINE)


def models(route: Route) -> dict[str, str]:
    """Return the parameters that FastAPI fills from the body, and their annotations."""
    return {
        p.name: p.annotation
        for p in route.function.parameters
        if re.match(r"[A-Z]\w*$|(?:dict|Dict)\b", p.annotation)
        and p.name != route.principal
        and "Depends" not in p.default + p.annotation
        and "Security" not in p.default
        and p.annotation not in _INJECTED
        and not _PUBLISHED.match(p.name)  # a broker sends it, and no user
    }


def named(route: Route, text: str, field: str) -> Iterator[tuple[str, str]]:
    """Yield the names that hold a body, and how a field is read from them."""
    for name, annotation in models(route).items():
        is_dict = annotation.lower().startswith("dict")
        read = rf"(?:\.get\(|\[)\s*[\"']{field}[\"']" if is_dict else rf"\.{field}\b"
        yield name, rf"(?<![\w.]){re.escape(name)}{read}"
    for name in re.findall(r"\b(\w+)\s*=\s*await\s+\w+\.(?:json|form)\(\)", text):
        yield name, rf"(?<![\w.]){re.escape(name)}(?:\.get\(|\[)\s*[\"']{field}[\"']"


def splat(project: Project, route: Route, text: str) -> re.Match[str] | None:
    """Return where a body with an owner is written into a row as it is."""
    for name, annotation in models(route).items():
        if re.match(r"(?:dict|Dict)\b", annotation):
            found = _poured(project, text, re.escape(name))
            if found:
                return found
        model = project.classes.get(annotation)
        if model is None or not _HAS_OWNER.search(model[1].text):
            continue
        found = re.search(r"\b[A-Z]\w+\(\s*" + _SPLAT % re.escape(name) + r"\s*\)", text)
        if found:
            return found
    return None


def _poured(project: Project, text: str, name: str) -> re.Match[str] | None:
    """Return where a body without a model is written into a row with an owner, key by key."""
    if re.search(rf"\b{name}\.pop\(|\bnot\s+in\b|\bin\s+(?:[A-Z_]{{3,}}\b|[{{\[(])", text):
        return None  # some keys are taken out
    owned = (
        k
        for k in sorted(set(re.findall(r"\b[A-Z]\w+", text)))
        if k in project.classes and _HAS_OWNER.search(project.classes[k][1].text)
    )
    for kind in owned:
        found = re.search(
            rf"\b{kind}\(\s*\*\*\s*{name}\s*\)|\bupdate\(\s*{kind}\b[^\n]*\*\*\s*{name}\s*\)"
            rf"|for\s+(\w+)\s*,\s*\w+\s+in\s+{name}\.items\(\)\s*:\s*setattr\(\s*\w+\s*,\s*\1\b",
            text,
        )
        if found:
            return found
    return None


def has_token(text: str, name: str) -> bool:
    """Whether the body brings the caller's token too: who gets it decides whose data it is."""
    return bool(
        re.search(
            rf"(?<![\w.]){re.escape(name)}(?:\.|\.get\(\s*[\"']|\[[\"'])(?:{_CREDENTIAL})\b", text
        )
    )


def is_settled(text: str, name: str, read: str, field: str) -> bool:
    """Whether a handler compares a field of a body, writes the caller over it, or only logs it."""
    tail = r"[^\n=]{0,12}"
    if re.search(rf"{read}{tail}(?:!=|==)|(?:!=|==)\s*(?:str\()?{read}", text):
        return True
    if re.search(rf"\b{re.escape(name)}(?:\.{field}|\[[\"']{field}[\"']\])\s*=[^=]", text):
        return True
    local = re.search(rf"\b(\w+)\s*=\s*{read}", text)
    if local is None:
        return False
    if re.search(rf"\b{local[1]}\b\s*(?:!=|==)|(?:!=|==)\s*{local[1]}\b", text):
        return True
    kept = re.search(rf"^[ \t]*{local[1]}\s*=\s*{read}", text, re.MULTILINE)
    uses = re.findall(rf"(?<![\w.\"']){local[1]}\b(?!\s*=[^=])", text)
    return bool(kept) and not uses and len(re.findall(read, text)) == 1
