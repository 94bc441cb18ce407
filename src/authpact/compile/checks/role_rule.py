from collections.abc import Iterator

from authpact.compile._access_written import misstated
from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    yield from misstated(document, contract, "role")


_ROW = "| Method | Path | Who |\n|---|---|---|\n| GET | `/api/admin/users` | {} |\n"

CHECK = DocumentCheck(
    requirement="access:role",
    severity=Severity.HIGH,
    summary="Operations for a role name the role.",
    why="A reviewer compares the row with the role, not with the code.",
    remedy="State the access level of the contract in the row of the operation.",
    flagged=(Case(_ROW.format("the night shift"), judged=True),),
    accepted=(Case(_ROW.format("role `admin`"), judged=True),),
    check=_check,
)
