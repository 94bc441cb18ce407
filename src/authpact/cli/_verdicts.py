"""A run of probes as a person follows it: a line for each criterion, then the report."""

import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from authpact.cli._output import emit, progress, width
from authpact.contract import Contract, criteria
from authpact.findings import Outcome, Run, Verdict
from authpact.report import Format, render_run

_MARKS: Final = {Outcome.HELD: "held", Outcome.BROKEN: "BROKEN", Outcome.INCONCLUSIVE: "?"}
_WORST_FIRST: Final = (Outcome.BROKEN, Outcome.INCONCLUSIVE, Outcome.HELD)


class Progress:
    """Prints one line to stderr when a criterion is decided."""

    def __init__(self, contract: Contract) -> None:
        self._sentences = {c.id: c.sentence for c in criteria(contract)}
        self._current: str | None = None
        self._seen: list[Verdict] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._flush()

    def verdict(self, verdict: Verdict) -> None:
        """Take one more verdict; those of one criterion come together."""
        if verdict.criterion != self._current:
            self._flush()
            self._current = verdict.criterion
        self._seen.append(verdict)

    def _flush(self) -> None:
        if self._current is None:
            return
        worst = next(o for o in _WORST_FIRST if any(v.outcome is o for v in self._seen))
        sentence = self._sentences.get(self._current, "")
        progress(f"{_MARKS[worst]:>6}  {self._current:22} {sentence}"[: width()])
        self._seen.clear()


def exit_code(run: Run, *, strict: bool) -> int:
    """Return 1 when something is broken, or with `strict` when something could not be decided."""
    undecided = run.count(Outcome.INCONCLUSIVE) if strict else 0
    return 1 if run.count(Outcome.BROKEN) or undecided else 0


def show(run: Run, format: Format, output: Path | None) -> None:  # noqa: A002
    """Write the report of a run to a file or to stdout."""
    colour = output is None and sys.stdout.isatty()
    emit(render_run(run, format, width=width(), colour=colour), output)
