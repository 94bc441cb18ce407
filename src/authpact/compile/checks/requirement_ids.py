import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity
from authpact.requirements import REQUIREMENTS

_CITED = re.compile(r"(?<![`\w(\[])\[([a-z]+:[a-z-]+)\](?!\()")


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    for statement in document.statements:
        for name in _CITED.findall(statement.text):
            if name not in REQUIREMENTS:
                yield Remark(statement.line, f"{name} is not a requirement")


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
