from collections.abc import Iterator

from authpact.compile._access_written import misstated
from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    yield from misstated(document, contract, "public")


_ROW = "| Method | Path | Who |\n|---|---|---|\n| GET | `/api/health` | {} |\n"

CHECK = DocumentCheck(
    requirement="access:public",
    severity=Severity.HIGH,
    summary="Public operations are written down as public.",
    why="Who reads the document must see what answers without a token.",
    remedy="State the access level of the contract in the row of the operation.",
    flagged=(Case(_ROW.format("the night shift"), judged=True),),
    accepted=(Case(_ROW.format("everybody"), judged=True),),
    check=_check,
)
