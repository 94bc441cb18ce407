import re
from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document, Part
from authpact.contract import Contract
from authpact.findings import Severity

_FLOWS = (
    ("signup", r"sign.?up|registration|register"),
    ("login", r"log.?in|sign.?in"),
    ("authenticated request", r"authenticated (api )?(request|call)|protected|api (request|call)"),
    ("logout", r"log.?out|sign.?out"),
    ("token expiry", r"expir"),
    ("refresh or re-issue", r"refresh|re-?issue|renew"),
)
_CALL = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\s+`?/\S+")
_STATUS = re.compile(r"\b[45]\d\d\b")


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    section = document.part(r"flows")
    if section is None:
        return
    below = [p for p in document.parts if p.line in section and p.line != section.line]
    for name, pattern in _FLOWS:
        part = next((p for p in below if re.search(pattern, p.name, re.IGNORECASE)), None)
        if part is None:
            yield Remark(section.line, f"the flow “{name}” is missing")
        else:
            yield from _detail(document, part)


def _detail(document: Document, part: Part) -> Iterator[Remark]:
    body = "\n".join(document.lines[part.line : part.end])
    if not _CALL.search(body):
        yield Remark(part.line, f"the flow “{part.name}” names no HTTP endpoint")
    if not _STATUS.search(body):
        yield Remark(part.line, f"the flow “{part.name}” names no expected error")


_FLOW = "### {}\n\n1. `POST /x`\n\n- Errors: 401.\n\n"
_ALL = "## Flows\n\n" + "".join(
    _FLOW.format(name)
    for name in ("Signup", "Login", "Authenticated request", "Logout", "Expiry", "Refresh")
)

CHECK = DocumentCheck(
    requirement="identity:sign-in",
    severity=Severity.MEDIUM,
    summary="Every flow is there with its endpoints and its errors.",
    why="The flow nobody wrote, most often expiry or logout, is the one that fails in production.",
    remedy="Give each flow a heading, numbered steps with method and path, and its error statuses.",
    flagged=(
        Case(_ALL.replace("### Logout", "### Notes")),
        Case(_ALL.replace("1. `POST /x`", "1. The token is replaced.", 1)),
        Case(_ALL.replace("- Errors: 401.", "- Errors are shown.", 1)),
    ),
    accepted=(Case(_ALL),),
    check=_check,
    kinds=SPEC,
)
