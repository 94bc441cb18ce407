import re
from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_SECTION = r"(jwt|token) verification"
_STEPS = (
    ("extracts the token", r"authorization|bearer|header|extract"),
    ("verifies it", r"verif|signature|decode"),
    ("returns the current user", r"current.?user|principal"),
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    part = document.part(_SECTION)
    if part is None:
        return
    fences = [fence for fence in document.fences if fence.line in part]
    if not fences:
        yield Remark(part.line, "verification has no pseudocode")
        return
    text = "\n".join(fence.text for fence in fences)
    for step, pattern in _STEPS:
        if not re.search(pattern, text, re.IGNORECASE):
            yield Remark(fences[0].line, f"no step of the pseudocode {step}")


CHECK = DocumentCheck(
    requirement="document:form",
    severity=Severity.LOW,
    summary="Verification is shown as pseudocode: extract, verify, CurrentUser.",
    why="The order of the steps decides whether a claim is read before the signature holds.",
    remedy="Add a `text` fence with the steps from the header to `CurrentUser`.",
    flagged=(
        Case("## JWT Verification\n\n- It verifies.\n"),
        Case("## JWT Verification\n\n```text\nverify the bearer token\n```\n"),
    ),
    accepted=(
        Case("## JWT Verification\n\n```text\nread header, verify, return CurrentUser\n```\n"),
    ),
    check=_check,
    kinds=SPEC,
)
