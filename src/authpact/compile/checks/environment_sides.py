import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._variables_written import listed, section
from authpact.contract import Contract
from authpact.findings import Severity

_SIDES = (
    ("frontend", r"frontend|next\.?js|better auth"),
    ("backend", r"backend|fastapi|\bapi\b"),
)
_COLUMNS = (
    ("purpose", r"purpose|meaning|description|used for"),
    ("format", r"format|allowed|values?"),
    ("rotation", r"rotat"),
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    part = section(document)
    if part is None:
        return
    body = "\n".join(document.lines[part.line : part.end])
    below = [p for p in document.parts if p.line in part and p.line != part.line]
    for side, pattern in _SIDES:
        own = [p for p in below if re.search(pattern, p.name, re.IGNORECASE)]
        if not own and (below or not re.search(pattern, body, re.IGNORECASE)):
            yield Remark(part.line, f"the variables of the {side} are not listed")
        elif own and not listed(document, own[0]):
            yield Remark(own[0].line, f"no variable of the {side} is listed")
    for column, pattern in _COLUMNS:
        if not re.search(pattern, body, re.IGNORECASE):
            yield Remark(part.line, f"the {column} of the variables is not stated")


_TABLE = (
    "| Variable | Purpose | Format | Rotation |\n|---|---|---|---|\n| `A_KEY` | x | y | z |\n\n"
)
_BOTH = "## Environment Variables\n\n### Frontend\n\n" + _TABLE + "### Backend\n\n" + _TABLE

CHECK = DocumentCheck(
    requirement="environment:complete",
    severity=Severity.MEDIUM,
    summary="Both sides list their variables with purpose, format and rotation.",
    why="The side nobody wrote down is configured by guessing.",
    remedy="One table a side: variable, purpose, allowed values and format, rotation.",
    flagged=(
        Case(_BOTH.split("### Backend", maxsplit=1)[0]),
        Case(_BOTH.replace(" Rotation |", " |")),
        Case(
            "## Environment Variables\n\n### Frontend\n\n" + _TABLE + "### Backend\n\nNone yet.\n"
        ),
    ),
    accepted=(Case(_BOTH),),
    check=_check,
)
