"""The design document: `docs/authentication-design.md`."""

from authpact.compile._checklist import checklist
from authpact.compile._examples import examples, owner_examples
from authpact.compile._facts import facts
from authpact.compile._paths import DESIGN
from authpact.compile._plan import OutputFile
from authpact.compile._self_check import answers, weaknesses
from authpact.compile._templates import environment
from authpact.contract import Contract


def render(contract: Contract) -> tuple[OutputFile, ...]:
    """Return the design document with the result of its own self-check."""
    template = environment().get_template("docs/design/document.md.j2")
    known = facts(contract)
    known["examples"] = examples(contract)
    known["owned"] = owner_examples(contract)
    known["weaknesses"] = weaknesses(contract, str(known["exposure"]))
    draft = template.render(known, answers=answers(()))
    findings = checklist(draft, contract, DESIGN)
    return (OutputFile(DESIGN, template.render(known, answers=answers(findings)), "<!--"),)
