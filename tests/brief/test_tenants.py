"""Words about organizations: which of them mean that rows are shared, and which do not."""

import tomllib

import pytest
from measure import BRIEFS

from authpact.brief import draft
from authpact.brief._update import updated
from authpact.compile import checklist, render
from authpact.contract import default_contract, parse, to_toml

OTHERS = {f.stem: tomllib.loads(f.read_text("utf-8"))["text"] for f in BRIEFS.glob("*.toml")}


@pytest.mark.parametrize(
    "text",
    [
        "A multi-tenant todo app.",
        "A todo app where users belong to organizations and share their tasks.",
        "Projects with workspaces, like Slack.",
        "Notes app. Each team sees only its own notes.",
        "Tasks are shared within a team.",
        "Members of an organization see the same invoices.",
        "We use the organization plugin of Better Auth.",
        "Eine mandantenfähige Aufgabenverwaltung.",
    ],
)
def test_shared_rows_switch_organizations_on(text: str) -> None:
    found = draft(text)
    assert found.contract.tenant.mode == "organization"
    assert parse(to_toml(found.contract)).contract == found.contract
    (fact,) = [fact for fact in found.facts if fact.field == "tenant.mode"]
    assert text[fact.start : fact.end] == fact.evidence


@pytest.mark.parametrize(
    "text",
    [
        "A todo app, users only see their own tasks.",
        "Our team builds a todo app.",
        "The todo app of our organization.",
        "A todo app without workspaces.",
        "A todo app. It is not multi-tenant.",
    ],
)
def test_other_words_about_teams_do_not(text: str) -> None:
    assert draft(text).contract.tenant.mode == "none"


def test_of_the_development_set_only_the_brief_with_tenants_is_about_organizations() -> None:
    found = {name for name, text in OTHERS.items() if draft(text).contract.tenant.mode != "none"}
    assert found == {"sso-saml"}


def test_what_a_brief_with_organizations_becomes_passes_the_checklist() -> None:
    contract = draft("A multi-tenant todo app.").contract
    for file in render(contract, ["spec", "design"]):
        assert checklist(file.text, contract, file.path) == ()
        assert "No operation belongs to an organization yet" in file.text


def test_a_new_brief_switches_organizations_on_in_an_existing_contract() -> None:
    new = updated(default_contract(), draft("From now on the app is multi-tenant."))
    assert new.tenant.mode == "organization"
    assert new.endpoints == default_contract().endpoints
