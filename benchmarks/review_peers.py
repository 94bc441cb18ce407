"""Authpact's review, bandit and semgrep over the same trees: review_peers.py TREES [-r RULES] [-l LABELS].

TREES holds one folder per repository, named owner__name. Bandit and semgrep run where they are
installed; semgrep needs RULES, a folder of rules, because it brings none along. LABELS is the file of
`make corpus`: with it, a scanner is credited with every root cause near which it reports anything,
whatever it says there. A scanner that fails or does not end in time ends the run.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from timing import table

NEAR: Final = 5
TIME_LIMIT: Final = "900"
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Scanner:
    """A program, the keys of its JSON report, and the exit codes that mean it ran to the end."""

    command: list[str]
    findings: str
    file: str
    line: tuple[str, ...]
    ended: tuple[int, ...]

    def places(self, report: str) -> Iterator[Place]:
        """Read where it reported something."""
        for finding in json.loads(report)[self.findings]:
            line = finding
            for key in self.line:
                line = line[key]
            yield finding[self.file], line


@dataclass(slots=True)
class Sum:
    """What a scanner took over all trees (seconds, megabytes) and where it reported."""

    wall: float = 0.0
    cpu: float = 0.0
    megabytes: float = 0.0
    places: dict[str, set[Place]] = field(default_factory=dict)


def scanners(rules: str | None) -> dict[str, Scanner]:
    """Return the scanners that are here; the tree is added at the end of the command."""
    ours = [str(Path(sys.executable).parent / "authpact"), "review", "--format", "json"]
    found = {"authpact": Scanner(ours, "findings", "file", ("line",), (0, 1))}
    if bandit := shutil.which("bandit"):
        command = [bandit, "-q", "-r", "-f", "json", "-x", "*/node_modules/*"]
        found["bandit"] = Scanner(command, "results", "filename", ("line_number",), (0, 1))
    if (semgrep := shutil.which("semgrep")) and rules:
        # its check for a newer version waits for the network
        offline = ["--metrics", "off", "--disable-version-check"]
        command = [semgrep, "scan", "-q", "--json", *offline, "--config", rules]
        found["semgrep"] = Scanner(command, "results", "path", ("start", "line"), (0,))
    return found


def scan(name: str, scanner: Scanner, tree: Path, total: Sum) -> None:
    """Run a scanner over one tree and add what it took and reported."""
    with tempfile.TemporaryFile("w+") as report:
        begun = time.perf_counter()
        command = ["timeout", TIME_LIMIT, *scanner.command, str(tree)]
        process = subprocess.Popen(command, stdout=report, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        total.wall += time.perf_counter() - begun
        if process.returncode not in scanner.ended:
            sys.exit(f"{name} ended with {process.returncode} on {tree}: no figures")
        report.seek(0)
        text = report.read()
    total.cpu += usage.ru_utime + usage.ru_stime
    total.megabytes = max(total.megabytes, usage.ru_maxrss / 1024)
    total.places[tree.name] = {
        (os.path.relpath(tree / file, tree), line) for file, line in scanner.places(text)
    }


def causes_in(labels: Path) -> dict[tuple[str, str], set[Place]]:
    """Return the places of each root cause, by folder and group."""
    causes: dict[tuple[str, str], set[Place]] = {}
    for text in labels.read_text(encoding="utf-8").splitlines():
        label = json.loads(text)
        if label["verdict"] == "defect" and label["confidence"] == "certain":
            key = label["repo"].replace("/", "__"), label["group"]
            causes.setdefault(key, set()).add((label["file"], int(label["line"])))
    return causes


def touched(causes: Mapping[tuple[str, str], set[Place]], total: Sum) -> int:
    """Count the root causes with any report near one of their places."""
    return sum(
        any(
            file == at and abs(line - near) <= NEAR
            for file, line in total.places.get(tree, ())
            for at, near in places
        )
        for (tree, _), places in causes.items()
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", type=Path)
    parser.add_argument("-r", "--rules", help="a folder of rules for semgrep")
    parser.add_argument("-l", "--labels", type=Path, help="what careful readers found")
    given = parser.parse_args()
    folders = sorted(f for f in given.trees.resolve().iterdir() if f.is_dir())
    causes = causes_in(given.labels) if given.labels else {}
    rows = []
    for name, scanner in scanners(given.rules).items():
        total = Sum()
        for folder in folders:
            scan(name, scanner, folder, total)
        reports = sum(map(len, total.places.values()))
        figures = (f"{total.wall:.1f}", f"{total.cpu:.1f}", f"{total.megabytes:.0f}", str(reports))
        near = f"{touched(causes, total)} of {len(causes)}" if causes else "-"
        rows.append((name, *figures, near))
    head = ("scanner", "seconds", "processor s", "MB", "places reported", "root causes touched")
    sys.stdout.write(f"{len(folders)} trees\n\n{table(head, rows)}\n")


if __name__ == "__main__":
    main()
