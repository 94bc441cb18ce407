"""Safe mends applied to a tree, and only those that do what they say."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from authpact.findings import Finding
from authpact.review._engine import findings_in
from authpact.review._mends import exchanged, mended
from authpact.review.facts._facts import Facts

Judge = Callable[[Facts], tuple[Finding, ...]]

_ROUNDS: Final = 20
"""Some rules report the first of several places: the next one is seen when that is mended."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """What the safe mends of a tree lead to; nothing was written yet."""

    texts: dict[str, str]
    """The changed files by path."""
    findings: tuple[Finding, ...]
    """What these changes remove."""
    left: tuple[str, ...]
    """Files that stay as they are, because the change would not have done what it says."""


def _safe(facts: Facts, judge: Judge, file: str) -> list[Finding]:
    return [f for f in judge(facts) if f.mend and f.mend.safe and f.location.file == file]


def _does_what_it_says(before: Facts, after: Facts, file: str, wanted: set[str]) -> bool:
    """Whether a change ends the findings it is for, brings none and still can be parsed."""
    old, new = (
        Counter(f.rule for f in findings_in(facts) if f.location.file == file)
        for facts in (before, after)
    )
    broken = {u.file for u in after.unreviewable} - {u.file for u in before.unreviewable}
    return new <= old and all(new[rule] < old[rule] for rule in wanted) and not broken


def _mended_file(facts: Facts, judge: Judge, file: str) -> tuple[Facts, list[Finding]]:
    """Mend one file until nothing safe is left in it; return the facts then and what was mended."""
    done: list[Finding] = []
    for _ in range(_ROUNDS):
        found = _safe(facts, judge, file)
        if not found:
            break
        text = mended(facts.tree.texts[file], [f.mend for f in found if f.mend])
        facts = Facts(exchanged(facts.tree, {file: text}), facts.live)
        done += found
    return facts, done


def fix(facts: Facts, judge: Judge) -> Fixed:
    """Apply the safe mends of what `judge` finds, and hold each file to its promise."""
    files = dict.fromkeys(f.location.file for f in judge(facts) if f.mend and f.mend.safe)
    changed: dict[str, str] = {}
    done: list[Finding] = []
    left = []
    for file in files:
        after, found = _mended_file(facts, judge, file)
        if _does_what_it_says(facts, after, file, {f.rule for f in found}):
            changed[file] = after.tree.texts[file]
            done += found
        else:
            left.append(file)
    return Fixed(changed, tuple(done), tuple(left))
