import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import asserted
from authpact.contract import Contract
from authpact.findings import Severity

_HEADER = r"authorization`? (?:request )?header|`?Authorization: ?Bearer"
_SECOND = re.compile(
    r"\b(api|fastapi|backend|server|token is)\b[^.]*\b(reads?|taken|accept\w*|looks?|"
    r"fall\w*.?back)\b"
    r"[^.]*\b(query|cookie|body|form|url)\b",
    re.IGNORECASE,
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    if not document.says(_HEADER):
        yield Remark(
            document.anchor(r"(jwt|token) verification|backend flow"),
            "it is not said that the token comes in the Authorization header",
        )
    for statement in asserted(document):
        if _SECOND.search(statement.text):
            yield Remark(statement.line, "the API reads the token in a second place")


CHECK = DocumentCheck(
    requirement="transport:one-place",
    severity=Severity.HIGH,
    summary="The API reads the token from the Authorization header and from nowhere else.",
    why="A second place brings back CSRF (cookie) or leaks (query), and two tokens in one request.",
    remedy="Name the Authorization header as the only place; list alternatives as rejected.",
    flagged=(
        Case("## JWT Verification\n\n- The token is verified.\n"),
        Case(
            "- `Authorization: Bearer` is used.\n- The API reads the token from a cookie "
            "as fallback.\n"
        ),
    ),
    accepted=(Case("- The API reads the token from the `Authorization` header only.\n"),),
    check=_check,
)
