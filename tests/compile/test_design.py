"""The design document: its sections, its self-check, and its code, which runs (A2 to A14)."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from authpact import Verifier
from authpact.compile._checklist import checklist, document_checks
from authpact.compile._document import parse_document
from authpact.compile._self_check import answers
from authpact.compile.targets import design
from authpact.contract import Contract, default_contract, to_toml
from authpact.errors import ForeignObject
from authpact.testing import LocalIssuer

SECTIONS = [
    "1. Overview",
    "2. Frontend Flow",
    "3. Backend Flow",
    "4. Environment Variables",
    "5. Security Rules",
    "6. Error Handling",
    "7. Security Practices",
    "8. Self-Check",
    "9. Open Points",
]


def every_level() -> Contract:
    document = default_contract().model_dump(mode="json")
    document["roles"] = {"admin": {"permissions": ["reports:read"]}}
    document["endpoints"] = [
        *document["endpoints"][:3],
        {"method": "GET", "path": "/api/health", "access": "public"},
        {"method": "GET", "path": "/api/me", "access": "authenticated"},
        {"method": "GET", "path": "/api/admin/users", "access": "role:admin"},
        {"method": "GET", "path": "/api/reports", "access": "permission:reports:read"},
    ]
    return Contract.model_validate(document)


def rendered(contract: Contract) -> str:
    (file,) = design.render(contract)
    return file.text


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def python_blocks(text: str) -> list[str]:
    fences = parse_document(text).fences
    return [f.text for f in fences if f.language == "python"]


def program(text: str) -> str:
    """The blocks of the application in the order of the document; the relay is one of its own."""
    return "\n\n".join(b for b in python_blocks(text) if not b.startswith("# relay.py"))


@pytest.fixture
def issuer() -> LocalIssuer:
    return LocalIssuer(every_level())


@pytest.fixture
def app(issuer: LocalIssuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The application that the document's own code makes, under the document's contract."""
    (tmp_path / "authpact.toml").write_text(to_toml(issuer.contract), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in issuer.environ.items():
        monkeypatch.setenv(name, value)
    module = ModuleType("documented")
    monkeypatch.setitem(sys.modules, "documented", module)
    exec(compile(program(rendered(issuer.contract)), "design.md", "exec"), vars(module))
    made = module.create_app()
    assert isinstance(made, FastAPI)
    return made


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


def test_the_sections_are_the_nine_in_order_and_nothing_else() -> None:
    (file,) = design.render(default_contract())
    lines = file.text.splitlines()
    assert file.path == "docs/authentication-design.md"
    assert lines[0] == "# Phase II Authentication Design"
    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == SECTIONS


def test_the_documented_routes_answer_each_level(client: TestClient, issuer: LocalIssuer) -> None:
    plain = issuer.headers("u1")
    admin = issuer.headers("u1", roles=["admin"])
    assert client.get("/api/health").status_code == 200
    assert client.get("/api/me", headers=plain).json() == {"subject": "u1"}
    assert client.get("/api/admin/users", headers=admin).json() == {"roles": ["admin"]}
    assert client.get("/api/reports", headers=admin).json() == {"permissions": ["reports:read"]}


def test_the_documented_routes_keep_owners_apart(client: TestClient, issuer: LocalIssuer) -> None:
    mine, other = issuer.headers("u1"), issuer.headers("u2")
    body = {"title": "Buy milk", "owner": "u2"}
    created = client.post("/api/u1/tasks", headers=mine, json=body)
    row = created.json()
    assert created.status_code == 201 and row["owner"] == "u1"
    assert client.get("/api/u1/tasks", headers=mine).json() == [row]
    assert client.get("/api/u2/tasks", headers=other).json() == []
    assert client.get(f"/api/u1/tasks/{row['id']}", headers=mine).json() == row
    assert client.get(f"/api/u2/tasks/{row['id']}", headers=other).status_code == 404


def test_the_refusals_are_those_of_the_error_table(client: TestClient, issuer: LocalIssuer) -> None:
    plain = issuer.headers("u1")
    good = plain["Authorization"]
    expired = bearer(issuer.token("u1", exp=1_000_900, iat=1_000_000))
    requests = {
        "No `Authorization`": client.get("/api/me"),
        "More than one": client.get("/api/me", headers=[("Authorization", good)] * 2),
        "Not one compact": client.get("/api/me", headers={"Authorization": "Bearer a.b"}),
        "Signature,": client.get("/api/me", headers=bearer(issuer.token("u1", aud="elsewhere"))),
        "`exp` is past": client.get("/api/me", headers=expired),
        "Valid token, role missing": client.get("/api/admin/users", headers=plain),
        "Valid token, permission missing": client.get("/api/reports", headers=plain),
        "Valid token, path": client.get("/api/u2/tasks", headers=plain),
        "Valid token, object": client.get("/api/u1/tasks/none", headers=plain),
    }
    table = rendered(issuer.contract).split("### 6.1", 1)[1].split("### 6.2", 1)[0]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(requests)
    for case, response in requests.items():
        (row,) = [row for row in rows if row[0].startswith(f"| {case}")]
        challenge = response.headers.get("www-authenticate", "")
        said = row[3].strip("`").removeprefix("WWW-Authenticate: ") if "Bearer" in row[3] else ""
        assert (str(response.status_code), f"`{response.json()['code']}`") == (row[1], row[2])
        assert challenge.split(", error_description")[0] == said


def test_the_json_example_is_a_real_answer(client: TestClient, issuer: LocalIssuer) -> None:
    expired = bearer(issuer.token("u1", exp=1_000_900, iat=1_000_000))
    answer = client.get("/api/me", headers=expired).text
    (example,) = [
        f.text for f in parse_document(rendered(issuer.contract)).fences if f.language == "json"
    ]
    assert example.strip().replace(" ", "") == answer.replace(" ", "")


def test_the_documented_code_satisfies_the_strict_type_checker(tmp_path: Path) -> None:
    text = rendered(every_level())
    (relay,) = [b for b in python_blocks(text) if b.startswith("# relay.py")]
    (tmp_path / "documented.py").write_text(program(text), encoding="utf-8")
    (tmp_path / "relay.py").write_text(relay, encoding="utf-8")
    source = Path(__file__).parents[2] / "src"
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "documented.py", "relay.py"],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_a_level_that_no_operation_uses_is_said_to_be_unused() -> None:
    text = rendered(default_contract())
    for level in ("Public", "Authenticated", "Role", "Permission"):
        part = re.split(rf"^### 5\.\d {level}$", text, flags=re.MULTILINE)[1].split("\n### ")[0]
        assert "Not used" in part and "```" not in part


def test_the_self_check_names_every_check_that_ran_and_finds_nothing() -> None:
    text = rendered(default_contract())
    part = text.split("## 8. Self-Check", 1)[1].split("## 9.", 1)[0]
    ran = {slug for slug, check in document_checks().items() if "design" in check.kinds}
    assert {slug for slug in ran if re.search(rf"\b{slug}\b", part)} == ran
    assert part.count("| yes |") == len(answers(())) and "| no:" not in part


def test_the_self_check_reports_what_is_wrong() -> None:
    broken = rendered(default_contract()).replace("token_type", "x").replace("CSRF", "forgery")
    found = answers(checklist(broken, default_contract()))
    said = [answer.result for answer in found if answer.result != "yes"]
    assert any("nothing is said about CSRF" in result for result in said)


@pytest.mark.parametrize("store", ["memory", "redis"])
def test_a_contract_of_all_other_choices_is_described_without_the_default_ones(store: str) -> None:
    document = every_level().model_dump(mode="json")
    document["token"] |= {"mode": "jwks", "algorithm": "ES256"}
    document["session"] |= {"storage": "cookie", "reissue": "none"}
    document["revocation"] |= {"mode": "backchannel", "store": store}
    contract = Contract.model_validate(document)
    text = rendered(contract)
    assert checklist(text, contract) == ()
    for absent in ("HS256", "API_JWT_SECRET", "API_JWT_KEYS", "Not implemented: issued"):
        assert absent not in text
    for present in ("ES256", "/api/backend", "token_revoked", "keys_unavailable"):
        assert present in text


def test_the_documented_code_of_an_application_with_organizations_keeps_them_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = every_level().model_dump(mode="json")
    document["tenant"] = {"mode": "organization"}
    for endpoint in document["endpoints"]:
        if endpoint["access"] == "authenticated":
            endpoint["tenant_from"] = "resource"
    issuer = LocalIssuer(Contract.model_validate(document))
    (tmp_path / "authpact.toml").write_text(to_toml(issuer.contract), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in issuer.environ.items():
        monkeypatch.setenv(name, value)
    module = ModuleType("documented")
    monkeypatch.setitem(sys.modules, "documented", module)
    exec(compile(program(rendered(issuer.contract)), "design.md", "exec"), vars(module))
    client = TestClient(module.create_app())
    assert client.get("/api/me", headers=issuer.headers("u1", tenant="blue")).status_code == 200
    refused = client.get("/api/me", headers=issuer.headers("u1"))
    assert (refused.status_code, refused.json()["code"]) == (403, "tenant_missing")
    member = Verifier(issuer.contract, issuer.keys).verify(issuer.token("u1", tenant="blue"))
    row = module.SharedRow("blue", "Launch")
    assert module.shared(member, row) is row
    with pytest.raises(ForeignObject):
        module.shared(member, module.SharedRow("red", "Launch"))
