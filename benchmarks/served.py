"""The application that the HTTP benchmark starts: `BENCH_APP` names it, `BENCH_TOKENS` is written."""

import json
import logging
import os
from pathlib import Path

import apps
import peers

logging.disable()
_algorithm, _, _name = os.environ["BENCH_APP"].partition(":")
_issuer = peers.issuer_of(_algorithm)
_builders = {"unguarded": apps.unguarded, **apps.guarded(_algorithm)}
app = _builders[_name](_issuer)
Path(os.environ["BENCH_TOKENS"]).write_text(
    json.dumps([_issuer.token(f"user-{n}") for n in range(50)]), encoding="utf-8"
)
