"""Safe mends applied to a tree, and only those that do what they say."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from authpact.findings import Finding
from authpact.review._engine import findings_in
from authpact.review._facts import Facts
from authpact.review._mends import exchanged, mended


@dataclass(frozen=True, slots=True)
class Fixed:
    """What the safe mends of a tree lead to; nothing was written yet."""

    texts: dict[str, str]
    """The changed files by path."""
    findings: tuple[Finding, ...]
    """What these changes remove."""
    left: tuple[str, ...]
    """Files that stay as they are, because the change would not have done what it says."""


def _count(facts: Facts, file: str) -> Counter[str]:
    return Counter(f.rule for f in findings_in(facts) if f.location.file == file)


def _does_what_it_says(facts: Facts, file: str, text: str, wanted: Counter[str]) -> bool:
    """Whether a change removes every finding it is for, brings none and still can be parsed."""
    after = Facts(exchanged(facts.tree, {file: text}))
    before, now = _count(facts, file), _count(after, file)
    fewer = all(now[rule] <= before[rule] - count for rule, count in wanted.items())
    broken = {u.file for u in after.unreviewable} - {u.file for u in facts.unreviewable}
    return fewer and now <= before and not broken


def fix(facts: Facts, findings: Iterable[Finding]) -> Fixed:
    """Apply the safe mends of these findings, file by file, and hold each file to its promise."""
    texts = {s.path: s.text for s in (*facts.tree.python, *facts.tree.scripts, *facts.tree.plain)}
    chosen = [f for f in findings if f.mend and f.mend.safe and f.location.file in texts]
    changed: dict[str, str] = {}
    left = []
    for file in dict.fromkeys(f.location.file for f in chosen):
        mine = [f for f in chosen if f.location.file == file]
        text = mended(texts[file], [f.mend for f in mine if f.mend])
        if _does_what_it_says(facts, file, text, Counter(f.rule for f in mine)):
            changed[file] = text
        else:
            left.append(file)
    done = tuple(f for f in chosen if f.location.file in changed)
    return Fixed(changed, done, tuple(left))
