import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_NONE = re.compile(r"^\s*[-*]?\s*none\b", re.IGNORECASE)
_ITEM = re.compile(r"^\s*([-*]|\d+[.)])\s+\S")


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    part = document.part(r"^open (questions|points)")
    if part is None:
        return
    body = [
        (n, document.lines[n - 1])
        for n in range(part.line + 1, part.end + 1)
        if document.lines[n - 1].strip() and not document.lines[n - 1].startswith("<!--")
    ]
    none = [n for n, line in body if _NONE.match(line)]
    items = [n for n, line in body if _ITEM.match(line) and not _NONE.match(line)]
    if not none and not items:
        yield Remark(part.line, f"“{part.name}” is neither a list nor “None.”")
    if none and items:
        yield Remark(none[0], "“None.” stands beside open questions")


CHECK = DocumentCheck(
    requirement="document:decided",
    severity=Severity.LOW,
    summary="Open questions are listed, or there are none and the document says so.",
    why="An empty section does not tell whether nobody asked or nothing is open.",
    remedy="List each question, or write `None.`.",
    flagged=(
        Case("## Open Questions\n"),
        Case("## Open Questions\n\nNone.\n\n- Which issuer?\n"),
    ),
    accepted=(Case("## Open Questions\n\nNone.\n"), Case("## Open Questions\n\n- Which issuer?\n")),
    check=_check,
)
