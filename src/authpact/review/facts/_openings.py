"""Branches that let a request in: what they answer, and what they put in place of an identity."""

import re
from typing import Final

from authpact.review.source._pattern import lazy

_READ: Final = (
    r"(?:\w+\.)*(?:headers|query_params|cookies|path_params)(?:\.get\(|\[)"
    r"|[\w.()$ ]*(?:searchParams|headers|cookies)(?:\(\))?\.get\("
    r"|(?:req|request)\.(?:query|body|headers)\b"
)
_IDENTITY: Final = lazy(
    r"(?:user|owner|subject|sub|principal|account|identity|claims|session|uid|caller|actor|tenant)(?:_?id)?$",
    re.IGNORECASE,
)
_STRANGER: Final = lazy(r"^[\"'](?:anonym\w*|guest|public|nobody|)[\"']$", re.IGNORECASE)
_SET: Final = lazy(
    r"^[ \t]*(?:const |let )?([\w.]+)(?:\[[\"'](\w+)[\"']\])?\s*=\s*(?!=)(.+?);?\s*$"
)
_ANSWER: Final = lazy(r"^[ \t]*return\s+(.+?);?\s*$")
_WRITTEN: Final = lazy(r"^(?:[\"'][^\"']+[\"']|\{\s*[\"']?\w+[\"']?\s*:\s*[\"'\d].*)")
_GRANTED: Final = lazy(
    r"^(?:True|true)$|(?:allow\w*|permit\w*|grant\w*|authori[sz]ed|is_admin|access)[\"']?\s*[:=]\s*(?:True|true)\b",
    re.IGNORECASE,
)
_PASSES: Final = lazy(r"call_next\(|NextResponse\.next\(|^next\(|(?:self\.)?app\(\s*scope")


def is_identity(text: str) -> bool:
    """Whether an expression is an identity that no token proves: written out, or as asked for."""
    text = text.strip()
    if _STRANGER.match(text):
        return False
    made = re.match(r"^\w*[A-Z]\w*\(.*=\s*[\"'\d]", text) and not re.match(
        r"\w*(?:Response|Exception|Error)\(", text
    )
    return bool(_WRITTEN.match(text) or made or re.match(_READ, text))


def stands_in(text: str) -> bool:
    """Whether the lines of a branch answer, or set, an identity that nothing proved."""
    if re.search(r"^[ \t]*(?:raise|throw)\b|\b40[13]\b", text, re.MULTILINE):
        return False
    for line in text.split("\n"):
        answer, put = _ANSWER.match(line), _SET.match(line)
        if answer and is_identity(answer[1]):
            return True
        if put and _IDENTITY.search(put[2] or put[1].rpartition(".")[2]) and is_identity(put[3]):
            return True
    return False


def grants(text: str) -> bool:
    """Whether the lines of a branch answer that something is allowed."""
    answers = (_ANSWER.match(line) for line in text.split("\n"))
    return any(a and _GRANTED.search(a[1]) for a in answers)


def passes(text: str) -> bool:
    """Whether the lines of a branch hand the request on."""
    answers = (_ANSWER.match(line) for line in text.split("\n"))
    return any(a and _PASSES.search(a[1]) for a in answers)
