import re
from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_ID = re.compile(r"\b(AC-[A-Z0-9]+(?:-[A-Z0-9]+)*)\b")
_PROBE = re.compile(r"\bprobe\b\W*`?\w+", re.IGNORECASE)
_ITEM = re.compile(r"^\s*([-*]|\d+[.)])\s+")


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    part = document.part(r"acceptance criteria")
    if part is None:
        return
    seen: dict[str, int] = {}
    items = [n for n in range(part.line, part.end + 1) if _ITEM.match(document.lines[n - 1])]
    if not items:
        yield Remark(part.line, "no acceptance criterion is listed")
    for number in items:
        line = document.lines[number - 1]
        match = _ID.search(line)
        if match is None:
            yield Remark(number, "this criterion has no id")
        elif match[1] in seen:
            yield Remark(number, f"{match[1]} is there twice, first in line {seen[match[1]]}")
        else:
            seen[match[1]] = number
        if not _PROBE.search(line):
            yield Remark(number, "this criterion names no probe")


_HEAD = "## Acceptance Criteria\n\n"

CHECK = DocumentCheck(
    requirement="document:testable",
    severity=Severity.MEDIUM,
    summary="Every acceptance criterion has an id of its own and names its probe.",
    why="A criterion nobody can run is a wish.",
    remedy="Write `- **AC-NAME** sentence *Probe: `slug`*`.",
    flagged=(
        Case(_HEAD + "It works.\n"),
        Case(_HEAD + "- A missing token gets 401. *Probe: `missing_token`*\n"),
        Case(_HEAD + "- **AC-MISSING** A missing token gets 401.\n"),
        Case(_HEAD + "- **AC-A** x *Probe: `a`*\n- **AC-A** y *Probe: `b`*\n"),
    ),
    accepted=(
        Case(_HEAD + "- **AC-MISSING** A missing token gets 401. *Probe: `missing_token`*\n"),
    ),
    check=_check,
    kinds=SPEC,
)
