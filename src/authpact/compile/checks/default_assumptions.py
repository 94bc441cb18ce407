from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_LABEL = "Default Assumptions (can be changed)"


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    lines = [n for n, line in enumerate(document.lines, start=1) if _LABEL.lower() in line.lower()]
    if not lines:
        yield Remark(document.anchor(r"^scope"), f"no block is labelled “{_LABEL}”")
        return
    following = document.lines[lines[0] : lines[0] + 8]
    if not any(line.lstrip().startswith(("-", "*", "|", "1.")) for line in following):
        yield Remark(lines[0], "the block of default assumptions lists none")


CHECK = DocumentCheck(
    requirement="document:decided",
    severity=Severity.MEDIUM,
    summary="Assumptions stand in a labelled block.",
    why="A default that looks like a decision is never questioned.",
    remedy="Collect them below `Default Assumptions (can be changed)`, one item each.",
    flagged=(
        Case("## Scope\n\nWe assume 15 minutes.\n"),
        Case("## Scope\n\n**Default Assumptions (can be changed)**\n\n## Next\n"),
    ),
    accepted=(Case("## Scope\n\n**Default Assumptions (can be changed)**\n\n- Lifetime: 15 m\n"),),
    check=_check,
    kinds=SPEC,
)
