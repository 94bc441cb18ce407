import re
from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_CASES = (
    ("a missing token", r"missing|without (a|any)? ?(token|credentials)|no token"),
    ("an invalid token", r"invalid|malformed|tampered|forged|wrong signature"),
    ("an expired token", r"expired|`exp` is past"),
    ("the resource of another user", r"another user|foreign|other user"),
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    part = document.part(r"acceptance criteria")
    if part is None:
        return
    body = [
        line for line in document.lines[part.line : part.end] if re.search(r"\b40[134]\b", line)
    ]
    for name, pattern in _CASES:
        if not any(re.search(pattern, line, re.IGNORECASE) for line in body):
            yield Remark(part.line, f"no criterion covers {name}")


_FULL = (
    "## Acceptance Criteria\n\n- AC-1 A missing token gets 401.\n- AC-2 A malformed token "
    "gets 401.\n"
    "- AC-3 An expired token gets 401.\n- AC-4 The task of another user gets 404.\n"
)

CHECK = DocumentCheck(
    requirement="error:missing-token",
    severity=Severity.MEDIUM,
    summary="The criteria cover a missing, an invalid and an expired token and a foreign resource.",
    why="These are the four requests every attacker tries first.",
    remedy="Add a criterion with the expected status for each of the four.",
    flagged=(Case(_FULL.replace("- AC-3 An expired token gets 401.\n", "")),),
    accepted=(Case(_FULL),),
    check=_check,
    kinds=SPEC,
)
