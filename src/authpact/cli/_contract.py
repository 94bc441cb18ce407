from dataclasses import asdict
from pathlib import Path
from typing import Final, Literal

from cyclopts import App

from authpact.cli._input import read_text
from authpact.cli._output import as_json, emit
from authpact.contract import Diagnostic, digest, fields, parse
from authpact.errors import AuthpactError
from authpact.requirements import REQUIREMENTS

contract: Final = App(name="contract", help="Check a contract, or explain one of its fields.")


def _terminal(file: Path, diagnostics: tuple[Diagnostic, ...]) -> str:
    errors = sum(d.severity == "error" for d in diagnostics)
    lines = [f"{file}:{diagnostic}" for diagnostic in diagnostics]
    lines.append(f"{file}: {errors} errors, {len(diagnostics) - errors} warnings")
    return "\n".join(lines)


@contract.command
def check(
    file: Path = Path("authpact.toml"),
    *,
    format: Literal["terminal", "json"] = "terminal",  # noqa: A002
) -> int:
    """Report every error and warning of a contract with line, column and remedy.

    Parameters
    ----------
    file
        The contract.
    format
        `json` writes one object to stdout.
    """
    parsed = parse(read_text(file, "authpact init --yes writes one"))
    if format == "json":
        emit(
            as_json(
                {
                    "schema": 1,
                    "file": str(file),
                    "digest": digest(parsed.contract) if parsed.contract else None,
                    "diagnostics": [asdict(d) for d in parsed.diagnostics],
                }
            )
        )
    else:
        emit(_terminal(file, parsed.diagnostics))
    return 0 if parsed.contract is not None else 1


@contract.command
def explain(field: str) -> int:
    """Say what a field means, what it may hold and which requirement it settles.

    Parameters
    ----------
    field
        A field such as `token.lifetime`, or a table such as `token`.
    """
    wanted = field.strip("[]")
    found = [f for f in fields() if f.path == wanted or f.path.startswith(f"{wanted}.")]
    if not found:
        found = [f for f in fields() if f.path.rpartition(".")[2] == wanted]
    if not found:
        names = ", ".join(f.path for f in fields() if "." not in f.path)
        raise AuthpactError(f"no field {field}; the tables are: {names}")
    for item in found:
        default = f"   default: {item.default}" if item.default is not None else ""
        emit(f"{item.path}\n  {item.summary}\n  allowed: {item.allowed}{default}")
        if item.requirement:
            row = REQUIREMENTS[item.requirement]
            emit(f"  settles: {row.id}: {row.sentence} ({', '.join(row.sources)})")
    return 0
