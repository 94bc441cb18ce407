import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_SECTION = r"^ownership|^security rules"
_REASON = re.compile(
    r"\b(because|so that|reason|rationale|reveals?|hides?|hidden|confirms?|prob(e|ed|ing))\b",
    re.IGNORECASE,
)
_OWNED = r"owner|their own|another user"


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    part = document.part(_SECTION)
    if part is None:
        return
    body = "\n".join(document.lines[part.line : part.end])
    if not re.search(_OWNED, body, re.IGNORECASE):
        yield Remark(part.line, "it is not said that users reach only their own resources")
    if not re.search(r"\b40[34]\b", body):
        yield Remark(part.line, "the status for foreign resources is not chosen")
    if not _REASON.search(body):
        yield Remark(part.line, "the choice between 403 and 404 has no reason")
    for number in range(part.line, part.end + 1):
        if re.search(r"\b403 or (a )?404\b|\b404 or (a )?403\b", document.lines[number - 1]):
            yield Remark(number, "403 or 404 is left open")


_HEAD = "## Ownership\n\n- Users reach only their own tasks.\n"

CHECK = DocumentCheck(
    requirement="ownership:foreign-path",
    severity=Severity.HIGH,
    summary="Ownership is a rule with one status, and the status has its reason.",
    why="An open choice is made twice, differently, in the code.",
    remedy="Choose 403 or 404 for paths and for objects and say what a stranger may learn.",
    flagged=(
        Case(_HEAD + "- Others get 403 or 404, because it is safe.\n"),
        Case(_HEAD + "- Others get 404.\n"),
        Case("## Ownership\n\n- 404 hides tasks.\n"),
    ),
    accepted=(Case(_HEAD + "- Another user gets 404, because it hides that the task exists.\n"),),
    check=_check,
)
