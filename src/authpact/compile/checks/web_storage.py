import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import NEGATION
from authpact.contract import Contract
from authpact.findings import Severity

_STORAGE = re.compile(r"\b(localStorage|sessionStorage|web storage|local storage)\b", re.IGNORECASE)
_CAVEAT = re.compile(r"\b(XSS|caveat|any script|every script)\b", re.IGNORECASE)
_NEAR = 3


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    part_of = {n: part for part in document.parts for n in range(part.line, part.end + 1)}
    told: set[int] = set()
    for number, line in enumerate(document.lines, start=1):
        if not _STORAGE.search(line) or NEGATION.search(line):
            continue
        part = part_of.get(number)
        first, last = (part.line, part.end) if part else (number, number + _NEAR)
        near = "\n".join(document.lines[first - 1 : last])
        if not _CAVEAT.search(near) and first not in told:
            told.add(first)
            yield Remark(number, "web storage is used without its caveat")
    if not any("browser" in line.lower() or _STORAGE.search(line) for line in document.lines):
        yield Remark(
            document.anchor(r"flows|frontend flow"),
            "it is not said where the browser keeps the token",
        )


CHECK = DocumentCheck(
    requirement="browser:storage",
    severity=Severity.MEDIUM,
    summary="The document says where the browser keeps the token; web storage carries its caveat.",
    why="Every script of the page can read web storage, so one XSS hole gives the token away.",
    remedy="Prefer memory or an HttpOnly cookie; otherwise name XSS and the time a thief has.",
    flagged=(
        Case("## Flows\n\n- The browser saves the token in localStorage.\n"),
        Case("## Flows\n\n- The token is returned.\n"),
    ),
    accepted=(
        Case("- The browser keeps the token in memory.\n"),
        Case("- sessionStorage: every script can read it (XSS).\n"),
    ),
    check=_check,
)
