import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import asserted
from authpact.contract import Contract
from authpact.findings import Severity

_DENIED = (
    r"refresh tokens?[^.\n]{0,20}\b(?:are |is )?not used|no refresh tokens?|without refresh tokens?"
)
_USED = re.compile(
    r"\b(issues?|returns?|stores?|sends?|rotates?|uses?|exchanges?)\b[^.]*\brefresh.tokens?\b|"
    r"\brefresh.tokens?\b[^.]*\b(issued|returned|stored|sent|rotated|used|exchanged|lives?|expires?)\b",
    re.IGNORECASE,
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    used = [s for s in asserted(document) if _USED.search(s.text)]
    denied = document.says(_DENIED)
    if denied:
        for statement in used:
            yield Remark(statement.line, "a refresh token is used here and “not used” elsewhere")
    elif not used:
        yield Remark(
            document.anchor(r"refresh|flows?\b"), "it is not said whether refresh tokens are used"
        )


CHECK = DocumentCheck(
    requirement="session:reissue",
    severity=Severity.MEDIUM,
    summary="The document says whether refresh tokens are used, and says it once.",
    why="Half a refresh flow is the usual reason for users who are signed out at random.",
    remedy="Write “Refresh tokens are not used” and how a token is re-issued, or specify "
    "them fully.",
    flagged=(
        Case("## Flows\n\n- Login gives a token.\n"),
        Case("- Refresh tokens are not used.\n- The API returns a refresh token.\n"),
    ),
    accepted=(Case("- Refresh tokens are not used.\n"), Case("- Login returns a refresh token.\n")),
    check=_check,
)
