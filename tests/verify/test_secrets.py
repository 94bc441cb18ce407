"""Shared secrets: key:strength, key:dedicated, key:no-example-values, key:rotation."""

import base64
import secrets
from datetime import UTC, datetime

import pytest

from authpact import Contract, Verifier
from authpact.errors import ConfigurationError, TokenInvalid
from authpact.testing import LocalIssuer
from authpact.verify import SharedSecrets, UnknownKey

VARIABLE = "API_JWT_KEYS"
SENTENCE = base64.urlsafe_b64encode(b"a sentence of 32 bytes is no key").decode()


def fresh() -> str:
    return secrets.token_urlsafe(32)


def problems(text: str, **environ: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as refused:
        SharedSecrets.parse(text, VARIABLE, environ)
    for entry in text.split(","):
        secret = entry.partition(":")[2].partition("@")[0].strip()
        assert not secret or secret not in str(refused.value)
    return refused.value.problems


def test_several_secrets_are_keys_by_their_ids() -> None:
    keys = SharedSecrets.parse(f"2026-01:{fresh()}, 2026-02:{fresh()}=", VARIABLE, {})
    assert keys.ids == ("2026-01", "2026-02")
    assert keys.find("2026-01", 0) != keys.find("2026-02", 0)
    with pytest.raises(TokenInvalid):
        keys.find("2025-12", 0)


@pytest.mark.parametrize("text", ["", "  "])
def test_a_missing_secret_is_named_with_the_way_to_make_one(text: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith("API_JWT_KEYS is not set")
    assert "secrets.token_urlsafe(32)" in problem


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        (secrets.token_urlsafe(31), "it has 31 bytes and needs 32"),
        ("A" * 43, "it is not random"),
        (base64.urlsafe_b64encode(bytes(range(11)) * 4).decode(), "it is not random"),
        (SENTENCE, "it is not random"),
        ("change-me-" + "x" * 40, "it is an example value"),
        ("REPLACE_ME_" + "x" * 40, "it is an example value"),
        ("better-auth-secret-12345678901234567890", "it is an example value"),
        ("not base64url at all, not even nearly!", "it is not base64url"),
        ("+/" * 25, "it is not base64url"),
        ("A" * 45, "it is not base64url"),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_weak_secret_is_refused_without_being_printed(secret: str, expected: str) -> None:
    assert expected in problems(f"k1:{secret}")[0]


@pytest.mark.parametrize("entry", ["{}", ":{}", "k1:", "a key:{}", "k1"])
def test_an_entry_without_key_id_or_secret_is_refused(entry: str) -> None:
    assert "write it as kid:secret" in problems(entry.format(fresh()))[0]


def test_a_key_id_that_occurs_twice_is_refused() -> None:
    assert "its key id occurs twice" in problems(f"k1:{fresh()},k1:{fresh()}")[0]


def test_every_problem_is_told_at_once() -> None:
    assert len(problems("k1:short,k2:AAAA,,k4")) == 4


@pytest.mark.parametrize(
    "environ",
    [
        lambda s: {"BETTER_AUTH_SECRET": s},
        lambda s: {"AUTH_SECRET": f" {s} "},
        lambda s: {"BETTER_AUTH_SECRETS": f"2:{fresh()},1:{s}"},
        lambda s: {"BETTER_AUTH_SECRET": s + "="},
        lambda s: {"BETTER_AUTH_SECRET": base64.urlsafe_b64decode(s + "=").hex()},
    ],
)
def test_a_secret_of_better_auth_is_refused_in_every_spelling(environ) -> None:  # noqa: ANN001
    secret = fresh()
    assert "a secret of Better Auth" in problems(f"k1:{secret}", **environ(secret))[0]


def test_another_secret_beside_better_auths_is_fine() -> None:
    SharedSecrets.parse(f"k1:{fresh()}", VARIABLE, {"BETTER_AUTH_SECRET": fresh()})


def test_random_secrets_are_never_taken_for_weak_ones() -> None:
    for _ in range(2000):
        SharedSecrets.parse(f"k1:{fresh()}", VARIABLE, {"BETTER_AUTH_SECRETS": ",1:,2"})


RETIRES = datetime(2026, 12, 31, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "written",
    ["2026-12-31", "2026-12-31T00:00:00Z", "2026-12-31t01:30:00.0+01:30", " 2026-12-31 "],
)
def test_a_retired_key_verifies_nothing_from_its_date_on(written: str) -> None:
    text = f"old:{fresh()}@{written},new:{fresh()}"
    keys = SharedSecrets.parse(text, VARIABLE, {}, lambda: RETIRES - 1)
    assert keys.find("old", RETIRES - 0.001)
    assert keys.find("new", RETIRES)
    with pytest.raises(UnknownKey):
        keys.find("old", RETIRES)


def test_a_remembered_token_ends_with_its_key() -> None:
    contract = Contract()
    retires = RETIRES - 100
    issuer = LocalIssuer(contract, clock=lambda: retires - 60)
    written = datetime.fromtimestamp(retires, UTC).isoformat()
    (entry,) = issuer.environ.values()
    keys = SharedSecrets.parse(
        f"{entry}@{written},new:{fresh()}", VARIABLE, {}, lambda: retires - 60
    )
    verifier = Verifier(contract, keys)
    token = issuer.token()
    assert verifier.verify(token, retires - 60)
    assert verifier.verify(token, retires - 1)
    with pytest.raises(TokenInvalid):
        verifier.verify(token, retires)


@pytest.mark.parametrize(
    "written",
    ["", "tomorrow", "2026-13-01", "2026-02-30", "2026-12-31T00:00:00", "31.12.2026",
     "2026-12-31T25:00:00Z", "20261231", "2026-W01-1", "2026-12-31@2027-01-01", "٢٠٢٦-12-31"],
)  # fmt: skip
def test_a_retirement_that_is_no_date_is_refused(written: str) -> None:
    (problem,) = problems(f"k1:{fresh()}@{written}")
    assert "write its retirement as" in problem


def test_an_api_whose_every_key_was_retired_does_not_start() -> None:
    with pytest.raises(ConfigurationError, match="every key in it was retired"):
        SharedSecrets.parse(f"k1:{fresh()}@2026-12-31", VARIABLE, {}, lambda: RETIRES)
