"""Names of a script that hold an address taken from the query, followed through its values."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.source._model import Assignment, Module
from authpact.review.source._pattern import lazy

WORDS: Final = r"(?:redirect|return|next|callback|continue|dest|goto|from|back|url|target)"
PARAMETER: Final = lazy(rf"^{WORDS}(?:_?(?:to|url|uri|path|page))?$", re.IGNORECASE)
HANDED: Final = (
    r"(?:await\s+|\(\s*|decodeURI(?:Component)?\(\s*|String\(\s*|use(?:State|Memo|Ref)(?:<[^<>]*>)?\(\s*"
    r"|\(\)\s*=>\s*)*"
)
"""What hands a text on as it is."""
_ROOT: Final = (
    r"(?:new URLSearchParams\([^()]*\)|(?:\w+\??\.)*\w*(?:[pP]arams|[qQ]uery)(?:\(\))?)\)*\??"
    rf"(?:\.get\(\s*[\"'](?i:{WORDS})\w*[\"']|\.(?i:{WORDS})\w*\b|\[[\"'](?i:{WORDS})\w*[\"'])"
)
GIVEN: Final = lazy(rf"{HANDED}{_ROOT}")
_RETURNED: Final = lazy(rf"\breturn\s+{HANDED}{_ROOT}|=>\s*{HANDED}{_ROOT}")
_TAKEN_APART: Final = lazy(r"(?:await\s+|\()*(?:\w+\.)*(?:searchParams|query)\)?;?$")
_MEMBER: Final = lazy(r"[{,]\s*(\w+)\s*(?::\s*(\w+))?\s*(?:=[^,{}]*)?(?=[,}])")
_OWN_PATH: Final = lazy(r"[\"'`]/\w")
"""The beginning of a path of the application itself, whatever follows it."""
_PASSES: Final = 4


def _targets(one: Assignment) -> Iterator[str]:
    """Yield the names that an assignment gives an address to, if its value is one."""
    if re.fullmatch(r"\w+", one.target):
        yield one.target
    elif first := re.match(r"\[\s*(\w+)", one.target):
        yield first[1]


def _members(one: Assignment) -> Iterator[str]:
    """Yield the names that are taken out of the query itself."""
    if one.target.startswith("{") and _TAKEN_APART.match(one.value):
        for match in _MEMBER.finditer(one.target):
            if PARAMETER.match(match[1]):
                yield match[2] or match[1]


def _is_handed(value: str, names: set[str], makers: set[str]) -> bool:
    """Whether a value is one of the names, alone, in front of a text or as one of two."""
    known = "|".join([*(rf"{n}\b(?!\s*[.(\w])" for n in names), *(rf"{m}\(\)" for m in makers)])
    if not known or _OWN_PATH.match(value):
        return False
    found = rf"(?:^|[?:]\s*){HANDED}(?:`\$\{{)?(?:{known})"
    return not value.startswith("{") and "=>" not in value[:40] and bool(re.search(found, value))


def _makers(module: Module, names: set[str]) -> set[str]:
    """Return the functions of a script that return such an address."""
    known = "|".join(sorted(names))
    kept = re.compile(rf"\breturn\s+(?:\w+\s*\?\s*)?{HANDED}(?:{known})\b(?!\s*[.(\w])")
    return {
        f.name
        for f in module.functions
        if f.name and (_RETURNED.search(f.text) or (known and kept.search(f.text)))
    }


def followed(module: Module, refused: re.Pattern[str] | None = None) -> dict[str, Assignment]:
    """Return the names that hold an address of the query, with where each got it.

    A name that `refused` matches was looked at, and hands nothing on.
    """
    found: dict[str, Assignment] = {}
    rows = [a for a in module.assignments if a.target]
    for _ in range(_PASSES):
        before = len(found)
        makers = _makers(module, set(found))
        for one in rows:
            given = GIVEN.match(one.value) or _is_handed(one.value, set(found), makers)
            for name in (*(_targets(one) if given else ()), *_members(one)):
                if not (refused and refused.search(name)):
                    found.setdefault(name, one)
        if len(found) == before:
            break
    return found
