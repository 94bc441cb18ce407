from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._variables_written import listed, mentioned, section
from authpact.contract import Contract
from authpact.findings import Severity


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    part = section(document)
    if part is None:
        return
    names = listed(document)
    if not names:
        yield Remark(part.line, "no variable is listed")
    told: set[str] = set()
    for name, line in mentioned(document, contract):
        if name not in names and name not in told:
            told.add(name)
            yield Remark(line, f"{name} is used here and not listed under “{part.name}”")


_TABLE = (
    "## Environment Variables\n\n| Variable | Purpose |\n|---|---|\n| `API_JWT_SECRET` | signs |\n"
)

CHECK = DocumentCheck(
    requirement="environment:complete",
    severity=Severity.MEDIUM,
    summary="Every variable the document mentions is in its list.",
    why="A variable that is missing from the list is missing from the deployment.",
    remedy="Add it to the table of its side with purpose, format, example and rotation.",
    flagged=(
        Case("## Environment Variables\n\nSee the code.\n"),
        Case("`API_JWT_KEYS` is read at start.\n\n" + _TABLE),
    ),
    accepted=(Case("`API_JWT_SECRET` signs.\n\n" + _TABLE),),
    check=_check,
)
