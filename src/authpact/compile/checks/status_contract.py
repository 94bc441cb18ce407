from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._statuses import FOREIGN_OBJECT, FOREIGN_PATH, given
from authpact.contract import Contract
from authpact.findings import Severity


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    if contract is None:
        return
    agreed = {
        FOREIGN_PATH.name: contract.ownership.foreign_path,
        FOREIGN_OBJECT.name: contract.ownership.foreign_resource,
    }
    for found in given(document):
        wanted = agreed.get(found.case.name, found.status)
        if found.status != wanted:
            yield Remark(
                found.line, f"{found.case.name} gets {found.status}; the contract says {wanted}"
            )


CHECK = DocumentCheck(
    requirement="ownership:foreign-resource",
    severity=Severity.HIGH,
    summary="Foreign paths and objects get the status of the contract.",
    why="The API answers as the contract says; a document that says otherwise misleads the client.",
    remedy="Write the statuses of `[ownership]`, or change the contract.",
    flagged=(
        Case("- A path of another user gets 404.\n", judged=True),
        Case("- A foreign object gets 403.\n", judged=True),
    ),
    accepted=(Case("- A path of another user gets 403, a foreign object 404.\n", judged=True),),
    check=_check,
)
