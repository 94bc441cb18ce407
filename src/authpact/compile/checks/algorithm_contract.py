from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import ALGORITHM, asserted
from authpact.contract import Contract
from authpact.findings import Severity


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    if contract is None:
        return
    agreed = contract.token.algorithm
    for statement in asserted(document):
        for name in dict.fromkeys(ALGORITHM.findall(statement.text)):
            if name != agreed:
                yield Remark(statement.line, f"{name} stands here; the contract says {agreed}")


CHECK = DocumentCheck(
    requirement="algorithm:pinned",
    severity=Severity.HIGH,
    summary="The algorithm is the contract's.",
    why="Two sides with two algorithms refuse each other's tokens, or accept more than "
    "they should.",
    remedy="Write the algorithm of the contract, or change the contract.",
    flagged=(Case("- Tokens are signed with RS256.\n", judged=True),),
    accepted=(
        Case("- Tokens are signed with HS256.\n", judged=True),
        Case("- RS256 is not used.\n", judged=True),
    ),
    check=_check,
)
