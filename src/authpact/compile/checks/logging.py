import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import asserted
from authpact.contract import Contract
from authpact.findings import Severity

_SAID = (
    r"\b(?:logs?|logged|logging)\b[^\n.]{0,60}\b(?:not|never|no|without)\b[^\n.]{0,60}\b(?:tokens?|secrets?)\b|"
    r"\b(?:not|never|no)\b[^\n.]{0,60}\b(?:tokens?|secrets?)\b[^\n.]{0,60}\b(?:logs?|logged|logging)\b|"
    r"\btokens?\b[^\n.]{0,40}\b(?:not|never)\b[^\n.]{0,20}\blogged\b"
)
_LEAK = re.compile(
    r"\blogs?\b (the )?(raw |full |whole )?(token|jwt|authorization header)", re.IGNORECASE
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    if not document.says(_SAID):
        yield Remark(
            document.anchor(r"logging|^security"), "it is not said that no token is logged"
        )
    for statement in asserted(document):
        if _LEAK.search(statement.text):
            yield Remark(statement.line, "a token is written to the log")


CHECK = DocumentCheck(
    requirement="logging:no-tokens",
    severity=Severity.MEDIUM,
    summary="Logs hold no token.",
    why="A token in a log is a credential for everybody who can read logs.",
    remedy="State that tokens, cookies and secrets are never logged, and what is logged instead.",
    flagged=(
        Case("## Security\n\n- HTTPS only.\n"),
        Case("- Never log secrets.\n- Log the raw token on failure.\n"),
    ),
    accepted=(Case("- Logs MUST NOT contain a token.\n"),),
    check=_check,
)
