"""The design document: `docs/authentication-design.md`."""

from authpact.compile._facts import facts
from authpact.compile._plan import OutputFile
from authpact.compile._templates import environment
from authpact.contract import Contract

PATH = "docs/authentication-design.md"


def render(contract: Contract) -> tuple[OutputFile, ...]:
    """Return the design document with the result of its own self-check."""
    template = environment().get_template("docs/design/document.md.j2")
    return (OutputFile(PATH, template.render(facts(contract)), "<!--"),)
