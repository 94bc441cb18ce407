"""How the time of a review grows with the number of files: trees of the rules' own examples."""

import os
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

AUTHPACT: Final = str(Path(sys.executable).parent / "authpact")
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
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"the review ended with {process.returncode}: no figures")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


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
            cost = cost_of([AUTHPACT, "review", "--format", "json", folder])
        per = f"{size / cost.cpu:.0f}"
        rows.append(
            (str(size), f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.megabytes:.0f}", per)
        )
    return table(("files", "seconds", "processor s", "MB", "files a second"), rows)


def main() -> None:
    """Print the table."""
    sys.stdout.write(growth() + "\n")


if __name__ == "__main__":
    main()
