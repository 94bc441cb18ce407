from collections.abc import Iterator

from authpact.compile._access_written import misstated
from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    yield from misstated(document, contract, "authenticated")


_ROW = "| Method | Path | Who |\n|---|---|---|\n| GET | `/api/me` | {} |\n"

CHECK = DocumentCheck(
    requirement="access:authenticated",
    severity=Severity.HIGH,
    summary="Operations for any user are written down as such.",
    why="Between public and owner lies a level that is easily taken for either.",
    remedy="State the access level of the contract in the row of the operation.",
    flagged=(Case(_ROW.format("the night shift"), judged=True),),
    accepted=(Case(_ROW.format("any valid token"), judged=True),),
    check=_check,
)
