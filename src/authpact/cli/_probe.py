import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from authpact.cli._verdicts import Progress, exit_code, show
from authpact.contract import load
from authpact.errors import ProbeError
from authpact.probe import all_probes, deployed, run, target_of
from authpact.report import Format


def probe(  # noqa: PLR0913  # each parameter is an option of the command
    target: str,
    /,
    *,
    contract: Path = Path("authpact.toml"),
    auth_url: str | None = None,
    key: Path | None = None,
    key_id: str | None = None,
    only: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = (),
    format: Format = "terminal",  # noqa: A002
    output: Path | None = None,
    strict: Annotated[bool, Parameter(negative="", show_default=False)] = False,
) -> int:
    """Execute the acceptance criteria against a running system and keep the evidence.

    Creates accounts and objects: never point it at production. Keys are read from the variables
    that the contract names.

    Parameters
    ----------
    target
        The address of the API (`http://localhost:8000`), or `module:app` to run it here.
    contract
        The contract.
    auth_url
        Base address of Better Auth; without it the criteria about issuing stay inconclusive.
    key
        A private JWK to sign forgeries with, where the API trusts its public half (jwks mode).
    key_id
        The `kid` of that key, when the JWK has none.
    only
        Only this probe; repeat for several.
    format
        How to write the report.
    output
        Write to this file instead of stdout.
    strict
        Exit 1 also when a criterion could not be decided.
    """
    unknown = [slug for slug in only if slug not in all_probes()]
    if unknown:
        raise ProbeError(f"no probe {unknown[0]}; known: {', '.join(all_probes())}")
    loaded = deployed(load(contract), os.environ)
    place = target_of(target, loaded, issuer=auth_url, jwk_file=key, key_id=key_id)
    with Progress(loaded) as shown:
        result = run(loaded, place, shown.verdict, only=frozenset(only))
    show(result, format, output)
    return exit_code(result, strict=strict)
