"""Organizations in a contract: diagnostics at their line, and a file that stays small without."""

import pytest

from authpact.contract import Contract, default_contract, digest, parse, to_json, to_toml

TEXT = """\
[tenant]
mode = "organization"

[[endpoints]]
method = "GET"
path = "/api/orgs/{org_id}/users/{user_id}/notes/{id}"
access = "owner"
owner_from = "path:user_id"
tenant_from = "path:org_id"

[[endpoints]]
method = "GET"
path = "/api/projects"
access = "authenticated"
tenant_from = "resource"
"""

CLAIM, FIRST, SECOND = "tenant.claim", "endpoints[0].tenant_from", "endpoints[1].tenant_from"
RESERVED, FOREIGN = "issue:reserved-claims", "tenant:foreign-path"


def loaded(text: str = TEXT) -> Contract:
    parsed = parse(text)
    assert parsed.contract is not None, parsed.diagnostics
    return parsed.contract


def test_a_contract_has_no_organizations_unless_it_says_so() -> None:
    contract = default_contract()
    assert (contract.tenant.mode, contract.tenant.claim) == ("none", "org_id")
    assert contract.tenant_claim is None
    assert "tenant" not in to_toml(contract)
    assert to_json(contract)["tenant"] == {"mode": "none", "claim": "org_id"}


def test_the_table_and_the_field_of_an_endpoint_are_read() -> None:
    contract = loaded()
    assert parse(TEXT).diagnostics == ()
    assert contract.tenant_claim == "org_id"
    by_path, by_row = contract.endpoints
    assert (by_path.tenant_parameter, by_path.owner_parameter) == ("org_id", "user_id")
    assert by_path.resource_parameter == "id"
    assert (by_row.tenant_from, by_row.tenant_parameter) == ("resource", None)


def test_the_organization_of_a_path_is_not_the_id_of_an_object() -> None:
    text = TEXT.replace("/users/{user_id}/notes/{id}", "/users/{user_id}/notes")
    assert loaded(text).endpoints[0].resource_parameter is None


def test_a_contract_with_organizations_loads_back_from_what_is_written() -> None:
    contract = loaded(TEXT.replace("[tenant]", '[tenant]\nclaim = "workspace"'))
    assert parse(to_toml(contract)).contract == contract


def test_organizations_change_the_digest() -> None:
    without = loaded(TEXT.replace('tenant_from = "resource"\n', ""))
    renamed = loaded(TEXT.replace("[tenant]", '[tenant]\nclaim = "workspace"'))
    assert len({digest(loaded()), digest(without), digest(renamed)}) == 3


def test_the_digest_of_a_contract_without_organizations_is_what_it_was() -> None:
    assert digest(default_contract()) == "dd433a1dcd1f"


@pytest.mark.parametrize(
    ("old", "new", "field", "line", "requirement", "said"),
    [
        ("[tenant]", '[tenant]\nclaim = "sub"', CLAIM, 2, RESERVED, "registered"),
        ("[tenant]", '[tenant]\nclaim = "roles"', CLAIM, 2, RESERVED, "lists the roles"),
        ("[tenant]", '[tenant]\nclaim = "no claim"', CLAIM, 2, "tenant:claim", "match"),
        ('"organization"', '"team"', "tenant.mode", 2, "tenant:claim", "organization"),
        ('"organization"', '"none"', FIRST, 9, "tenant:claim", "has none"),
        ('"authenticated"', '"public"', SECOND, 15, "tenant:required", "public"),
        ('"path:org_id"', '"path:team"', FIRST, 9, FOREIGN, "{team}"),
        ('"path:org_id"', '"path:user_id"', FIRST, 9, FOREIGN, "user id"),
        ('"path:org_id"', '"query:org"', FIRST, 9, FOREIGN, "match"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_an_error_at_its_line(  # one row a mistake
    old: str, new: str, field: str, line: int, requirement: str, said: str
) -> None:
    found = {d.field: d for d in parse(TEXT.replace(old, new, 1)).diagnostics}
    diagnostic = found[field]
    assert (diagnostic.severity, diagnostic.line) == ("error", line)
    assert diagnostic.requirement == requirement
    assert said in diagnostic.message


def test_a_roles_claim_of_that_name_is_no_mistake_where_there_are_no_organizations() -> None:
    assert loaded('[token]\nroles_claim = "org_id"').token.roles_claim == "org_id"


@pytest.mark.parametrize("tenant_from", ["", 'tenant_from = "resource"\n'])
def test_an_organization_in_the_path_that_nobody_compares_is_a_warning(tenant_from: str) -> None:
    found = parse(TEXT.replace('tenant_from = "path:org_id"\n', tenant_from)).diagnostics
    assert [(d.severity, d.field, d.line) for d in found] == [("warning", "endpoints[0].path", 6)]


def test_a_public_page_of_an_organization_needs_no_comparison() -> None:
    public = TEXT.replace('access = "owner"\nowner_from = "path:user_id"\n', 'access = "public"\n')
    public = public.replace("/users/{user_id}", "")
    assert parse(public.replace('tenant_from = "path:org_id"\n', "")).diagnostics == ()
