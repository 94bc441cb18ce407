"""How long the review takes, and other scanners on the same trees: review_speed.py TREES [RULES].

TREES holds one folder per repository. Bandit and semgrep run where they are installed; semgrep needs
RULES, a folder with its rules, because it brings none along. Without TREES only the growth is shown:
trees of examples with more and more files.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from timing import table

from authpact.review import all_rules

SIZES: Final = (1_250, 2_500, 5_000)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a program took: wall clock, processor time, and the most memory at once."""

    wall: float
    cpu: float
    megabytes: float


def cost_of(command: list[str]) -> Cost:
    """Run a program to its end, whatever it finds."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0  # it was waited for
    wall = time.perf_counter() - begun
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def together(costs: list[Cost]) -> Cost:
    """Add up runs one after the other."""
    most = max(c.megabytes for c in costs)
    return Cost(sum(c.wall for c in costs), sum(c.cpu for c in costs), most)


def tools(rules: str | None) -> dict[str, list[str]]:
    """Return the commands of the scanners that are here; the tree is added at the end."""
    authpact = str(Path(sys.executable).parent / "authpact")
    found = {"authpact": [authpact, "review", "--format", "json"]}
    if shutil.which("bandit"):
        found["bandit"] = ["bandit", "-q", "-r", "-x", "*/node_modules/*"]
    if shutil.which("semgrep") and rules:
        found["semgrep"] = ["semgrep", "scan", "--metrics", "off", "-q", "--config", rules]
    return found


def _examples() -> Iterator[tuple[str, str]]:
    while True:
        for slug, rule in all_rules().items():
            for number, case in enumerate((*rule.flagged, *rule.accepted)):
                for path, text in case.files.items():
                    yield f"{slug}-{number}/{path}", text


def growth() -> str:
    """Review trees of more and more files."""
    rows = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            for number, (path, text) in zip(range(size), _examples(), strict=False):
                file = Path(folder) / f"part-{number // 500}" / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.with_stem(f"{file.stem}_{number}").write_text(text, encoding="utf-8")
            cost = cost_of([*tools(None)["authpact"], folder])
        per = f"{size / cost.cpu:.0f}"
        rows.append(
            (str(size), f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.megabytes:.0f}", per)
        )
    return table(("files", "seconds", "processor s", "MB", "files a second"), rows)


def beside(trees: Path, rules: str | None) -> str:
    """Run every scanner over every tree."""
    folders = sorted(f for f in trees.iterdir() if f.is_dir())
    rows = []
    for name, command in tools(rules).items():
        cost = together([cost_of([*command, str(folder)]) for folder in folders])
        row = (f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.megabytes:.0f}")
        rows.append((f"{name}, {len(folders)} trees", *row))
    return table(("scanner", "seconds", "processor s", "MB"), rows)


def main(arguments: list[str]) -> None:
    """Print the tables."""
    rules = arguments[1] if len(arguments) > 1 else None
    parts = [beside(Path(arguments[0]), rules)] if arguments else []
    sys.stdout.write("\n\n".join([*parts, growth()]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
