import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import NEGATION
from authpact.compile._variables_written import listed, section
from authpact.contract import Contract
from authpact.findings import Severity

_NAME = "BETTER_AUTH_SECRET"
_SHARED = re.compile(
    r"\b(shared?|same|both|identical|signs?|signed|verif\w+|decodes?|fastapi|backend|python|hs256)\b|\bequal",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(decode|verify|sign|algorithms?|jwt)\b.*BETTER_AUTH_SECRET|BETTER_AUTH_SECRET.*\b(algorithms?|HS256)\b"
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    for line in (*_in_prose(document), *_in_code(document)):
        yield Remark(line, f"{_NAME} is used for the tokens of the API")
    part = section(document)
    for own in document.parts:
        inside = part is not None and own.line in part and own is not part
        if inside and re.search(r"backend|fastapi|\bapi\b", own.name, re.IGNORECASE):
            given = listed(document, own).get(_NAME)
            if given is not None:
                yield Remark(given, f"{_NAME} is given to the API")


def _in_prose(document: Document) -> Iterator[int]:
    for statement in document.stated:
        text = statement.text
        if _NAME in text and _SHARED.search(text) and not NEGATION.search(text):
            yield statement.line_at(text.index(_NAME))


def _in_code(document: Document) -> Iterator[int]:
    for fence in document.fences:
        for offset, line in enumerate(fence.text.splitlines(), start=1):
            if _CODE.search(line):
                yield fence.line + offset


CHECK = DocumentCheck(
    requirement="key:dedicated",
    severity=Severity.CRITICAL,
    summary="BETTER_AUTH_SECRET stays with Better Auth; the API has a key of its own.",
    why="Better Auth signs its e-mail links with this secret and looks at neither type "
    "nor audience:"
    " who holds it takes accounts over, and an access token signed with it verifies addresses.",
    remedy="Use a dedicated variable such as API_JWT_SECRET; keep BETTER_AUTH_SECRET on "
    "the frontend.",
    flagged=(
        Case("- Both services share the same BETTER_AUTH_SECRET.\n"),
        Case('```python\njwt.decode(token, BETTER_AUTH_SECRET, algorithms=["HS256"])\n```\n'),
        Case("## Environment\n\n### Backend\n\n- `BETTER_AUTH_SECRET`: a secret, never in code\n"),
    ),
    accepted=(Case("- The key MUST NOT equal BETTER_AUTH_SECRET.\n"),),
    check=_check,
)
