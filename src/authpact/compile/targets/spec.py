"""The specification: `specs/features/authentication.md`."""

from authpact.compile._facts import facts
from authpact.compile._paths import SPECIFICATION
from authpact.compile._plan import OutputFile
from authpact.compile._templates import environment
from authpact.contract import Contract


def render(contract: Contract) -> tuple[OutputFile, ...]:
    """Return the specification with its eleven sections."""
    template = environment().get_template("docs/spec/document.md.j2")
    return (OutputFile(SPECIFICATION, template.render(facts(contract)), "<!--"),)
