"""An extension of GitHub Spec Kit, `spec-kit/authpact/`: three commands and their hooks."""

from importlib.metadata import version
from typing import Final

from authpact.compile._facts import facts
from authpact.compile._paths import DESIGN, SPECIFICATION
from authpact.compile._plan import Comment, OutputFile
from authpact.compile._templates import environment
from authpact.contract import Contract

OPTIONAL: Final = True
ROOT: Final = "spec-kit/authpact"
_COMMANDS: Final = ("contract", "check", "prove")


def render(contract: Contract) -> tuple[OutputFile, ...]:
    """Return the extension; `specify extension add spec-kit/authpact --dev` installs it."""
    known = facts(contract)
    known["design_path"] = DESIGN
    known["spec_path"] = SPECIFICATION
    known["version"] = version("authpact")
    return (
        _file("extension.yml", "extension.yml", "#", known),
        _file("README.md", "README.md", "<!--", known),
        *(
            _file(f"commands/speckit.authpact.{name}.md", f"commands/{name}.md", "<!--", known)
            for name in _COMMANDS
        ),
    )


def _file(path: str, template: str, comment: Comment, values: dict[str, object]) -> OutputFile:
    text = environment().get_template(f"spec-kit/{template}.j2").render(values)
    return OutputFile(f"{ROOT}/{path}", text, comment)
