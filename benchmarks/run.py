"""Everything side by side on one machine in one run; writes docs/reference/performance.md."""

import logging
import sys
import warnings
from pathlib import Path
from typing import Final

import asgi
import http_level
import library
import peers
import weight
from timing import table

PAGE: Final = Path(__file__).parent.parent / "docs" / "reference" / "performance.md"
HEAD: Final = """\
# Performance

Written by `make bench`: one run on one machine. Compare the ratios inside of it, not the microseconds
with those of another machine. Every verifier gets the same tokens and checks signature, issuer,
audience, expiry and required claims; authpact also checks canonical form, `typ`, `client_id`, `sid`,
roles, the longest life and every shape. Its application carries CORS and the guarded start; those of
the peers do not. Ratios are taken between best rounds.
"""


def _ratios(found: dict[str, dict[str, float]]) -> str:
    lines = [
        (name, f"{values['is']:.2f}", f"{sign} {values['target']:g}")
        for name, values in found.items()
        for sign in ("≥" if values.get("least") else "≤",)
    ]
    return table(("what", "ratio or value", "target"), lines)


def _library(found: dict[str, dict[str, float]]) -> str:
    hs, ed = library.rows("HS256"), library.rows("EdDSA")
    hot = hs[library.HOT].best / hs[library.FLOOR].best
    found["hot verification ÷ (SHA-256 and a dict)"] = {"is": hot, "target": 2.5}
    for peer in ("joserfc", "PyJWT", "python-jose"):
        if peer in hs:
            cold = hs[library.COLD].best / hs[peer].best
            found[f"new HS256 token ÷ {peer}"] = {"is": cold, "target": 1}
    new = ed[library.COLD].best / ed[library.PRIMITIVE].best
    found["new EdDSA token ÷ the primitive"] = {"is": new, "target": 1.25}
    return f"{library.section('HS256', hs)}\n\n{library.section('EdDSA', ed)}"


def _asgi(found: dict[str, dict[str, float]]) -> str:
    hs, ed = asgi.rows("HS256"), asgi.rows("EdDSA")
    ours = asgi.added(hs, "authpact")
    found["added to a request ÷ an empty dependency"] = {
        "is": ours / asgi.added(hs, asgi.EMPTY),
        "target": 2,
    }
    by_hand = asgi.added(hs, "PyJWT in a dependency") / ours
    found["PyJWT in a dependency ÷ authpact, HS256"] = {"is": by_hand, "target": 4, "least": 1}
    bridge = "fastapi-better-auth-bridge"
    if bridge in ed:
        ratio = asgi.added(ed, bridge) / asgi.added(ed, "authpact")
        found[f"{bridge} ÷ authpact, EdDSA"] = {"is": ratio, "target": 8, "least": 1}
    quiet, flooded = asgi.flood()
    found["p99 under nine forged tokens for each good one ÷ quiet p99"] = {
        "is": flooded / quiet,
        "target": 2,
    }
    return f"{asgi.section('HS256', hs)}\n\n{asgi.section('EdDSA', ed)}"


def _weight(found: dict[str, dict[str, float]]) -> None:
    milliseconds = weight.import_milliseconds("authpact.fastapi")
    found["ms that authpact.fastapi adds to importing fastapi"] = {"is": milliseconds, "target": 40}
    if peers.installed("cyclopts"):
        found["ms of authpact --help"] = {"is": weight.command_milliseconds(), "target": 200}
    count, size = weight.remembered()
    found["tokens remembered of a million distinct ones"] = {"is": count, "target": 4096}
    found["bytes for each"] = {"is": size, "target": 1024}


def _served(found: dict[str, dict[str, float]]) -> str:
    measured = http_level.measure()
    if not measured:
        return "wrk is not installed, so nothing was measured over HTTP."
    for server, rounds in measured.items():
        ratio = http_level.throughput(rounds, "authpact")
        found[f"throughput ÷ the unguarded route, {server}"] = {
            "is": ratio,
            "target": 0.8,
            "least": 1,
        }
    return http_level.section(measured)


def main() -> None:
    """Print the tables and write the page."""
    logging.disable()
    warnings.simplefilter("ignore")
    found: dict[str, dict[str, float]] = {}
    verification = _library(found)
    requests = _asgi(found)
    _weight(found)
    served = _served(found)
    absent = [
        name
        for name, module in {
            "python-jose": "jose",
            "fastapi-better-auth-bridge": "fastapi_better_auth",
            "granian": "granian",
        }.items()
        if not peers.installed(module)
    ]
    missing = f"Not installed, so not measured: {', '.join(absent)}.\n" if absent else ""
    parts = [HEAD + missing, _ratios(found), verification, requests, served]
    PAGE.write_text("\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8")
    sys.stdout.write(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
