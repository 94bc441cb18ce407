from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import has_tenants
from authpact.contract import Contract
from authpact.findings import Severity

_USUAL = (
    r"\b(org|organi[sz]ation|tenant|workspace)_?id\b|\bclaim\b[^\n]*\b(organi[sz]ation|tenant)\b"
)


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    claim = contract.tenant_claim if contract else None
    said = rf"`{claim}`" if claim else _USUAL
    if (claim or has_tenants(document, contract)) and not document.says(said):
        yield Remark(
            document.anchor(r"auth model|claims"),
            f"the claim that names the organization is not listed{f': {claim}' if claim else ''}",
        )


CHECK = DocumentCheck(
    requirement="tenant:claim",
    severity=Severity.MEDIUM,
    summary="Where there are organizations, the claim that names the active one is listed.",
    why="An API without it takes the organization from the request, where anybody can write it.",
    remedy="List the claim, and that the issuer leaves it out unless the user is a member.",
    flagged=(Case("- Every tenant has tasks of its own.\n"),),
    accepted=(Case("- The claim `org_id` names the tenant of a member.\n"), Case("- Hello.\n")),
    check=_check,
    kinds=SPEC,
)
