"""How time is taken: whole rounds, the best one for ratios, because it is the least disturbed."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

ROUNDS: Final = 25
Work = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Row:
    """One way of doing something and its microseconds: best round and median round."""

    name: str
    best: float
    median: float


def row(name: str, rounds: Sequence[float]) -> Row:
    """Summarize microseconds per piece of work, one value a round."""
    return Row(name, min(rounds), statistics.median(rounds))


def measure(cases: Mapping[str, Callable[[], Work]], tokens: Sequence[str]) -> dict[str, Row]:
    """Time whole rounds over all tokens; a case gives the function of each round.

    The cases take turns, so that a disturbance of the machine meets all of them.
    """
    rounds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, fresh in cases.items():
            work = fresh()
            start = time.perf_counter()
            for token in tokens:
                work(token)
            rounds[name].append((time.perf_counter() - start) / len(tokens) * 1e6)
    return {name: row(name, taken) for name, taken in rounds.items()}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
