import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_SAID = (
    r"(?:`iss`|\biss\b|\bissuer\b)[^\n]{0,60}\b(?:MUST|equals?|exactly|verif\w+|checks?|checked|"
    r"compar\w+|match\w*|validat\w+|is ours)\b|"
    r"\b(?:verif\w+|checks?|validat\w+|compar\w+|accepts only)\b[^\n]{0,80}(?:`iss`|"
    r"\biss\b|\bissuer\b)"
)
_OFF = re.compile(r"verify_iss['\"]?\s*[:=]\s*false", re.IGNORECASE)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    if not document.says(_SAID):
        where = document.anchor(r"(jwt|token) verification|backend flow")
        yield Remark(where, "it is not said that the issuer is verified")
    for line, _match in document.scan(_OFF):
        yield Remark(line, "the check of the issuer is switched off")


CHECK = DocumentCheck(
    requirement="token:issuer",
    severity=Severity.HIGH,
    summary="The issuer is compared with one configured value.",
    why="Without it a token of another issuer opens this API.",
    remedy="Write the exact value that `iss` MUST equal.",
    flagged=(
        Case("## JWT Verification\n\n- The signature is verified.\n"),
        Case("- `iss` MUST match.\n- options: verify_iss: False\n"),
    ),
    accepted=(Case("- `iss` MUST equal the configured value.\n"),),
    check=_check,
)
