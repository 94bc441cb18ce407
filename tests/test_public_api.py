"""What the package promises: its public names, its light start, and a working `dir`."""

import importlib
import inspect
import subprocess
import sys

import pytest

PUBLIC = {
    "authpact": {"Contract", "Principal", "Verifier", "load"},
    "authpact.fastapi": {
        "Connection",
        "CurrentPrincipal",
        "OpenConnection",
        "Owner",
        "Ready",
        "RequirePermission",
        "RequireRole",
        "install",
        "require_membership",
        "require_owner",
        "require_permission",
        "require_role",
        "require_subject",
        "require_tenancy",
        "require_tenant",
    },
    "authpact.testing": {"OMIT", "LocalIssuer", "forgeries"},
}


@pytest.mark.parametrize("name", PUBLIC)
def test_the_public_names_are_these(name: str) -> None:
    module = importlib.import_module(name)
    assert set(module.__all__) == PUBLIC[name]
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    module = importlib.import_module(name)
    for public in module.__all__:
        value = getattr(module, public)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert inspect.getdoc(value), public


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        importlib.import_module("authpact").nothing  # noqa: B018  # the access is the test


def loaded_by(statement: str) -> set[str]:
    script = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    return set(done.stdout.decode().split())


def test_the_command_line_starts_without_verifier_and_framework() -> None:
    loaded = loaded_by("import authpact.cli")
    assert not loaded & {"authpact.verify", "cryptography", "fastapi", "pydantic"}


def test_an_api_does_not_load_what_only_tools_need() -> None:
    loaded = loaded_by("import authpact.fastapi")
    assert not loaded & {
        "joserfc",
        "httpx",
        "jinja2",
        "cyclopts",
        "markdown_it",
        "authpact.testing",
    }
