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
    for line, match in document.scan(_CITED):
        if line not in code and match[1] not in REQUIREMENTS:
            yield Remark(line, f"{match[1]} is not a requirement")


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
