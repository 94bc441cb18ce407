"""Say what would be written from a contract, or write it."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from authpact.compile import Planned, plan, render, write
from authpact.contract import Contract, digest, load, to_toml
from authpact.errors import AuthpactError
from authpact.mcp._arguments import ContractArgument
from authpact.mcp._tool import Tool
from authpact.mcp._workspace import Workspace


class OutputState(BaseModel, use_attribute_docstrings=True):
    """One file and what it is on disk."""

    path: str
    state: str
    """same, missing, stale (follows on writing), drifted (edited, kept), foreign (kept), owned."""


class Compiled(BaseModel, use_attribute_docstrings=True):
    """What was planned, and what was written of it."""

    contract: str
    """Digest of the contract."""
    files: list[OutputState]
    written: list[str]
    """Empty unless `write` was asked for and allowed."""


def _contain(planned: Sequence[Planned], root: Path) -> None:
    """Raise AuthpactError for a file that a link would put outside of the root."""
    for item in planned:
        if not (root / item.file.path).resolve().is_relative_to(root.resolve()):
            raise AuthpactError(
                f"{item.file.path} is a link that leaves {root}; nothing is written"
            )


def _keep_contract(contract: Contract, root: Path) -> list[str]:
    """Write authpact.toml where there is none; an existing one must say the same."""
    file = root / "authpact.toml"
    if file.exists() or file.is_symlink():
        if digest(load(file)) != digest(contract):
            raise AuthpactError(f"{file} exists, differs and is kept; nothing is written")
        return []
    file.write_text(to_toml(contract), encoding="utf-8", newline="\n")
    return [file.name]


def _bind(workspace: Workspace) -> Callable[..., Compiled]:
    def compile(  # noqa: A001  # the name of the command
        *,
        contract: ContractArgument = "",
        targets: Annotated[
            list[str],
            Field(description="design, spec, env, nextjs, fastapi, schema, agents, openspec, …"),
        ] = [],  # noqa: B006  # read only; the schema shows the default
        write_files: Annotated[
            bool, Field(description="Write missing and stale files; needs --allow-write.")
        ] = False,
    ) -> Compiled:
        """Plan the documents, environment files and wiring of a contract, or write them.

        Files that authpact did not write, or that were edited since, are never overwritten.
        """
        source = workspace.contract(contract)
        root = workspace.writable or workspace.folder
        planned = plan(render(source, targets), root, digest(source), version("authpact"))
        written: list[str] = []
        if write_files:
            if workspace.writable is None:
                raise AuthpactError("this server is read-only; start it with --allow-write FOLDER")
            _contain(planned, root)
            root.mkdir(parents=True, exist_ok=True)
            written = _keep_contract(source, root) + list(write(planned, root))
        return Compiled(
            contract=digest(source),
            files=[OutputState(path=p.file.path, state=p.state.value) for p in planned],
            written=written,
        )

    return compile


TOOL = Tool("Plan or write the files of a contract", _bind, writes=True)
