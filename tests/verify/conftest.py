import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from authpact import Contract, Verifier
from authpact.testing import LocalIssuer

sys.path.insert(0, str(Path(__file__).parent))

NOW = 1_800_000_000.0

MODES = {
    "HS256": "shared-secret",
    "EdDSA": "jwks",
    "ES256": "jwks",
    "RS256": "jwks",
    "PS256": "jwks",
}


def contract_for(algorithm: str) -> Contract:
    return Contract.model_validate(
        {
            "token": {"algorithm": algorithm, "mode": MODES[algorithm]},
            "roles": {"admin": {"permissions": ["tasks:read", "users:ban"]}, "clerk": {}},
        }
    )


@pytest.fixture
def now() -> float:
    return NOW


@pytest.fixture
def contracts() -> Callable[[str], Contract]:
    return contract_for


@pytest.fixture(scope="session", params=MODES)
def any_issuer(request: pytest.FixtureRequest) -> LocalIssuer:
    return LocalIssuer(contract_for(request.param), clock=lambda: NOW)


@pytest.fixture
def any_verifier(any_issuer: LocalIssuer) -> Verifier:
    return Verifier(any_issuer.contract, any_issuer.keys, clock=lambda: NOW)


@pytest.fixture(scope="session")
def issuer() -> LocalIssuer:
    return LocalIssuer(contract_for("HS256"), clock=lambda: NOW)


@pytest.fixture
def verifier(issuer: LocalIssuer) -> Verifier:
    return Verifier(issuer.contract, issuer.keys, clock=lambda: NOW)


@pytest.fixture(scope="session")
def verifier_for_properties(issuer: LocalIssuer) -> Verifier:
    """One verifier for every example of a property, remembered tokens and all."""
    return Verifier(issuer.contract, issuer.keys, clock=lambda: NOW)
