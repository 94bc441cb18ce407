import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import NEGATION
from authpact.contract import Contract
from authpact.findings import Severity

_SAID = (
    r"\b(?:sign|log).?out\b[^\n]*\b(?:expire\w*|valid|revoke\w*|refuse\w*|accepted|reach)\b|"
    r"\b(?:token|revocation)\w*\b[^\n]*\b(?:expires? by|run out|runs out|stays? valid|"
    r"until it expires)\b|"
    r"token_revoked"
)
_AT_ONCE = re.compile(
    r"\b(sign|log).?out\b[^.|]*\b(invalidates?|revokes?|kills?|destroys?)\b[^.|]*\b(tokens?|jwts?)\b",
    re.IGNORECASE,
)


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    if not document.says(_SAID):
        where = document.anchor(r"log.?out|sign.?out|revocation|^security")
        yield Remark(where, "it is not said what happens to issued tokens after sign-out")
    if contract is None or contract.revocation.mode == "backchannel":
        return
    for statement in document.stated:
        if _AT_ONCE.search(statement.text) and not NEGATION.search(statement.text):
            yield Remark(
                statement.line, "sign-out does not reach issued tokens under this contract"
            )


CHECK = DocumentCheck(
    requirement="session:token-after-sign-out",
    severity=Severity.MEDIUM,
    summary="The document says what becomes of issued tokens after sign-out.",
    why="Better Auth deletes the session; a JWT that is out stays valid until it expires.",
    remedy="State that tokens run out by themselves and when, or that the API is told.",
    flagged=(
        Case("## Flows\n\n### Logout\n\n- The cookie is cleared.\n"),
        Case(
            "- Sign-out invalidates the access token, which is no longer valid.\n".replace(
                "no longer ", ""
            ),
            judged=True,
        ),
    ),
    accepted=(
        Case("- After sign-out an issued token stays valid until it expires.\n", judged=True),
    ),
    check=_check,
)
