import re
from collections.abc import Iterator

from authpact.compile._check import DESIGN, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_LEVELS = ("public", "authenticated", "owner", "role", "permission")


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    section = document.part(r"^security rules")
    if section is None:
        return
    below = [p for p in document.parts if p.line in section and p.line != section.line]
    for level in _LEVELS:
        own = [p for p in below if re.search(rf"\b{level}\b", p.name, re.IGNORECASE)]
        if not own:
            yield Remark(section.line, f"the access level “{level}” has no worked example")
            continue
        body = "\n".join(document.lines[own[0].line : own[0].end])
        if not any(f.line in own[0] for f in document.fences) and "not used" not in body.lower():
            yield Remark(own[0].line, f"the access level “{level}” has no worked example")


_EXAMPLE = "### {}\n\n```python\npass\n```\n\n"
_ALL = "## Security Rules\n\n" + "".join(_EXAMPLE.format(level.capitalize()) for level in _LEVELS)

CHECK = DocumentCheck(
    requirement="access:documented",
    severity=Severity.MEDIUM,
    summary="Every access level has one worked example, or is said to be unused.",
    why="The level without an example is the one each developer invents.",
    remedy="Show one route for public, authenticated, owner, role and permission.",
    flagged=(
        Case(_ALL.replace("### Owner", "### Other")),
        Case(
            "## Security Rules\n\n" + "".join(f"### {level}\n\nSee code.\n\n" for level in _LEVELS)
        ),
    ),
    accepted=(
        Case(_ALL),
        Case(
            "## Security Rules\n\n" + "".join(f"### {level}\n\nNot used.\n\n" for level in _LEVELS)
        ),
    ),
    check=_check,
    kinds=DESIGN,
)
