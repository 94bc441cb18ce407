"""tenant:claim, tenant:required, tenant:foreign-path, tenant:foreign-resource, without HTTP."""

from dataclasses import dataclass

import pytest

from authpact import Contract, Principal, Verifier
from authpact.errors import (
    ConfigurationError,
    ForeignObject,
    NotMember,
    ObjectAbsent,
    TenantMissing,
    TokenInvalid,
)
from authpact.testing import LocalIssuer, forgeries
from authpact.verify import require_membership, require_tenancy, require_tenant

BLUE = "org-blue"
ISSUER = LocalIssuer(Contract.model_validate({"tenant": {"mode": "organization"}}))
VERIFIER = Verifier(ISSUER.contract, ISSUER.keys)


@dataclass
class Project:
    org: str | None


def org_of(project: Project) -> str | None:
    return project.org


def member_of(tenant: str | None) -> Principal:
    return VERIFIER.verify(ISSUER.token(tenant=tenant))


def test_a_principal_has_the_organization_of_its_token_or_none() -> None:
    assert member_of(BLUE).tenant == BLUE
    assert member_of(None).tenant is None


@pytest.mark.parametrize("value", ["", 1, True, None, ["org-blue"], {"id": "org-blue"}, "a\nb"])
def test_an_organization_that_is_no_text_is_no_token(value: object) -> None:
    with pytest.raises(TokenInvalid):
        VERIFIER.verify(ISSUER.token(org_id=value))
    assert "the organization is no text" in forgeries(ISSUER)


def test_the_contract_names_the_claim() -> None:
    contract = Contract.model_validate({"tenant": {"mode": "organization", "claim": "team"}})
    issuer = LocalIssuer(contract)
    verifier = Verifier(contract, issuer.keys)
    assert verifier.verify(issuer.token(tenant=BLUE, org_id=1)).tenant == BLUE


@pytest.mark.parametrize("value", ["org-blue", 1, None, [1]])
def test_without_organizations_the_claim_is_the_applications_and_unread(value: object) -> None:
    issuer = LocalIssuer(Contract())
    principal = Verifier(issuer.contract, issuer.keys).verify(issuer.token(org_id=value))
    assert principal.tenant is None
    with pytest.raises(ConfigurationError, match="no organizations"):
        issuer.headers(tenant=BLUE)
    assert "the organization is no text" not in forgeries(issuer)


@pytest.mark.parametrize("other", ["org-blu", "ORG-BLUE", "org-blue ", "", "org-blue\n", "None"])
def test_an_organization_is_compared_exactly(other: str) -> None:
    require_membership(member_of(BLUE), BLUE)
    with pytest.raises(NotMember):
        require_membership(member_of(BLUE), other)
    with pytest.raises(ForeignObject):
        require_tenant(member_of(BLUE), Project(other), org_of)


def test_a_row_of_the_organization_is_given_back() -> None:
    project = Project(BLUE)
    assert require_tenant(member_of(BLUE), project, org_of) is project
    with pytest.raises(ObjectAbsent):
        require_tenant(member_of(BLUE), None, org_of)
    with pytest.raises(ForeignObject):
        require_tenant(member_of(BLUE), Project(None), org_of)


def test_a_token_without_an_organization_reaches_nothing_not_even_rows_without_one() -> None:
    nobody = member_of(None)
    with pytest.raises(TenantMissing):
        require_tenancy(nobody)
    with pytest.raises(TenantMissing):
        require_membership(nobody, "None")
    for row in (Project(None), Project(BLUE), None):
        with pytest.raises(TenantMissing):
            require_tenant(nobody, row, org_of)
