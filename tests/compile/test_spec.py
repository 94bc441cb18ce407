"""The specification: form, facts, and agreement with the contract (B1 to B12)."""

import re
from collections.abc import Iterator
from itertools import product

import pytest

from authpact.compile._checklist import checklist
from authpact.compile._environment import variables
from authpact.compile._refusals import refusals
from authpact.compile.targets import design, spec
from authpact.contract import Contract, Decision, criteria, default_contract
from authpact.fastapi._refusals import TEXTS
from authpact.requirements import REQUIREMENTS, Check
from authpact.verify import MAXIMUM_BYTES

SECTIONS = [
    "2. Scope",
    "3. Actors & Components",
    "4. Auth Model & Claims",
    "5. End-to-End Flows",
    "6. Backend JWT Verification (FastAPI)",
    "7. Ownership Enforcement Rules",
    "8. Environment Variables",
    "9. Security Constraints & Requirements",
    "10. Acceptance Criteria (Testable)",
    "11. Open Questions",
]
MODES = [("shared-secret", "HS256"), *(("jwks", a) for a in ("EdDSA", "ES256", "RS256", "PS256"))]
ROLES = {
    "roles": {"admin": {"permissions": ["reports:read"]}},
    "endpoints": [
        {"method": "GET", "path": "/api/health", "access": "public"},
        {"method": "GET", "path": "/api/me", "access": "authenticated"},
        {"method": "GET", "path": "/api/admin/users", "access": "role:admin"},
        {"method": "GET", "path": "/api/reports", "access": "permission:reports:read"},
        {"method": "GET", "path": "/api/notes/{id}", "access": "owner", "owner_from": "resource"},
    ],
}
ALL = list(
    product(
        MODES,
        (403, 404),
        (403, 404),
        ("none", "memory", "redis"),
        (False, True),
        ("memory", "cookie", "storage"),
        ("silent", "none"),
    )
)
SPREAD = [combination for index, combination in enumerate(ALL) if index % 17 == 3]
"""Every 17th of 720: 17 shares no factor with any axis, so each value meets each other value."""

Combination = tuple[tuple[str, str], int, int, str, bool, str, str]


def contract_of(combination: Combination) -> Contract:
    (mode, algorithm), path, resource, revocation, roles, storage, reissue = combination
    document = default_contract().model_dump(mode="json")
    document["token"] |= {"mode": mode, "algorithm": algorithm}
    document["ownership"] |= {"foreign_path": path, "foreign_resource": resource}
    if revocation != "none":
        document["revocation"] |= {"mode": "backchannel", "store": revocation}
    document["session"] |= {"storage": storage, "reissue": reissue}
    if roles:
        document["roles"] = ROLES["roles"]
        document["endpoints"] += ROLES["endpoints"]
    return Contract.model_validate(document)


def with_organizations(tenant_from: str = "path:org_id") -> Contract:
    """A contract with one shared operation at every access level, and a claim of its own name."""
    told = next(c for c in ALL if c[1:3] == (403, 403) and c[4])
    document = contract_of(told).model_dump(mode="json")
    document["tenant"] = {"mode": "organization", "claim": "workspace"}
    for endpoint in document["endpoints"]:
        if endpoint["access"] != "public":
            shared = (
                f"/{{org_id}}{endpoint['path']}" if tenant_from != "resource" else endpoint["path"]
            )
            endpoint |= {"tenant_from": tenant_from, "path": shared}
    return Contract.model_validate(document)


def rendered(contract: Contract) -> str:
    (file,) = spec.render(contract)
    return file.text


def section(text: str, name: str) -> str:
    return text.split(f"## {name}\n", 1)[1].split("\n## ", 1)[0]


def complaints(contract: Contract) -> Iterator[str]:
    for target in (spec, design):
        (file,) = target.render(contract)
        yield from (f"{f.location}: {f.message}" for f in checklist(file.text, contract, file.path))


def test_the_sections_are_the_eleven_in_order_and_nothing_else() -> None:
    (file,) = spec.render(default_contract())
    assert file.path == "specs/features/authentication.md"
    lines = file.text.splitlines()
    assert lines[0] == "# Phase II Authentication Specification"
    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == SECTIONS


def test_the_default_specification_is_short_enough_to_be_read() -> None:
    assert len(rendered(default_contract()).splitlines()) <= 450


def test_the_only_code_is_one_block_of_pseudocode() -> None:
    fences = re.findall(r"^```(\w*)$", rendered(default_contract()), re.MULTILINE)
    assert fences == ["text", ""]


def test_every_criterion_stands_there_with_its_requirement_and_its_probe() -> None:
    contract = default_contract()
    text = section(rendered(contract), "10. Acceptance Criteria (Testable)")
    bullets = [line for line in text.splitlines() if line.startswith("- ")]
    assert bullets == [
        f"- **{c.id}** [{c.requirement}] {c.sentence} *Probe: `{c.probe}`*"
        for c in criteria(contract)
    ]


def test_every_variable_of_both_sides_stands_in_the_table_of_its_side() -> None:
    for combination in (ALL[0], ALL[-1]):
        contract = contract_of(combination)
        text = section(rendered(contract), "8. Environment Variables")
        front, back = text.split("### 8.2", 1)
        for side, part in (("frontend", front), ("backend", back)):
            found = re.findall(r"^\| `([A-Z_]+)`", part, re.MULTILINE)
            assert found == [v.name for v in variables(contract) if v.side == side]


def test_every_requirement_that_documents_state_is_cited() -> None:
    texts = [rendered(contract_of(combination)) for combination in (ALL[0], ALL[-1])]
    texts.append(rendered(with_organizations()))
    wanted = [r.id for r in REQUIREMENTS.values() if Check.DOCUMENT in r.checks]
    assert [i for i in wanted if not any(f"[{i}]" in text for text in texts)] == []


def test_the_codes_and_the_size_are_those_of_the_run_time() -> None:
    for combination in ALL[:: len(ALL) - 1]:
        contract = contract_of(combination)
        assert {r.code for r in refusals(contract)} <= set(TEXTS)
        assert f"at most {MAXIMUM_BYTES} bytes" in rendered(contract)


def test_a_default_is_listed_as_an_assumption_until_somebody_decides_it() -> None:
    contract = default_contract()
    listed = section(rendered(contract), "2. Scope").split("### 2.3")[1]
    assert "Revocation: none" in listed and "Algorithm: HS256" in listed
    decided = contract.model_copy(
        update={
            "decisions": {
                "revocation": Decision(
                    value="none", origin="answer", rationale="Fifteen minutes are fine."
                )
            }
        }
    )
    text = rendered(decided)
    assert "Revocation: none" not in section(text, "2. Scope")
    assert "(origin: answer)" in text and "- Stated reason: Fifteen minutes are fine." in text


def test_a_decision_on_another_topic_is_printed_too() -> None:
    decision = Decision(value="one region", origin="brief", rationale="Users are in one country.")
    text = rendered(default_contract().model_copy(update={"decisions": {"hosting": decision}}))
    assert "**Decision & Rationale — Hosting:** one region (origin: brief)." in text


def test_nothing_is_open_unless_no_endpoint_is_listed() -> None:
    assert section(rendered(default_contract()), "11. Open Questions").strip() == "None."
    bare = default_contract().model_copy(update={"endpoints": ()})
    assert section(rendered(bare), "11. Open Questions").strip().startswith("- Which operations")
    assert list(complaints(bare)) == []


def test_the_scope_of_the_contract_is_the_title() -> None:
    contract = default_contract()
    project = contract.project.model_copy(update={"scope": "Phase III"})
    text = rendered(contract.model_copy(update={"project": project}))
    assert text.startswith("# Phase III Authentication Specification\n")
    assert "Phase II " not in text


def test_renamed_variables_are_renamed_everywhere() -> None:
    contract = default_contract()
    keys = contract.keys.model_copy(
        update={"secret_env": "TODO_SIGNING_SECRET", "verification_keys_env": "TODO_VERIFY_KEYS"}
    )
    renamed = contract.model_copy(update={"keys": keys})
    text = rendered(renamed)
    assert "API_JWT_SECRET" not in text and "API_JWT_KEYS" not in text
    assert list(complaints(renamed)) == []


@pytest.mark.parametrize("combination", SPREAD, ids=str)
def test_the_documents_of_any_contract_pass_the_checklist(combination: Combination) -> None:
    assert list(complaints(contract_of(combination))) == []


@pytest.mark.slow
def test_the_documents_of_every_contract_pass_the_checklist() -> None:
    failed = {str(c): found for c in ALL if (found := list(complaints(contract_of(c))))}
    assert failed == {}


def test_the_spread_meets_every_pair_of_values() -> None:
    for first, second in ((a, b) for a in range(7) for b in range(a)):
        wanted = {(c[first], c[second]) for c in ALL}
        assert {(c[first], c[second]) for c in SPREAD} == wanted


@pytest.mark.parametrize("tenant_from", ["path:org_id", "resource"])
def test_organizations_are_specified_where_the_contract_has_them(tenant_from: str) -> None:
    contract = with_organizations(tenant_from)
    (designed,) = design.render(contract)
    for text in (rendered(contract), designed.text):
        assert checklist(text, contract) == ()
        for said in ("`workspace`", "tenant_missing", "Organizations", "Organization from"):
            assert said in text
    assert {r.code for r in refusals(contract)} <= set(TEXTS)


@pytest.mark.parametrize("combination", SPREAD[:3])
def test_a_contract_without_organizations_says_nothing_about_them(
    combination: Combination,
) -> None:
    (designed,) = design.render(contract_of(combination))
    for text in (rendered(contract_of(combination)), designed.text):
        assert not re.search(r"organi[sz]ation|tenant", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("organization_claim", "`workspace`"),
        ("organization_missing", "403 `tenant_missing`"),
        ("organization_foreign", "another organization"),
    ],
)
def test_a_specification_that_leaves_an_organization_out_is_found(slug: str, said: str) -> None:
    contract = with_organizations()
    text = re.sub(r"tenant_missing|no organization", "x", rendered(contract))
    broken = (text if slug == "organization_missing" else rendered(contract)).replace(said, "it")
    assert slug in {finding.rule for finding in checklist(broken, contract)}
