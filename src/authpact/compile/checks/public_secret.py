from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_PUBLIC = (
    r"\b(?:NEXT_PUBLIC|VITE|REACT_APP|PUBLIC)_[A-Z0-9_]*(?:SECRET|PASSWORD|PRIVATE|"
    r"API_KEY|JWT_KEY)\w*"
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    for line, match in document.find(_PUBLIC):
        yield Remark(line, f"{match[0]} would be part of the browser bundle")


CHECK = DocumentCheck(
    requirement="environment:not-public",
    severity=Severity.CRITICAL,
    summary="No secret has a name that puts it into the browser bundle.",
    why="Next.js copies every variable that starts with NEXT_PUBLIC_ into the JavaScript "
    "it serves.",
    remedy="Rename the variable without the public prefix and read it on the server only.",
    flagged=(Case("- `NEXT_PUBLIC_JWT_SECRET` signs the token.\n"),),
    accepted=(Case("- `NEXT_PUBLIC_API_URL` is the address of the API.\n"),),
    check=_check,
)
