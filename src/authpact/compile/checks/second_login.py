import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import NEGATION
from authpact.contract import Contract
from authpact.findings import Severity

_STORE = re.compile(
    r"(?<!/)\b(fastapi|backend|api|python)\b(?!/)[^.|]*\b(hash\w*|stor\w+|verif\w+|compar\w+)\b[^.|]*\bpasswords?\b|"
    r"(?<!/)\b(fastapi|backend|api|python)\b(?!/)[^.|]*\b(issues|signs|mints|creates|"
    r"generates|returns)\b[^.|]*\b(access )?(tokens?|jwts?)\b|"
    r"\b(fastapi|backend) (login|registration|sign.?up|sign.?in) (endpoint|route)\b",
    re.IGNORECASE,
)
_ROUTE = re.compile(
    r"(?:\bPOST|@\w+\.post\()\s*[`\"']?/(?!api/auth/)\S*(login|register|signup|sign-in|signin)\b",
    re.IGNORECASE,
)
_ALLOWED = re.compile(r"\b(relay|forward\w*|development|custom auth)\b", re.IGNORECASE)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    for statement in document.stated:
        text = statement.text
        said = _STORE.search(text) or _ROUTE.search(text)
        if said and not NEGATION.search(text) and not _ALLOWED.search(text):
            yield Remark(statement.line, "the API signs users in or issues tokens itself")
    for fence in document.fences:
        for offset, line in enumerate(fence.text.splitlines()):
            if _ROUTE.search(line) and not _ALLOWED.search(fence.text):
                yield Remark(fence.line + offset + 1, "the API has a login route of its own")


CHECK = DocumentCheck(
    requirement="identity:no-second-login",
    severity=Severity.HIGH,
    summary="Only Better Auth registers users, checks passwords and issues tokens.",
    why="A second login has its own password store, its own rate limit and its own holes.",
    remedy="Remove the route; for an API console allow only a development relay to Better Auth.",
    flagged=(
        Case("- FastAPI hashes passwords with bcrypt.\n"),
        Case("- `POST /login` returns a token.\n"),
        Case("- The backend issues an access token after login.\n"),
    ),
    accepted=(
        Case("- FastAPI MUST NOT store passwords.\n"),
        Case("- `POST /dev/login` is a development relay that forwards to Better Auth.\n"),
    ),
    check=_check,
)
