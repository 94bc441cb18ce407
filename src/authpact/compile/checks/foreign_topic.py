import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import asserted
from authpact.contract import Contract
from authpact.findings import Confidence, Severity

_TOPIC = re.compile(
    r"\b(payments?|billing|invoices?|subscription plans?|newsletters?|chatbot|kubernetes|helm|"
    r"terraform|landing page|analytics dashboard|dark mode|search index|recommendation)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"`[^`]*`")
"""Paths and names may speak of the application; sentences may not."""


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    for statement in asserted(document):
        match = _TOPIC.search(_NAME.sub("", statement.text))
        if match:
            yield Remark(statement.line, f"“{match[0]}” is outside of authentication")


CHECK = DocumentCheck(
    requirement="scope:bounded",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Nothing outside of authentication is specified.",
    why="A rule in the wrong document is found by nobody who needs it.",
    remedy="Move the sentence to the specification it belongs to.",
    flagged=(Case("- The API MUST send invoices by e-mail.\n"),),
    accepted=(
        Case("## Out of scope\n\n- Payments.\n"),
        Case("**Out of scope**\n\n- Payments.\n\n**Next**\n\n- Sign-in.\n"),
        Case("- `GET /api/invoices` is for the owner.\n"),
    ),
    check=_check,
)
