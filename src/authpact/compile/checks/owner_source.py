import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import asserted
from authpact.contract import Contract
from authpact.findings import Severity

_FROM_REQUEST = re.compile(
    r"\b(owner(_id)?|user_?id)\b[^.]{0,40}\b(taken|read|comes?|sent|set|trusted|supplied)\b[^.]{0,40}\b(body|query|payload|client|frontend|form)\b",
    re.IGNORECASE,
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    for statement in asserted(document):
        if _FROM_REQUEST.search(statement.text):
            yield Remark(statement.line, "the owner is taken from the request")


CHECK = DocumentCheck(
    requirement="ownership:owner-from-token",
    severity=Severity.HIGH,
    summary="The owner of a new object is the subject of the token.",
    why="A client that names the owner can write into any account.",
    remedy="Set the owner to `sub`; ignore or refuse an owner in the body.",
    flagged=(Case("- The user_id is taken from the request body.\n"),),
    accepted=(Case("- The owner MUST be `sub`, never a value from the body.\n"),),
    check=_check,
)
