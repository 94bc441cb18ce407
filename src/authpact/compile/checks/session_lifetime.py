import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import durations
from authpact.contract import Contract
from authpact.findings import Severity

_LIFE = re.compile(r"lifetime|expir|\bends?\b|lasts?\b|valid for|\blives\b", re.IGNORECASE)
_SESSION = re.compile(r"\bsessions?\b", re.IGNORECASE)
_OTHER = re.compile(r"\btokens?\b(?! are not used)", re.IGNORECASE)


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    found = [
        (s.line, durations(s.text)[0])
        for s in document.stated
        if _SESSION.search(s.text)
        and _LIFE.search(s.text)
        and not _OTHER.search(s.text)
        and durations(s.text)
    ]
    if not found:
        yield Remark(
            document.anchor(r"expir|^security"), "the lifetime of the session is not stated"
        )
    agreed = contract.session.lifetime if contract else found[0][1] if found else 0
    for line, seconds in found:
        if seconds != agreed:
            source = "the contract says" if contract else f"line {found[0][0]} says"
            yield Remark(line, f"the session lives {seconds} seconds here; {source} {agreed}")


CHECK = DocumentCheck(
    requirement="session:lifetime",
    severity=Severity.LOW,
    summary="The lifetime of the session is stated and the same everywhere.",
    why="The session bounds how long new tokens can be had without a password.",
    remedy="State how long the session lasts, once in each document with the same number.",
    flagged=(
        Case("## Security\n\n- The session is a cookie.\n"),
        Case("- The session ends after 7 days.\n- Session lifetime: 30 days.\n"),
        Case("- The session ends after 1 day.\n", judged=True),
    ),
    accepted=(Case("- The session ends after 7 days.\n", judged=True),),
    check=_check,
)
