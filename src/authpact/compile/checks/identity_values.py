from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_EQUALS = r"`?\b{claim}\b`?\s+(?:MUST\s+)?(?:equals?|be|is)\s+(?:exactly\s+)?`([^`]+)`"


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    if contract is None:
        return
    for claim, word, value in (
        ("iss", "issuer", contract.token.issuer),
        ("aud", "audience", contract.token.audience),
    ):
        if value not in document.text:
            where = document.anchor(r"auth model|claims|backend flow")
            yield Remark(where, f"the {word} {value} is not stated")
        for line, match in document.find(_EQUALS.format(claim=claim)):
            if match[1] != value:
                yield Remark(line, f"`{claim}` is {match[1]} here; the contract says {value}")


def _sentence(issuer: str) -> str:
    return f"- `iss` MUST equal `{issuer}` and `aud` MUST equal `http://localhost:8000`.\n"


CHECK = DocumentCheck(
    requirement="token:issuer",
    severity=Severity.HIGH,
    summary="Issuer and audience are the contract's, character by character.",
    why="Both are compared exactly: a final slash or `/api/auth` refuses every token.",
    remedy="Copy `token.issuer` and `token.audience` from the contract.",
    flagged=(
        Case(_sentence("http://localhost:3000/api/auth"), judged=True),
        Case("Text.\n", judged=True),
    ),
    accepted=(Case(_sentence("http://localhost:3000"), judged=True),),
    check=_check,
)
