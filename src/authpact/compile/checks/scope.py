from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    for name, pattern in (("in scope", r"in[ -]scope"), ("out of scope", r"out[ -]of[ -]scope")):
        found = [n for n, line in enumerate(document.lines, start=1) if _is(line, pattern)]
        if not found:
            yield Remark(document.anchor(r"^scope"), f"it is not said what is {name}")


def _is(line: str, pattern: str) -> bool:
    text = line.strip(" #*:-0123456789.").lower()
    return text.startswith(pattern.replace("[ -]", " ")) or text.replace("-", " ").startswith(
        pattern.replace("[ -]", " ")
    )


CHECK = DocumentCheck(
    requirement="scope:bounded",
    severity=Severity.LOW,
    summary="The document says what is in and what is out of scope.",
    why="Without a border, everything that touches sign-in is expected of it.",
    remedy="Give Scope two lists: In scope and Out of scope.",
    flagged=(Case("## Scope\n\n**In scope**\n\n- Sign-in.\n"),),
    accepted=(Case("## Scope\n\n**In scope**\n\n- Sign-in.\n\n**Out of scope:**\n\n- MFA.\n"),),
    check=_check,
    kinds=SPEC,
)
