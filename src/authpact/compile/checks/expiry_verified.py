import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_SAID = (
    r"\b(?:refuse\w*|reject\w*|verif\w+|validat\w+|checks?|checked|past)\b[^\n]{0,60}(?:`exp`|\bexp\b|expir\w+)|"
    r"(?:`exp`|\bexp\b|expir\w+)[^\n]{0,60}\b(?:refuse\w*|reject\w*|verif\w+|validat\w+|checks?|checked|past|401)\b"
)
_OFF = re.compile(r"verify_exp['\"]?\s*[:=]\s*false|ignoreExpiration\s*:\s*true", re.IGNORECASE)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    if not document.says(_SAID):
        where = document.anchor(r"(jwt|token) verification|backend flow")
        yield Remark(where, "it is not said that an expired token is refused")
    for line, _match in document.scan(_OFF):
        yield Remark(line, "the check of the expiry is switched off")


CHECK = DocumentCheck(
    requirement="token:expiry",
    severity=Severity.HIGH,
    summary="An expired token is refused.",
    why="A token that does not run out is a password nobody can change.",
    remedy="State that a token is refused from `exp` on, with the leeway.",
    flagged=(
        Case("## JWT Verification\n\n- The signature is verified.\n"),
        Case("- `exp` is checked, options verify_exp: False\n"),
    ),
    accepted=(Case("- A token past `exp` MUST be refused.\n"),),
    check=_check,
)
