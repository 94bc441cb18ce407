"""The pages about testing and organizations, executed as they stand, in both modes."""

import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from authpact import Contract, Verifier
from authpact.errors import ConfigurationError, VerificationError
from authpact.testing import LocalIssuer, forgeries
from authpact.testing.plugin import as_role

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
_BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(folder: Path, change: Callable[[str, str], str], page: str = "test-your-app") -> str:
    written = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    for name, text in _BLOCK.findall(written):
        (folder / name).write_text(change(name, text), encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("mode", ["", '[token]\nmode = "jwks"\nalgorithm = "EdDSA"\n'])
@pytest.mark.parametrize(("page", "tests"), [("test-your-app", 5), ("use-organizations", 4)])
def test_the_page_works_as_it_stands(page: str, tests: int, mode: str, tmp_path: Path) -> None:
    said = run(tmp_path, lambda name, text: text + mode if name == "authpact.toml" else text, page)
    assert f"{tests} passed" in said, said


@pytest.mark.parametrize(
    ("guard", "opened"),
    [
        ("row.tenant == tenant", "True"),
        ("require_tenant(principal, ROWS.get(row_id), lambda row: row.tenant)", "ROWS[row_id]"),
        ('tenant_from = "path:org_id"\n', ""),
    ],
)
def test_the_tests_of_the_page_about_organizations_fail_without_a_guard(
    guard: str, opened: str, tmp_path: Path
) -> None:
    said = run(tmp_path, lambda _, text: text.replace(guard, opened), "use-organizations")
    assert " failed" in said, said


def test_the_tests_of_the_page_fail_for_an_open_application(tmp_path: Path) -> None:
    def opened(name: str, text: str) -> str:
        return text.replace("principal: CurrentPrincipal", 'principal: str = ""').replace(
            "return principal.subject", 'return ""', 1
        )

    assert "passed" not in run(tmp_path, opened)


@pytest.mark.parametrize("algorithm", ["HS256", "ES256"])
def test_every_forgery_is_refused_and_its_opposite_is_not(algorithm: str) -> None:
    mode = "shared-secret" if algorithm == "HS256" else "jwks"
    contract = Contract.model_validate({"token": {"algorithm": algorithm, "mode": mode}})
    issuer = LocalIssuer(contract)
    verifier = Verifier(contract, issuer.keys)
    assert verifier.verify(issuer.token())
    for mistake, token in forgeries(issuer).items():
        with pytest.raises(VerificationError):
            raise AssertionError(f"{mistake}: {verifier.verify(token)}")


def test_a_role_that_the_contract_lacks_is_an_error_of_the_test() -> None:
    headers: Callable[..., Mapping[str, str]] = as_role.__wrapped__(LocalIssuer(Contract()))  # type: ignore[attr-defined]  # the function below the fixture
    with pytest.raises(ConfigurationError, match="no role admin"):
        headers("admin")
