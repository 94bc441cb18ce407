from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    if contract is None:
        return
    rows = [line for line in document.lines if "/" in line]
    for endpoint in contract.endpoints:
        wanted = f"{endpoint.path}`"
        if not any(wanted in line and endpoint.method in line for line in rows):
            where = document.anchor(r"^ownership|^security rules")
            yield Remark(where, f"{endpoint} has no written rule")


CHECK = DocumentCheck(
    requirement="access:documented",
    severity=Severity.MEDIUM,
    summary="Every operation of the contract has its written rule.",
    why="A route that is missing from the document is a route nobody reviewed.",
    remedy="Add a row with method, path and who may call it.",
    flagged=(
        Case("## Ownership\n\n| Method | Path |\n|---|---|\n| GET | `/api/x` |\n", judged=True),
    ),
    accepted=(Case("## Ownership\n\n| Method | Path |\n|---|---|\n| GET | `/api/x` |\n"),),
    check=_check,
)
