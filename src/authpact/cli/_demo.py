import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from authpact.cli._input import read_text
from authpact.cli._output import progress
from authpact.cli._verdicts import Progress, exit_code, show
from authpact.compile import plan, render, write
from authpact.contract import Contract, criteria, default_contract, digest, load, to_toml
from authpact.errors import AuthpactError
from authpact.findings import Run
from authpact.probe import System, run
from authpact.stack import Databases, Project, launch

_DOCUMENTS: Final = ("design", "spec", "env", "schema")
_WIRING: Final = ("nextjs", "fastapi")


@dataclass(frozen=True, slots=True)
class _Opened:
    """A target that runs already and goes on after the probes."""

    system: System

    @contextmanager
    def open(self, contract: Contract) -> Iterator[System]:
        """Yield the running system, whatever the contract."""
        del contract
        yield self.system


def _compile(contract: Contract, names: tuple[str, ...], folder: Path) -> None:
    files = plan(render(contract, names), folder, digest(contract), version("authpact"))
    write(files, folder)


def _project(contract_file: Path | None, project: Path | None, output: Path) -> Project:
    """Return the given project, or one compiled from the contract alone."""
    if project is not None:
        return Project(project, contract_file or project / "authpact.toml")
    root = output / "project"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    kept = root / "authpact.toml"
    text = read_text(contract_file) if contract_file else to_toml(default_contract())
    kept.write_text(text, "utf-8")
    _compile(load(kept), _WIRING, root)
    return Project(root, kept)


def _documents(contract: Contract, output: Path) -> None:
    folder = output / "documents"
    shutil.rmtree(folder, ignore_errors=True)
    _compile(contract, _DOCUMENTS, folder)
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        progress(f"  {file}")


def _at_origin(contract: Contract, origin: str) -> Contract:
    """Return the contract as the running API sees it: its origin is where the frontend runs."""
    frontend = contract.frontend.model_copy(update={"origins": (origin,)})
    return contract.model_copy(update={"frontend": frontend})


def _stay(system: System) -> None:
    progress(f"\nfrontend  {system.issuer}\nAPI       {system.api}/docs\nstop with Ctrl-C")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        progress("\nstopped")


def _prove(contract: Contract, system: System) -> Run:
    live = _at_origin(contract, system.issuer or system.api)
    progress(f"executing {len(criteria(live))} acceptance criteria")
    with Progress(live) as shown:
        return run(live, _Opened(system), shown.verdict)


def demo(  # each parameter is an option of the command
    *,
    project: Path | None = None,
    contract: Path | None = None,
    output: Path = Path("out"),
    auth_database: str | None = None,
    api_database: str | None = None,
    exit: Annotated[bool, Parameter(negative="", show_default=False)] = False,  # noqa: A002
) -> int:
    """Compile a contract, start both sides for real and execute every acceptance criterion.

    Secrets are made for this run and forgotten with it.

    Parameters
    ----------
    project
        A folder with authpact.toml, frontend/ and backend/ to run as it stands.
    contract
        A contract to compile and run on its own; the default contract when neither is given.
    output
        Where documents, logs and report.html go.
    auth_database
        Use this database for Better Auth (`postgres://…`) instead of a fresh SQLite file.
    api_database
        Use this database for the API instead of a fresh SQLite file.
    exit
        Stop after the report instead of waiting for Ctrl-C.
    """
    if project is not None and not (project / "backend").is_dir():
        raise AuthpactError(f"{project} has no backend/ folder")
    place = _project(contract, project, output)
    loaded = load(place.contract_file)
    progress(f"contract  {place.contract_file} ({digest(loaded)})")
    _documents(loaded, output)
    databases = Databases(auth_database, api_database)
    with launch(
        loaded, place, output / "stack", progress, databases=databases, familiar=not exit
    ) as system:
        result = _prove(loaded, system)
        show(result, "terminal", None)
        show(result, "html", output / "report.html")
        progress(f"report    {output / 'report.html'}")
        if not exit:
            _stay(system)
    return exit_code(result, strict=True)
