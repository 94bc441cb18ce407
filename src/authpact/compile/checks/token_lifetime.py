import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import durations
from authpact.contract import Contract
from authpact.findings import Severity

_LIFE = re.compile(r"lifetime|expir|\bttl\b|valid for|\blives?\b|short.lived", re.IGNORECASE)
_TOKEN = re.compile(r"access.token|\bjwt\b|\btokens?\b", re.IGNORECASE)
_OTHER = re.compile(
    r"session|refresh|logout.token|id.token|verification token|cookie|cache|rotat|leeway|key set|"
    r"attempts?\b|every \d",
    re.IGNORECASE,
)
_LONGEST = 3600


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    found = [
        (s.line, durations(s.text)[0])
        for s in document.stated
        if _LIFE.search(s.text)
        and _TOKEN.search(s.text)
        and not _OTHER.search(s.text)
        and durations(s.text)
    ]
    if not found:
        yield Remark(
            document.anchor(r"expir|^security|claims"), "the lifetime of the token is not stated"
        )
    agreed = contract.token.lifetime if contract else found[0][1] if found else 0
    for line, seconds in found:
        if seconds != agreed:
            source = "the contract says" if contract else f"line {found[0][0]} says"
            yield Remark(line, f"the token lives {seconds} seconds here; {source} {agreed}")
        elif seconds > _LONGEST:
            yield Remark(line, f"a token that lives {seconds} seconds is not short-lived")


CHECK = DocumentCheck(
    requirement="token:lifetime",
    severity=Severity.MEDIUM,
    summary="The lifetime of the access token is stated, short, and the same everywhere.",
    why="A stolen token works until it expires; two numbers mean that one side is wrong.",
    remedy="State one lifetime of at most an hour and repeat exactly that.",
    flagged=(
        Case("## Security\n\n- Tokens expire.\n"),
        Case("- The token lifetime is 15 minutes.\n- An access token expires after 7 days.\n"),
        Case("- The token lifetime is 7 days.\n"),
        Case("- The token lifetime is 5 minutes.\n", judged=True),
    ),
    accepted=(Case("- The token lifetime is 15 minutes.\n", judged=True),),
    check=_check,
)
