"""What a rule is: metadata, examples and one pure function over facts."""

import hashlib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from authpact.findings import Confidence, Mend, Severity
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call, Function, Module


@dataclass(frozen=True, slots=True)
class Case:
    """A small tree as an example: path → text."""

    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule applies. `severity` replaces that of the rule when given."""

    file: str
    line: int
    message: str
    severity: Severity | None = None
    confidence: Confidence | None = None
    mend: Mend | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that may be wrong in an integration.

    `category` is the kind of defect, `requirement` the sentence it breaks. `flagged` and `accepted`
    are examples; tests and the reference page come from them.
    """

    requirement: str
    category: str
    severity: Severity
    confidence: Confidence
    summary: str
    why: str
    remedy: str
    check: Callable[[Facts], Iterable[Hit]]
    flagged: tuple[Case, ...]
    accepted: tuple[Case, ...] = field(default=())

    @property
    def digest(self) -> str:
        """Identify the texts of the rule."""
        return hashlib.sha256(f"{self.summary}{self.why}{self.remedy}".encode()).hexdigest()[:8]


def at(
    module: Module,
    place: Call | Function | int,
    message: str,
    severity: Severity | None = None,
    mend: Mend | None = None,
) -> Hit:
    """Return a hit at a call, a function or a line of a module."""
    line = place if isinstance(place, int) else place.line
    return Hit(module.path, line, message, severity, mend=mend)


def once(hits: Iterable[tuple[str, Hit]]) -> Iterator[Hit]:
    """Yield one hit for each cause: the worst, then the one nearest to the top of the tree."""
    kept: dict[str, tuple[tuple[int, int, str, int], Hit]] = {}
    for cause, hit in hits:
        rank = -hit.severity.rank if hit.severity else 0
        order = (rank, hit.file.count("/"), hit.file, hit.line)
        if cause not in kept or order < kept[cause][0]:
            kept[cause] = (order, hit)
    yield from (hit for _, hit in kept.values())


@lru_cache(maxsize=1)
def all_rules() -> MappingProxyType[str, Rule]:
    """Every rule by its slug, the name of its file with hyphens."""
    package = importlib.import_module("authpact.review.rules")
    found: dict[str, Rule] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        rule = importlib.import_module(f"{package.__name__}.{info.name}").RULE
        if not isinstance(rule, Rule):
            raise TypeError(f"{info.name}.RULE is no Rule")
        found[info.name.replace("_", "-")] = rule
    return MappingProxyType(found)
