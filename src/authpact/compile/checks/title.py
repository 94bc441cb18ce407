from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    titles = [part for part in document.parts if part.level == 1]
    if not titles:
        yield Remark(1, "the document has no title")
        return
    for extra in titles[1:]:
        yield Remark(extra.line, f"a second title: {extra.name}")
    title = titles[0]
    wanted = "Authentication Specification" if document.kind == "spec" else "Authentication"
    if contract and document.kind == "spec":
        wanted = f"{contract.project.scope} {wanted}"
    if wanted.lower() not in title.name.lower():
        yield Remark(title.line, f"the title does not say “{wanted}”")


CHECK = DocumentCheck(
    requirement="document:form",
    severity=Severity.LOW,
    summary="The document has one title that says what it is and which phase it is about.",
    why="The title carries the scope; tools and people find the document by it.",
    remedy="Write one heading of level 1: `# Phase II Authentication Specification`.",
    flagged=(Case("# Notes\n"), Case("No heading at all.\n"), Case("# A\n\n# B\n")),
    accepted=(
        Case("# Phase II Authentication Specification\n"),
        Case("# Phase II Authentication Specification\n", judged=True),
    ),
    check=_check,
)
