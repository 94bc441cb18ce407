"""The commands, loaded when they are called, and the exit codes.

0 clean · 1 findings at or above the limit · 2 usage or bad input · 3 internal error
"""

import os
import sys
import traceback
from typing import Final

from cyclopts import App, CycloptsError

from authpact.cli._output import complain
from authpact.errors import AuthpactError

USAGE: Final = 2
_INTERNAL: Final = 3

_EPILOGUE: Final = (
    "Start with `authpact init --yes`, then `authpact compile`. "
    "Exit codes: 0 clean, 1 findings, 2 usage or bad input, 3 internal error."
)

app = App(
    name="authpact",
    help="One contract for the JWT authentication between Next.js + Better Auth and FastAPI.",
    help_epilogue=_EPILOGUE,
    version_flags=["--version"],
)
app.command("authpact.cli._init:init", name="init")
app.command("authpact.cli._contract:contract", name="contract")
app.command("authpact.cli._compile:compile_command", name="compile")
app.command("authpact.cli._secret:secret", name="secret")
app.command("authpact.cli._lint:lint", name="lint")
app.command("authpact.cli._probe:probe", name="probe")
app.command("authpact.cli._demo:demo", name="demo")
app.command("authpact.cli._explain:explain", name="explain")


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        result = app(
            arguments, exit_on_error=False, print_error=False, result_action="return_value"
        )
    except CycloptsError as error:
        complain(str(error), "see: authpact --help")
        return USAGE
    except AuthpactError as error:
        complain(str(error))
        return USAGE
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001  # the last line of defence of a program
        if os.environ.get("AUTHPACT_TRACEBACK"):
            traceback.print_exc()
        complain(
            f"internal error: {type(error).__name__}: {error}",
            "this is a defect of authpact; AUTHPACT_TRACEBACK=1 shows where",
        )
        return _INTERNAL
    return result if isinstance(result, int) else 0


def main() -> None:
    """Enter from the console script."""
    raise SystemExit(run(sys.argv[1:]))
