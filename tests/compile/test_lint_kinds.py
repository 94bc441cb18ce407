"""The checklist over whole documents: designs, every access level, and any text at all."""

import pytest
from documents import contract_of_every_level, specification

from authpact.compile._checklist import checklist
from authpact.compile._document import parse_document
from authpact.compile.targets import design, spec
from authpact.contract import default_contract


def test_a_design_document_is_known_by_its_headings() -> None:
    (file,) = design.render(default_contract())
    assert parse_document(file.text).kind == "design"
    assert parse_document(specification()).kind == "spec"


def test_a_design_without_diagrams_or_examples_is_found() -> None:
    (file,) = design.render(default_contract())
    broken = file.text.replace("```mermaid", "```text").replace("### 5.3 Owner", "### 5.3 Mine")
    assert {"diagrams", "access_examples"} <= {
        f.rule for f in checklist(broken, default_contract())
    }


def test_the_four_access_levels_are_held_against_the_contract() -> None:
    contract = contract_of_every_level()
    (file,) = spec.render(contract)
    assert checklist(file.text, contract) == ()
    for slug, said in (
        ("public_rule", "| everybody |"),
        ("authenticated_rule", "| any valid token |"),
        ("role_rule", "| role `admin` |"),
        ("permission_rule", "| permission `reports:read` |"),
    ):
        broken = file.text.replace(said, "| the night shift |")
        assert {f.rule for f in checklist(broken, contract)} == {slug}


@pytest.mark.parametrize(
    "text", ["", "\n", "#", "| a |\n|---|", "```", "- \n- ", "\x00", "## Scope"]
)
def test_any_text_is_a_document(text: str) -> None:
    assert all(f.location.line >= 1 for f in checklist(text, default_contract()))
