from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract, criteria
from authpact.findings import Severity


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    part = document.part(r"acceptance criteria")
    if contract is None or part is None:
        return
    body = "\n".join(document.lines[part.line : part.end])
    for criterion in criteria(contract):
        if f"{criterion.id}*" not in body and f"{criterion.id} " not in body:
            yield Remark(part.line, f"{criterion.id} is missing")
        elif criterion.probe not in body:
            yield Remark(part.line, f"{criterion.id} does not name its probe {criterion.probe}")


CHECK = DocumentCheck(
    requirement="document:testable",
    severity=Severity.MEDIUM,
    summary="Every criterion of the contract is in the document.",
    why="What the probes prove and what the document promises must be the same list.",
    remedy="Compile the specification again, or copy the missing criteria.",
    flagged=(
        Case("## Acceptance Criteria\n\n- **AC-SIGN-UP** x *Probe: `sign_up`*\n", judged=True),
    ),
    accepted=(Case("## Acceptance Criteria\n\n- **AC-SIGN-UP** x *Probe: `sign_up`*\n"),),
    check=_check,
    kinds=SPEC,
)
