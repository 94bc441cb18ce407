"""Run every scenario and write the reliability page: python -m faults [--seconds N]."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from faults.api_settings import CACHE_SECONDS, COOLDOWN_SECONDS
from faults.row import HEADS, Row
from faults.scenarios import SCENARIOS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "reliability.md"


def page(rows: list[Row]) -> str:
    lines = [HEADS, tuple("---" for _ in HEADS), *(row.cells() for row in rows)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"""<!-- Written by `make faults`, each row from a run. -->
# Reliability

Each row is one run: processes on one machine ({os.cpu_count()} cores), uvicorn, real HTTP. Three in
four requests are valid, one in four is forged: a foreign signature, an unknown key id, another
audience, an old token, a signature of zeros, a logout token. The key set is fresh for
{CACHE_SECONDS} s and the cooldown is {COOLDOWN_SECONDS} s, instead of minutes, so that every run
sees many fetches. Ratios compare the fault with two quiet seconds of the same processes; below 1
they say that the machine was busier in the quiet seconds, and no more.

{table}

What the API promises, and what it does not:

- Valid requests never wait for the issuer while keys are at hand. These serve for
  `keys.cache` + `keys.stale_if_error` after the last good fetch; then everything is 503 with
  Retry-After, also tokens that were verified before.
- A key that the issuer withdrew is refused after `keys.cache` at the latest.
- Unknown key ids cause one fetch in `keys.cooldown`. A flood of made-up ids can use that fetch up:
  a key that is new in the same moment is then known one cooldown later.
- While the revocation store is away the API answers 503, or accepts with an alarm in the log
  (`revocation.when_unavailable`). After it lost its memory, tokens from before are answered
  `token_expired`: browsers get a new one where the session still lives. Eviction of single entries
  is not noticed: run it with `maxmemory-policy noeviction`.
- A killed worker takes the requests with it that it was serving.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of each fault")
    parser.add_argument("--rotation", type=float, default=10, help="seconds of the rotation")
    chosen = parser.parse_args()
    rows, failed = [], False
    for name, scenario in SCENARIOS.items():
        seconds = chosen.rotation if name.startswith("rotation") else chosen.seconds
        with tempfile.TemporaryDirectory() as folder:
            row = scenario(Path(folder), seconds)
        rows.append(row)
        failed = failed or bool(row.unexcused or row.seen.accepted_forgeries)
        print(name, *row.cells()[2:], sep=" | ", flush=True)  # noqa: T201
    PAGE.write_text(page(rows), encoding="utf-8")
    return int(failed)


sys.exit(main())
