"""Fixtures for pytest: write `pytest_plugins = ["authpact.testing.plugin"]` into conftest.py.

The contract is the `authpact.toml` of the project, or the file that AUTHPACT_CONTRACT names; a
project with another place overrides the fixture `auth_contract`.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from authpact.contract import Contract, load
from authpact.errors import ConfigurationError
from authpact.testing._forgeries import forgeries
from authpact.testing._issuer import LocalIssuer

Headers = dict[str, str]


@pytest.fixture(scope="session")
def auth_contract(pytestconfig: pytest.Config) -> Contract:
    """Return the contract of the project: authpact.toml in the root folder or in one above it."""
    named = os.environ.get("AUTHPACT_CONTRACT")
    if named:
        return load(named)
    root = pytestconfig.rootpath
    for folder in (root, *root.parents):
        if (folder / "authpact.toml").is_file():
            return load(Path(folder / "authpact.toml"))
    raise ConfigurationError("no authpact.toml here or above: override the fixture auth_contract")


@pytest.fixture(scope="session")
def issuer(auth_contract: Contract) -> LocalIssuer:
    """Return an issuer with keys of its own for this run."""
    return LocalIssuer(auth_contract)


@pytest.fixture(scope="session")
def auth_environ(issuer: LocalIssuer) -> Iterator[Mapping[str, str]]:
    """Set the variables with which the application trusts the issuer, in both modes.

    Ask for it before the application is imported, because `install` reads them.
    """
    with issuer.serving() as environ, pytest.MonkeyPatch.context() as patch:
        for name in (issuer.contract.keys.issuer_env, issuer.contract.keys.audience_env):
            patch.delenv(name, raising=False)
        for name, value in environ.items():
            patch.setenv(name, value)
        yield environ


@pytest.fixture
def as_user(issuer: LocalIssuer) -> Callable[..., Headers]:
    """Return a function from a subject (roles, tenant) to the headers of a signed-in user."""
    return issuer.headers


@pytest.fixture
def as_role(issuer: LocalIssuer) -> Callable[..., Headers]:
    """Return a function from a role to the headers of a user who has it; `subject` names the user.

    It raises ConfigurationError for a role that the contract does not have.
    """

    def headers(role: str, subject: str = "user-1", *, tenant: str | None = None) -> Headers:
        if role not in issuer.contract.roles:
            raise ConfigurationError(f"the contract has no role {role}")
        return issuer.headers(subject, [role], tenant=tenant)

    return headers


@pytest.fixture
def forged(issuer: LocalIssuer) -> Mapping[str, Headers]:
    """Return the headers of requests that must be refused, by what is wrong with their token."""
    every = forgeries(issuer, roles=issuer.contract.roles)
    return {name: {"Authorization": f"Bearer {token}"} for name, token in every.items()}
