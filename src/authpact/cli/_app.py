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
    help_format="plaintext",  # Markdown would load a parser for one paragraph
    version_flags=["--version"],
)

_COMMANDS: Final = {
    "init": ("_init:init", "Write a complete contract."),
    "contract": ("_contract:contract", "Check a contract, or explain one of its fields."),
    "compile": ("_compile:compile_command", "Write documents, environment files and wiring."),
    "secret": ("_secret:secret", "Make development secrets into two .env files."),
    "lint": ("_lint:lint", "Run the checklist over an authentication document."),
    "review": ("_review:review", "Find what is wrong in an existing integration."),
    "probe": ("_probe:probe", "Execute the acceptance criteria against a running system."),
    "demo": ("_demo:demo", "Start both sides for real and prove every criterion."),
    "explain": ("_explain:explain", "Explain a requirement."),
    "mcp": ("_mcp:mcp", "Serve an editor's agent (Model Context Protocol)."),
}
for _name, (_place, _help) in _COMMANDS.items():
    app.command(f"authpact.cli.{_place}", name=_name, help=_help)


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
    except ModuleNotFoundError as error:
        remedy = "this command needs: pip install 'authpact[stack]'"
        complain(f"{error.name} is not installed", remedy)
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
