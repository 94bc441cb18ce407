"""Loading a contract: every problem at once, at its place, with its remedy."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authpact.contract import (
    Contract,
    ContractError,
    default_contract,
    digest,
    json_schema,
    load,
    parse,
    to_toml,
)
from authpact.requirements import REQUIREMENTS

DEFAULT = to_toml(default_contract())


def problems(text: str) -> dict[str, tuple[str, int, str | None]]:
    """Map each reported field to its severity, line and requirement."""
    return {d.field: (d.severity, d.line, d.requirement) for d in parse(text).diagnostics}


def with_line(old: str, new: str) -> str:
    assert old in DEFAULT
    return DEFAULT.replace(old, new, 1)


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


def test_the_default_contract_has_the_six_task_operations_and_no_findings() -> None:
    parsed = parse(DEFAULT)
    assert parsed.diagnostics == ()
    assert parsed.contract is not None
    assert [str(e) for e in parsed.contract.endpoints] == [
        "GET /api/{user_id}/tasks",
        "POST /api/{user_id}/tasks",
        "GET /api/{user_id}/tasks/{id}",
        "PUT /api/{user_id}/tasks/{id}",
        "DELETE /api/{user_id}/tasks/{id}",
        "PATCH /api/{user_id}/tasks/{id}/complete",
    ]


def test_the_defaults_are_the_documented_ones() -> None:
    contract = default_contract()
    assert (contract.token.mode, contract.token.algorithm) == ("shared-secret", "HS256")
    assert (contract.token.lifetime, contract.session.lifetime) == (900, 604800)
    assert (contract.ownership.foreign_path, contract.ownership.foreign_resource) == (403, 404)
    assert (contract.session.storage, contract.revocation.mode) == ("memory", "none")


def test_an_empty_file_is_a_contract_that_refuses_every_request() -> None:
    parsed = parse("")
    assert parsed.contract is not None
    assert [d.requirement for d in parsed.diagnostics] == ["access:deny-by-default"]


def test_what_is_written_loads_to_the_same_contract() -> None:
    assert parse(DEFAULT).contract == default_contract()
    assert tomllib.loads(DEFAULT)["token"]["lifetime"] == "15m"


def test_layout_does_not_change_the_digest_and_meaning_does() -> None:
    spaced = "# a comment\n" + DEFAULT.replace(" = ", "  =  ")
    again, other = parse(spaced).contract, parse(with_line('"15m"', '"10m"')).contract
    assert again is not None and other is not None
    assert digest(again) == digest(default_contract()) != digest(other)


def test_all_problems_are_reported_in_one_pass() -> None:
    text = with_line('lifetime = "15m"', 'lifetime = "3d"')
    text = text.replace('name = "todo"', 'nmae = "todo"')
    text = text.replace('algorithm = "HS256"', 'algorithm = "EdDSA"')
    text = text.replace('origins = ["http://localhost:3000"]', 'origins = ["http://a.example/"]')
    assert set(problems(text)) == {
        "token.lifetime",
        "project.nmae",
        "token.algorithm",
        "frontend.origins[0]",
    }


@pytest.mark.parametrize(
    ("old", "new", "field", "requirement"),
    [
        ('"15m"', '"3d"', "token.lifetime", "token:lifetime"),
        ('"15m"', '"30s"', "token.lifetime", "token:lifetime"),
        ('"15m"', '"soon"', "token.lifetime", "token:lifetime"),
        ('leeway = "10s"', 'leeway = "5m"', "token.leeway", "token:expiry"),
        ('algorithm = "HS256"', 'algorithm = "none"', "token.algorithm", "algorithm:pinned"),
        ('algorithm = "HS256"', 'algorithm = ["HS256"]', "token.algorithm", "algorithm:pinned"),
        ('algorithm = "HS256"', 'algorithm = "ES256"', "token.algorithm", "algorithm:one-family"),
        ('mode = "shared-secret"', 'mode = "jwks"', "token.algorithm", "algorithm:one-family"),
        ('type = "at+jwt"', 'type = "JWT"', "token.type", "token:type"),
        ('"roles"', '"sub"', "token.roles_claim", "issue:reserved-claims"),
        ('issuer = "http://localhost', 'issuer = "http://a.example', "token.issuer", "transport:https"),
        ('"API_JWT_SECRET"', '"BETTER_AUTH_SECRET"', "keys.secret_env", "key:dedicated"),
        ('"API_JWT_SECRET"', '"NEXT_PUBLIC_KEY"', "keys.secret_env", "environment:not-public"),
        ('"API_JWT_KID"', '"API_JWT_SECRET"', "keys.key_id_env", "environment:complete"),
        ('lifetime = "7d"', 'lifetime = "10m"', "token.lifetime", "session:lifetime"),
        ("foreign_path = 403", "foreign_path = 200", "ownership.foreign_path", "ownership:foreign-path"),
        ('access = "owner"', 'access = "role:boss"', "endpoints[0].access", "access:role"),
        ('access = "owner"', 'access = "permission:x:y"', "endpoints[0].access", "access:permission"),
        ('owner_from = "path:user_id"', "", "endpoints[0].access", "ownership:foreign-path"),
        ('"path:user_id"', '"path:uid"', "endpoints[0].owner_from", "ownership:foreign-path"),
        ('path = "/api/{user_id}/tasks/{id}"', 'path = "/api/{user_id}/tasks/{x}"', "endpoints[2].path", None),
        ('path = "/api/{user_id}/tasks"', 'path = "/api/{token}/tasks"', "endpoints[0].path", "transport:one-place"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_reported_at_its_line(
    old: str, new: str, field: str, requirement: str | None
) -> None:
    text = with_line(old, new)
    found = problems(text)
    if requirement is None:
        assert field not in found
        return
    assert found[field][0] == "error"
    assert found[field][2] == requirement


def test_the_line_is_the_line_of_the_key() -> None:
    text = with_line('audience = "http://localhost:8000"', 'audience = ""')
    assert problems(text)["token.audience"][1] == line_of(text, "audience = ")


def test_a_problem_in_an_array_of_tables_points_into_the_right_table() -> None:
    text = DEFAULT.replace('method = "PUT"', 'method = "FETCH"')
    assert problems(text)["endpoints[3].method"][1] == line_of(text, '"FETCH"')


def test_a_problem_in_an_inline_table_points_into_it() -> None:
    text = 'endpoints = [\n  { method = "GET", path = "/a", access = "public" },\n  { method = "GET", path = "no", access = "public" },\n]\n'
    assert problems(text)["endpoints[1].path"][1] == 3


def test_two_rules_for_one_operation_are_an_error() -> None:
    text = (
        DEFAULT
        + '\n[[endpoints]]\nmethod = "GET"\npath = "/api/{owner}/tasks"\naccess = "owner"\nowner_from = "path:owner"\n'
    )
    severity, _, requirement = problems(text)["endpoints[6].path"]
    assert (severity, requirement) == ("error", "access:documented")


def test_paths_that_can_match_the_same_request_are_a_warning() -> None:
    text = (
        DEFAULT
        + '\n[[endpoints]]\nmethod = "GET"\npath = "/api/admin/tasks"\naccess = "authenticated"\n'
    )
    severity, _, requirement = problems(text)["endpoints[6].path"]
    assert (severity, requirement) == ("warning", "access:documented")


def test_a_misspelt_key_is_answered_with_the_right_one() -> None:
    found = parse(with_line("issuer = ", "isuer = ")).diagnostics
    assert [d.remedy for d in found if d.field == "token.isuer"] == ['did you mean "issuer"?']


def test_a_secret_in_the_file_is_an_error_and_is_not_repeated() -> None:
    secret = "q7Rk2mZx9Lp4Vt8Nw3Bc6Hy1Js5Fd0Ga-TeUiOoPzX"
    text = with_line('"API_JWT_KEYS"', f'"{secret}"')
    parsed = parse(text)
    assert [d.requirement for d in parsed.diagnostics] == ["environment:no-secrets"]
    assert secret not in str(parsed.diagnostics[0])


@pytest.mark.parametrize(
    "value",
    [
        "eyJhbGciOiJIUzI1NiJ9x.eyJzdWIiOiIxIn0xxxx.abc",
        "-----BEGIN PRIVATE KEY-----",
        "postgres://app:hunter2@db.example/app",
        "0123456789abcdef0123456789abcdef",
    ],
)
def test_tokens_keys_and_passwords_are_recognised_anywhere(value: str) -> None:
    text = DEFAULT + f'\n[decisions.note]\nvalue = "x"\nrationale = "{value}"\n'
    assert problems(text)["decisions.note.rationale"][2] == "environment:no-secrets"


def test_text_that_is_not_toml_is_reported_with_line_and_column() -> None:
    (found,) = parse('version = 1\n[token\nmode = "jwks"\n').diagnostics
    assert (found.line, found.severity) == (2, "error")


def test_load_raises_with_every_diagnostic(tmp_path: Path) -> None:
    file = tmp_path / "authpact.toml"
    file.write_text(with_line('"HS256"', '"HS512"').replace('"15m"', '"2h"'))
    with pytest.raises(ContractError) as caught:
        load(file)
    assert {d.field for d in caught.value.diagnostics} == {"token.algorithm", "token.lifetime"}
    assert str(file) in str(caught.value)


def test_a_missing_file_is_a_contract_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="authpact init --yes"):
        load(tmp_path / "none.toml")


def test_every_diagnostic_cites_a_known_requirement() -> None:
    text = with_line('"HS256"', '"ES256"').replace('"15m"', '"3d"')
    for diagnostic in parse(text).diagnostics:
        assert diagnostic.requirement in REQUIREMENTS


def test_the_schema_accepts_the_default_and_refuses_unknown_keys() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    data = tomllib.loads(DEFAULT)
    validator.validate(data)
    data["token"]["secret"] = "x"
    assert not validator.is_valid(data)


def test_a_contract_cannot_be_changed() -> None:
    contract = default_contract()
    with pytest.raises(ValueError, match="frozen"):
        contract.token.lifetime = 1  # type: ignore[misc]


@given(st.text(max_size=300))
def test_any_text_is_answered_with_a_contract_or_diagnostics(text: str) -> None:
    parsed = parse(text)
    assert parsed.contract is not None or parsed.diagnostics


LINES = st.sampled_from(
    [*DEFAULT.splitlines(), "[token]", "[[endpoints]]", "token = 1", 'x = """a', "'''", "a.b.c = [1, {d = 2}]", "roles = []"]
)  # fmt: skip


@given(st.lists(LINES, max_size=40))
def test_any_mix_of_lines_is_answered(lines: list[str]) -> None:
    parsed = parse("\n".join(lines))
    assert isinstance(parsed.contract, Contract) or parsed.diagnostics
