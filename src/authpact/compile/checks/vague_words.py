from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Confidence, Severity

_VAGUE = (
    r"\b(?:should probably|probably|etc\.|and so on|as (?:needed|appropriate|necessary)|"
    r"appropriate(?:ly)?|if (?:possible|feasible)|where (?:possible|applicable)|some kind of|"
    r"reasonable|sufficiently|user.friendly|industry.standard|best.practices?|state.of.the.art|"
    r"(?-i:TBD|TODO|FIXME))(?![\w-])|\?\?\?"
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    for line, match in document.find(_VAGUE):
        yield Remark(line, f"“{match[0]}” cannot be implemented or tested")


CHECK = DocumentCheck(
    requirement="document:form",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Every rule is exact enough to implement and to test.",
    why="Two people implement a vague rule in two ways, and both sides of this seam must agree.",
    remedy="Replace the words by a number, a name or a list.",
    flagged=(
        Case("- The API should probably check the audience.\n"),
        Case("- Errors are handled as appropriate.\n"),
        Case("- Lifetime: TBD\n"),
    ),
    accepted=(Case("- The API MUST check the audience.\n"),),
    check=_check,
)
