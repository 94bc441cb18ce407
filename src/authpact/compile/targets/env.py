"""Two `.env.example` files: every variable with purpose, format, example and rotation."""

from typing import Final, get_args

from authpact.compile._environment import Side, Variable, variables
from authpact.compile._plan import OutputFile
from authpact.contract import Contract

_TITLES: Final[dict[Side, str]] = {
    "frontend": "Next.js and Better Auth (the issuer)",
    "backend": "FastAPI (the resource server)",
}


def _entry(variable: Variable) -> str:
    need = "required" if variable.required else "optional"
    kind = ", secret" if variable.secret else ", sent to the browser" if variable.public else ""
    lines = [
        f"# {variable.purpose}",
        f"#   {need}{kind}",
        f"#   format:   {variable.format}",
        f"#   rotation: {variable.rotation}",
    ]
    if variable.command:
        lines.append(f"#   make one: {variable.command}")
    mark = "" if variable.required else "# "
    lines.append(f"{mark}{variable.name}={variable.example}")
    return "\n".join(lines)


def _file(contract: Contract, side: Side) -> OutputFile:
    head = (
        f"# {_TITLES[side]}\n"
        "# Copy to .env and fill in; never commit the copy. `authpact secret` makes one to develop."
    )
    entries = [_entry(v) for v in variables(contract) if v.side == side]
    return OutputFile(f"{side}/.env.example", "\n\n".join((head, *entries)) + "\n", "#")


def render(contract: Contract) -> tuple[OutputFile, ...]:
    """Return one file a side."""
    return tuple(_file(contract, side) for side in get_args(Side))
