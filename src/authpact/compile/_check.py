"""What one check of the checklist is made of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from authpact.compile._document import Document, Kind
from authpact.contract import Contract
from authpact.findings import Confidence, Severity


@dataclass(frozen=True, slots=True)
class Remark:
    """One fault: the line and what is wrong there."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Case:
    """An example document; `judged` ones are held against the default contract."""

    text: str
    judged: bool = False


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """One check: its requirement, why it matters, how to mend it, examples and code."""

    requirement: str
    severity: Severity
    summary: str
    why: str
    remedy: str
    flagged: tuple[Case, ...]
    accepted: tuple[Case, ...]
    check: Callable[[Document, Contract | None], Iterator[Remark]]
    confidence: Confidence = Confidence.HIGH
    kinds: frozenset[Kind] = frozenset({"spec", "design"})


SPEC: frozenset[Kind] = frozenset({"spec"})
DESIGN: frozenset[Kind] = frozenset({"design"})


def demand(
    said: str, where: str, message: str
) -> Callable[[Document, Contract | None], Iterator[Remark]]:
    """Return a check that wants a sentence; its absence is a fault of the part it belongs to."""

    def check(document: Document, _: Contract | None) -> Iterator[Remark]:
        if not document.says(said):
            yield Remark(document.anchor(where), message)

    return check
