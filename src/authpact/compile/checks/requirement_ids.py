import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity
from authpact.requirements import REQUIREMENTS

_CITED = re.compile(r"(?<![`\w(\[])\[([a-z]+:[a-z-]+)\](?!\()")


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    code = {line for f in document.fences for line in range(f.line, f.end + 1)}
    for number, line in enumerate(document.lines, start=1):
        for name in _CITED.findall(line) if number not in code else ():
            if name not in REQUIREMENTS:
                yield Remark(number, f"{name} is not a requirement")


CHECK = DocumentCheck(
    requirement="document:testable",
    severity=Severity.LOW,
    summary="Every cited requirement exists.",
    why="A citation that leads nowhere looks like a proof and is none.",
    remedy="Cite an id of the requirements table, or leave the citation out.",
    flagged=(Case("- `aud` MUST match. [token:audiance]\n"),),
    accepted=(Case("- `aud` MUST match. [token:audience]\n"),),
    check=_check,
)
