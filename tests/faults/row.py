"""One row of the reliability page: a fault, how long, and what became of the requests."""

from collections import Counter
from dataclasses import dataclass

from faults.load import Tally


@dataclass(frozen=True)
class Row:
    """`window` says which refusals of valid requests are stated; empty means none are."""

    fault: str
    seconds: float
    quiet: Tally
    seen: Tally
    window: str = ""
    measured: str = ""
    lost_outside: int | None = None
    """Lost valid requests outside of the window; None where every loss counts."""

    @property
    def unexcused(self) -> int:
        return self.seen.lost if self.lost_outside is None else self.lost_outside

    def cells(self) -> tuple[str, ...]:
        return (
            self.fault,
            f"{self.seconds:.0f}",
            _counts(self.seen.valid),
            _counts(self.seen.forged),
            f"**{self.unexcused}**",
            self.window or "none",
            f"**{self.seen.accepted_forgeries}**",
            _ratio(self.seen.percentile(0.99), self.quiet.percentile(0.99)),
            _ratio(self.seen.slowest, self.quiet.slowest),
            self.measured,
        )


HEADS = (
    "fault",
    "seconds",
    "valid requests, by status",
    "forged requests, by status",
    "valid requests lost outside of the stated window",
    "stated window",
    "forgeries accepted",
    "p99 ÷ quiet p99",
    "slowest ÷ quiet slowest",
    "measured",
)


def _counts(counter: Counter[str]) -> str:
    total = sum(counter.values())
    return f"{total}: " + ", ".join(f"{n} of {status}" for status, n in sorted(counter.items()))


def _ratio(value: float, base: float) -> str:
    return f"{value / base:.1f}" if base else ""
