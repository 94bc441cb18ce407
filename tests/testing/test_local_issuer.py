import time

import pytest

from authpact import Contract, Verifier
from authpact.contract import ALGORITHMS
from authpact.errors import TokenExpired, VerificationError
from authpact.testing import OMIT, LocalIssuer
from authpact.verify import SharedSecrets


def contract_for(algorithm: str) -> Contract:
    mode = "shared-secret" if ALGORITHMS[algorithm].symmetric else "jwks"
    return Contract.model_validate(
        {"token": {"algorithm": algorithm, "mode": mode}, "roles": {"admin": {}}}
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_verifier_of_the_contract_accepts_what_it_signs(algorithm: str) -> None:
    issuer = LocalIssuer(contract_for(algorithm))
    principal = Verifier(issuer.contract, issuer.keys).verify(issuer.token("u1", ["admin"]))
    assert (principal.subject, principal.roles) == ("u1", {"admin"})
    assert abs(principal.issued_at - time.time()) < 5  # noqa: TID251  # the real clock


def test_every_issuer_has_keys_of_its_own() -> None:
    contract = contract_for("HS256")
    first, second = LocalIssuer(contract), LocalIssuer(contract)
    assert first.environ != second.environ
    with pytest.raises(VerificationError):
        Verifier(contract, second.keys).verify(first.token())


def test_its_environment_is_what_an_api_needs() -> None:
    issuer = LocalIssuer(contract_for("HS256"))
    (name,) = issuer.environ
    keys = SharedSecrets.parse(issuer.environ[name], name, {})
    assert Verifier(issuer.contract, keys).verify(issuer.token())
    assert issuer.key_set == {"keys": []}
    other = LocalIssuer(contract_for("ES256"))
    assert other.environ == {"API_JWKS_URL": "http://localhost:3000/api/auth/jwks"}


@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name != "HS256"])
def test_its_key_set_has_no_private_part(algorithm: str) -> None:
    (jwk,) = LocalIssuer(contract_for(algorithm)).key_set["keys"]  # type: ignore[misc]  # a list of one
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(jwk)


def test_a_wrong_token_can_be_asked_for() -> None:
    issuer = LocalIssuer(contract_for("HS256"), clock=lambda: 1000.0)
    verifier = Verifier(issuer.contract, issuer.keys, clock=lambda: 1000.0)
    with pytest.raises(TokenExpired):
        verifier.verify(issuer.token(iat=10, exp=20))
    for token in (issuer.token(sid=OMIT), issuer.token(header={"typ": "JWT"})):
        with pytest.raises(VerificationError):
            verifier.verify(token)


def test_roles_are_only_in_tokens_of_a_contract_that_has_some() -> None:
    issuer = LocalIssuer(Contract())
    claims = Verifier(issuer.contract, issuer.keys).verify(issuer.token(roles=["admin"])).claims
    assert "roles" not in claims
