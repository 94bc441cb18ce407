from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._statuses import CASES, given
from authpact.contract import Contract
from authpact.findings import Severity


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    found = list(given(document))
    for case in CASES:
        ours = [g for g in found if g.case is case]
        fitting = [g for g in ours if g.status in case.fitting]
        for wrong in (g for g in ours if g.status not in case.fitting):
            said = " or ".join(str(status) for status in case.fitting)
            yield Remark(wrong.line, f"{case.name} gets {wrong.status}; it is {said}")
        for other in (g for g in fitting if g.status != fitting[0].status):
            first = fitting[0]
            yield Remark(
                other.line,
                f"{case.name} gets {other.status} here and {first.status} in line {first.line}",
            )


CHECK = DocumentCheck(
    requirement="error:forbidden",
    severity=Severity.HIGH,
    summary="401, 403 and 404 mean the same thing in every line.",
    why="The frontend signs in again on 401 and gives up on 403; a swapped status is a dead loop.",
    remedy="401 for who, 403 for may-not, 404 where existence is hidden; repeat one "
    "choice everywhere.",
    flagged=(
        Case("- A request without a token gets 403.\n"),
        Case("- An expired token gets 403.\n"),
        Case("- A user without the role gets 401.\n"),
        Case("- A path of another user gets 403.\n- The path names another user: 404.\n"),
        Case("| Case | Status |\n|---|---|\n| missing token | 404 |\n"),
    ),
    accepted=(
        Case("- A request without a token gets 401; a user without the role gets 403.\n"),
        Case("- A path of another user gets 403, an object of another user gets 404.\n"),
    ),
    check=_check,
)
