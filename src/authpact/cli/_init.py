import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from authpact.cli._output import progress
from authpact.contract import default_contract, to_toml
from authpact.errors import AuthpactError


def init(
    *,
    yes: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    output: Path = Path("authpact.toml"),
) -> int:
    """Write a complete contract.

    Parameters
    ----------
    yes
        Take every default: the Phase II todo application.
    output
        The file to write; an existing one is never overwritten. `-` writes to stdout.
    """
    if not yes:
        raise AuthpactError("say --yes to write the default contract, then edit it")
    text = to_toml(default_contract())
    if str(output) == "-":
        sys.stdout.write(text)
        return 0
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise AuthpactError(
            f"{output} exists and is kept; move it away or name another file with --output"
        ) from None
    except OSError as error:
        raise AuthpactError(f"{output} cannot be written: {error.strerror}") from None
    progress(f"wrote {output}; next: authpact compile --contract {output}")
    return 0
