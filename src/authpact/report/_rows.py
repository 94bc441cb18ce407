"""What every format shows of a run: one row for each criterion, with its verdicts and sources."""

from dataclasses import dataclass

from authpact.contract import Criterion
from authpact.findings import Exchange, Outcome, Run, Verdict
from authpact.requirements import REQUIREMENTS, Requirement

_WORST_FIRST = (Outcome.BROKEN, Outcome.INCONCLUSIVE, Outcome.HELD)


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion and everything that was found about it."""

    criterion: Criterion
    requirement: Requirement
    verdicts: tuple[Verdict, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst outcome of its verdicts."""
        found = {v.outcome for v in self.verdicts}
        return next((o for o in _WORST_FIRST if o in found), Outcome.INCONCLUSIVE)

    @property
    def leading(self) -> tuple[Verdict, ...]:
        """The verdicts with the worst outcome."""
        return tuple(v for v in self.verdicts if v.outcome is self.outcome)

    @property
    def sources(self) -> str:
        """Where the requirement comes from, on one line."""
        return " · ".join(self.requirement.sources)


def rows_of(run: Run) -> tuple[Row, ...]:
    """Return one row for each criterion, in the order of the specification."""
    return tuple(Row(c, REQUIREMENTS[c.requirement], run.of_criterion(c.id)) for c in run.criteria)


def tally_of(run: Run) -> dict[Outcome, int]:
    """Count the criteria by their worst outcome."""
    outcomes = [row.outcome for row in rows_of(run)]
    return {outcome: outcomes.count(outcome) for outcome in Outcome}


def evidence_of(verdict: Verdict) -> str:
    """Write the masked exchanges of a verdict as text."""
    return "\n\n".join(exchange_as_text(exchange) for exchange in verdict.exchanges)


def exchange_as_text(exchange: Exchange) -> str:
    """Write one masked exchange as curl does: what went out, what came back."""
    return f"> {_lines(exchange.request, '> ')}\n< {_lines(exchange.response, '< ')}"


def _lines(text: str, prefix: str) -> str:
    return text.replace("\n", f"\n{prefix}")
