from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import has_tenants
from authpact.contract import Contract
from authpact.findings import Severity

_SAID = r"\btenant_missing\b|\b(without|no) (an? )?(active )?(organi[sz]ation|tenant)\b"


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    if has_tenants(document, contract) and not document.says(_SAID):
        where = document.anchor(r"organi[sz]ation|^ownership")
        yield Remark(where, "it is not said what a token without an organization gets")


CHECK = DocumentCheck(
    requirement="tenant:required",
    severity=Severity.MEDIUM,
    summary="It is said what a token without an organization gets where one is needed.",
    why="A comparison of nothing with nothing lets everybody in.",
    remedy="State that it gets 403 on every operation of an organization.",
    flagged=(Case("- Every tenant has tasks of its own.\n"),),
    accepted=(Case("- A token without a tenant gets 403.\n"), Case("- Hello.\n")),
    check=_check,
    kinds=SPEC,
)
