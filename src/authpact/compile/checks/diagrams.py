from collections.abc import Iterator

from authpact.compile._check import DESIGN, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_WANTED = (("an architecture diagram", "flowchart"), ("a sequence diagram", "sequenceDiagram"))


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    drawn = [f.text for f in document.fences if f.language.startswith("mermaid")]
    for name, keyword in _WANTED:
        if not any(keyword in text for text in drawn):
            yield Remark(document.anchor(r"^overview"), f"{name} is missing")


CHECK = DocumentCheck(
    requirement="document:form",
    severity=Severity.LOW,
    summary="The design shows its parts and its flow as diagrams.",
    why="Who talks to whom is seen in a diagram and overlooked in prose.",
    remedy="Add a mermaid flowchart of the parts and a sequence from sign-in to request.",
    flagged=(Case("## Overview\n\nWords.\n"),),
    accepted=(
        Case(
            "```mermaid\nflowchart LR\n  a --> b\n```\n\n```mermaid\nsequenceDiagram\n  "
            "A->>B: x\n```\n"
        ),
    ),
    check=_check,
    kinds=DESIGN,
)
