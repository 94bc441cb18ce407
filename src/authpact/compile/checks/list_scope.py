from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_SAID = (
    r"\b(?:lists?|collections?|quer(?:y|ies))\b[^\n]*\b(?:filter\w*|only|own(?:er|ed)?|scoped)\b|"
    r"\bonly\b[^\n]*\b(?:own|their)\b[^\n]*\b(?:lists?|returned|listed)\b"
)


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    if contract and not any(e.grant.kind == "owner" for e in contract.endpoints):
        return
    if not document.says(_SAID):
        where = document.anchor(r"^ownership|^security rules")
        yield Remark(where, "it is not said that lists hold the caller's own objects only")


CHECK = DocumentCheck(
    requirement="ownership:list-scope",
    severity=Severity.MEDIUM,
    summary="Lists hold only the caller's own objects.",
    why="The object route is checked by everybody, the list is the one that is forgotten.",
    remedy="State that lists are filtered by owner in the query.",
    flagged=(Case("## Ownership\n\n- A foreign task gets 404.\n"),),
    accepted=(Case("- Lists MUST be filtered by owner.\n"),),
    check=_check,
)
