from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import durations
from authpact.contract import Contract
from authpact.findings import Severity

_WORDS = r"\b(leeway|clock skew|clock drift|skew|clock difference)\b"


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    if not document.says(_WORDS):
        where = document.anchor(r"(jwt|token) verification|backend flow")
        yield Remark(where, "no leeway for clock skew is stated")
        return
    if contract is None:
        return
    for line, match in document.find(_WORDS + r"(?: of|:| is)* \d+ ?[a-z]+"):
        if durations(match[0])[:1] not in {(), (contract.token.leeway,)}:
            yield Remark(line, f"the leeway of the contract is {contract.token.leeway} seconds")


CHECK = DocumentCheck(
    requirement="token:not-before",
    severity=Severity.LOW,
    summary="The leeway for clock skew is stated, zero included.",
    why="An issuer whose clock is five seconds ahead otherwise breaks every fresh sign-in.",
    remedy="State the leeway in seconds for `exp`, `nbf` and `iat`.",
    flagged=(
        Case("## JWT Verification\n\n- `exp` is checked.\n"),
        Case("- The leeway is 5 minutes.\n", judged=True),
    ),
    accepted=(Case("- The leeway is 10 seconds.\n", judged=True),),
    check=_check,
)
