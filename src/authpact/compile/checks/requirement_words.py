import re
from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_WORDS = re.compile(r"\b(MUST|SHOULD|MAY|SHALL|REQUIRED)\b")
_NORMATIVE = (
    r"(jwt|token) verification",
    r"ownership",
    r"security",
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    if not re.search(r"RFC ?2119|BCP ?14", document.text):
        yield Remark(1, "RFC 2119 is not named as the source of MUST, SHOULD and MAY")
    for pattern in _NORMATIVE:
        part = document.part(pattern)
        if part is None:
            continue
        body = "\n".join(document.lines[part.line - 1 : part.end])
        if not _WORDS.search(body):
            yield Remark(part.line, f"“{part.name}” demands nothing: no MUST, SHOULD or MAY")


CHECK = DocumentCheck(
    requirement="document:form",
    severity=Severity.LOW,
    summary="Rules use the words of RFC 2119.",
    why="A sentence without MUST, SHOULD or MAY leaves open whether it binds.",
    remedy="Write each rule as one sentence with MUST, MUST NOT, SHOULD or MAY; name RFC "
    "2119 once.",
    flagged=(
        Case("# T\n\n## Security\n\n- The API MUST use HTTPS.\n"),
        Case("RFC 2119 applies.\n\n## Security\n\n- It is safe.\n"),
    ),
    accepted=(Case("RFC 2119 applies.\n\n## Security\n\n- The API MUST use HTTPS.\n"),),
    check=_check,
    kinds=SPEC,
)
