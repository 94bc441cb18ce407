from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import has_tenants
from authpact.contract import Contract
from authpact.findings import Severity

_SAID = r"\b(another|other|foreign|different) (organi[sz]ation|tenant)"


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    if has_tenants(document, contract) and not document.says(_SAID):
        where = document.anchor(r"organi[sz]ation|^ownership")
        yield Remark(where, "it is not said what a token of another organization gets")


CHECK = DocumentCheck(
    requirement="tenant:foreign-path",
    severity=Severity.HIGH,
    summary="It is said what the token of another organization gets on paths and objects.",
    why="Two teams that read each other's rows are the worst that an application of teams can do.",
    remedy="State the status for a path and for an object of another organization.",
    flagged=(Case("- Every tenant has tasks of its own.\n"),),
    accepted=(Case("- A path of another tenant gets 403.\n"), Case("- Hello.\n")),
    check=_check,
    kinds=SPEC,
)
