"""What is left out of a report on purpose: inline comments, a file of suppressions, a baseline."""

import fnmatch
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from authpact.errors import AuthpactError
from authpact.findings import Finding
from authpact.review.source._pattern import lazy
from authpact.review.source._tree import Tree

_FILES: Final = ("authpact.toml", "authpact-review.toml")
"""The contract, and a file for a project that has none."""
_INLINE: Final = lazy(
    r"authpact:\s*ignore\[([\w*-]+(?:\s*,\s*[\w*-]+)*)\]\s+(.*?)(?:\s+until\s+(\d{4}-\d\d-\d\d))?\s*(?:\*/|-->)?\s*$"
)
_KEYS: Final = frozenset({"rule", "file", "reason", "until"})


@dataclass(frozen=True, slots=True)
class Suppression:
    """A rule that is accepted in some files, with a reason and, where given, a last day."""

    rule: str
    file: str
    """A path or a pattern such as `services/*/main.py`."""
    reason: str
    until: date | None
    line: int = 0
    """The line it stands for, 0 for the whole file."""

    def covers(self, finding: Finding, today: date) -> bool:
        """Whether a finding is accepted on this day."""
        return (
            fnmatch.fnmatchcase(finding.rule, self.rule)
            and fnmatch.fnmatchcase(finding.location.file, self.file)
            and self.line in {0, finding.location.line}
            and (self.until is None or today <= self.until)
        )


def inline(tree: Tree) -> tuple[Suppression, ...]:
    """Return the comments `authpact: ignore[rule] reason until DAY` that give a reason."""
    found = []
    for source in (*tree.python, *tree.scripts, *tree.plain):
        if "authpact: ignore[" not in source.text:
            continue
        lines = source.text.split("\n")
        for number, text in enumerate(lines, 1):
            match = _INLINE.search(text)
            if not match or not match[2].strip():
                continue
            alone = re.match(r"\s*(?:#|//|/\*|<!--)", text)
            until = _day(match[3], f"{source.path}:{number}")
            line = number + 1 if alone else number
            found += [
                Suppression(rule.strip(), source.path, match[2], until, line)
                for rule in match[1].split(",")
            ]
    return tuple(found)


def _day(text: str | None, place: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise AuthpactError(f"{place}: {text} is no day; write YYYY-MM-DD") from None


def from_folder(folder: Path) -> tuple[Suppression, ...]:
    """Read the `[[suppressions]]` of a reviewed folder. Raises AuthpactError."""
    files = (folder / name for name in _FILES)
    return tuple(found for file in files if file.is_file() for found in _from_file(file))


def _from_file(file: Path) -> tuple[Suppression, ...]:
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8")).get("suppressions", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AuthpactError(f"{file}: {error}") from None
    found = []
    for row in rows:
        if set(row) - _KEYS or not row.get("rule") or not row.get("reason"):
            raise AuthpactError(
                f"{file}: a suppression has rule, reason, and may have file and until"
            )
        until = row.get("until")
        day = until if isinstance(until, date) else _day(until, str(file))
        found.append(Suppression(row["rule"], row.get("file", "*"), row["reason"], day))
    return tuple(found)


def without(
    findings: Iterable[Finding], suppressions: Iterable[Suppression], today: date
) -> tuple[Finding, ...]:
    """Return the findings that nothing suppresses on this day."""
    rows = tuple(suppressions)
    return tuple(f for f in findings if not any(s.covers(f, today) for s in rows))


def baseline_of(findings: Iterable[Finding]) -> str:
    """Render a baseline: how often each fingerprint occurs."""
    counts = Counter(f.fingerprint for f in findings)
    return json.dumps({"schema": 1, "fingerprints": dict(sorted(counts.items()))}, indent=2) + "\n"


def read_baseline(file: Path) -> Counter[str]:
    """Read a baseline. Raises AuthpactError."""
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))["fingerprints"]
        return Counter({str(k): int(v) for k, v in rows.items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise AuthpactError(f"{file}: is no baseline; write one with --write-baseline") from None


def beyond(findings: Iterable[Finding], known: Mapping[str, int]) -> tuple[Finding, ...]:
    """Return the findings that are not among the known ones, counting equal ones."""
    left = Counter(known)
    fresh = []
    for finding in findings:
        if left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
        else:
            fresh.append(finding)
    return tuple(fresh)
