"""What a judgement looks like: findings about text and code, verdicts about running systems."""

import hashlib
from dataclasses import dataclass
from enum import Enum, StrEnum

from authpact.contract import Criterion


class Severity(Enum):
    """How bad it is when it is true; ordered, the worst last."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for INFO up to 4 for CRITICAL."""
        return list(Severity).index(self)


class Confidence(Enum):
    """How sure the judge is that it is true."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a text; lines and columns count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Mend:
    """A mechanical change that removes a finding: a span of its file gets another text.

    Lines and columns count from 1, the end is exclusive. It is safe when no request that was right
    before can be refused because of it.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    safe: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in a file: where, what, why it matters and how to mend it."""

    rule: str
    category: str
    requirement: str
    severity: Severity
    confidence: Confidence
    location: Location
    message: str
    why: str
    remedy: str
    mend: Mend | None = None
    """How a tool would change the file; None where it takes a person."""

    @property
    def fingerprint(self) -> str:
        """Stable over line moves: rule, file and message."""
        text = f"{self.rule}\0{self.location.file}\0{self.message}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class Outcome(StrEnum):
    """What a probe found."""

    HELD = "held"
    BROKEN = "broken"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, already masked: safe to print."""

    request: str
    response: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One probe against one endpoint: the outcome, the reason and the masked exchanges."""

    probe: str
    requirement: str
    criterion: str
    endpoint: str
    outcome: Outcome
    reason: str
    exchanges: tuple[Exchange, ...] = ()
    replay: str = ""
    """A command that repeats it, tokens and secrets left out; empty when there is none."""


@dataclass(frozen=True, slots=True)
class Control:
    """The two requests that make a run meaningful: a valid token is let in, no token is not."""

    endpoint: str
    with_token: int
    """Status of the request with a valid token."""
    without_token: int
    """Status of the request without one."""


@dataclass(frozen=True, slots=True)
class RunStats:
    """How much was done and where; `seconds` is wall-clock time."""

    seconds: float
    requests: int
    probes: int
    representative: str
    """The endpoint that stands for all in probes that run once."""
    every_endpoint: tuple[str, ...]
    """Probes that ran on each endpoint they speak about."""
    versions: tuple[tuple[str, str], ...] = ()
    """Names and versions of what judged."""
    started: int = 0
    """Seconds since 1970 at the start; 0 where nobody looked at a clock."""


@dataclass(frozen=True, slots=True)
class Run:
    """One system probed against one contract."""

    target: str
    contract_hash: str
    """SHA-256 of the contract in canonical JSON."""
    criteria: tuple[Criterion, ...]
    """The acceptance criteria that apply, in the order of the specification."""
    control: Control
    verdicts: tuple[Verdict, ...]
    stats: RunStats

    def count(self, outcome: Outcome) -> int:
        """Return how many verdicts have this outcome."""
        return sum(v.outcome is outcome for v in self.verdicts)

    def of_criterion(self, criterion: str) -> tuple[Verdict, ...]:
        """Return the verdicts that speak about one criterion."""
        return tuple(v for v in self.verdicts if v.criterion == criterion)
