from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import Parameter

from authpact.cli._output import as_json, complain, emit
from authpact.compile import (
    DOCUMENTS,
    OutputFile,
    Planned,
    State,
    checklist,
    plan,
    render,
    write,
)
from authpact.contract import Contract, digest, load
from authpact.findings import Finding

_SAID: Final = {
    State.SAME: "same",
    State.MISSING: "written",
    State.STALE: "written",
    State.DRIFTED: "drifted",
    State.FOREIGN: "foreign",
}
_HINTS: Final = {
    "drifted": "drifted: edited since it was written, or out of date with the contract",
    "foreign": "foreign: not written by authpact, so it is kept as it is",
}


def _said(item: Planned, *, check: bool) -> str:
    said = _SAID[item.state]
    return "drifted" if check and said == "written" else said


def _self_check(contract: Contract, files: tuple[OutputFile, ...]) -> list[Finding]:
    """Hold the documents against their checklist before anybody is handed them."""
    return [
        finding
        for file in files
        if file.path in DOCUMENTS
        for finding in checklist(file.text, contract, file.path)
    ]


def _show(rows: list[tuple[str, str]], contract: str, form: str) -> None:
    if form == "json":
        states = [{"path": path, "state": state} for path, state in rows]
        emit(as_json({"schema": 1, "contract": contract, "files": states}))
        return
    emit("\n".join(f"{state:8} {path}" for path, state in rows))
    said = dict(rows).values()
    for state, hint in _HINTS.items():
        if state in said:
            emit(f"  {hint}")


def compile_command(
    *,
    contract: Path = Path("authpact.toml"),
    output: Path | None = None,
    target: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = (),
    check: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    format: Literal["terminal", "json"] = "terminal",  # noqa: A002
) -> int:
    """Write the documents, environment files and wiring that the contract stands for.

    Files that authpact did not write, or that were edited since, are never overwritten.

    Parameters
    ----------
    contract
        The contract.
    output
        The folder to write into; the contract's own folder when not given.
    target
        Only this target; repeat for several. When none is named: documents, environment,
        wiring and schema. `agents`, `openspec` and `spec-kit` are written on demand.
    check
        Write nothing; exit 1 when a file differs from the contract.
    format
        `json` writes one object to stdout.
    """
    loaded = load(contract)
    root = output or contract.parent
    files = render(loaded, target)
    planned = plan(files, root, digest(loaded), version("authpact"))
    if not check:
        write(planned, root)
    rows = [
        (item.file.path, _said(item, check=check))
        for item in planned
        if item.state is not State.OWNED
    ]
    _show(rows, digest(loaded), format)
    failed = _self_check(loaded, files)
    for finding in failed:
        complain(f"{finding.location}: {finding.message}", finding.remedy)
    return 1 if failed or any(state in _HINTS for _, state in rows) else 0
