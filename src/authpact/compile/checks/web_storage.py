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
    told: set[int] = set()
    for line, _match in document.scan(_STORAGE):
        if NEGATION.search(document.lines[line - 1]):
            continue
        first, last = _neighbourhood(document, line)
        near = "\n".join(document.lines[first - 1 : last])
        if not _CAVEAT.search(near) and first not in told:
            told.add(first)
            yield Remark(line, "web storage is used without its caveat")
    if "browser" not in document.text.lower() and not _STORAGE.search(document.text):
        yield Remark(
            document.anchor(r"flows|frontend flow"),
            "it is not said where the browser keeps the token",
        )


def _neighbourhood(document: Document, line: int) -> tuple[int, int]:
    """Return the first and last line of the smallest part around a line."""
    around = [part for part in document.parts if line in part]
    return (around[-1].line, around[-1].end) if around else (line, line + _NEAR)


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
