import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_URL = re.compile(r"[?&](access_token|token|jwt|auth|id_token)=", re.IGNORECASE)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    for line, _match in document.scan(_URL):
        yield Remark(line, "a token stands in a URL")


CHECK = DocumentCheck(
    requirement="transport:one-place",
    severity=Severity.HIGH,
    summary="No token travels in a URL.",
    why="URLs are kept in histories, logs and Referer headers (RFC 6750 section 5.3).",
    remedy="Send the token in the Authorization header.",
    flagged=(Case("- `GET /api/tasks?token=abc`\n"),),
    accepted=(Case("- `GET /api/tasks?page=2`\n"),),
    check=_check,
)
