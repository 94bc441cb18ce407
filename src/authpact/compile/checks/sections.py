import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import DESIGN_SECTIONS, SPEC_SECTIONS, Document
from authpact.contract import Contract
from authpact.findings import Severity


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    wanted = SPEC_SECTIONS if document.kind == "spec" else DESIGN_SECTIONS
    places: list[int] = []
    for section in document.sections:
        place = _place(section.name, wanted)
        if place is None:
            yield Remark(section.line, f"“{section.name}” is not one of the sections")
        elif place in places:
            yield Remark(section.line, f"“{section.name}” is there twice")
        elif places and place < max(places):
            before = wanted[max(places)][0]
            yield Remark(section.line, f"“{section.name}” stands after “{before}”")
        if place is not None:
            places.append(place)
    for place, (name, _pattern) in enumerate(wanted):
        if place not in places:
            yield Remark(1, f"the section “{name}” is missing")


def _place(name: str, wanted: tuple[tuple[str, str], ...]) -> int | None:
    matches = (n for n, (_, p) in enumerate(wanted) if re.match(p, name, re.IGNORECASE))
    return next(matches, None)


_NAMES = [name for name, _ in SPEC_SECTIONS]
_WHOLE = "# T\n\n" + "\n\n".join(f"## {n}. {name}" for n, name in enumerate(_NAMES, start=2))

CHECK = DocumentCheck(
    requirement="document:form",
    severity=Severity.MEDIUM,
    summary="The fixed sections are there, in order, and nothing else at their level.",
    why="Readers and reviewers look for a rule in its section; a missing one is a missing "
    "decision.",
    remedy="Give every section its heading of level 2, in the fixed order; move the rest "
    "below them.",
    flagged=(
        Case(_WHOLE.replace("## 4. Auth Model & Claims", "## 4. Ideas")),
        Case(_WHOLE + "\n\n## Appendix\n"),
        Case("# T\n\n## Open Questions\n\n## Scope\n"),
    ),
    accepted=(Case(_WHOLE),),
    check=_check,
)
