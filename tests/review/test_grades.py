"""How bad a finding is, and how often one cause is told."""

from pathlib import Path

from authpact.findings import Finding, Severity
from authpact.review import review

COMPOSE = """services:
  web:
    environment:
      NODE_ENV: development
      BETTER_AUTH_SECRET: ${BETTER_AUTH_SECRET:-boats-secret}
  jobs:
    environment:
      BETTER_AUTH_SECRET: ${BETTER_AUTH_SECRET:-boats-secret}
"""
STRICT = COMPOSE.replace(":-boats-secret", ":?must be set").replace("development", "production")


def found(folder: Path, rule: str) -> list[Finding]:
    return [f for f in review(folder).findings if f.rule == rule]


def test_a_default_of_a_compose_file_is_told_once_for_each_variable(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    [told] = found(tmp_path, "deployed-default")
    assert (told.location.line, told.severity) == (5, Severity.HIGH)


def test_a_default_for_work_is_mild_where_production_demands_the_variable(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "compose.production.yaml").write_text(STRICT)
    assert [f.severity for f in found(tmp_path, "deployed-default")] == [Severity.LOW]


def test_a_default_for_production_is_not_mild(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE.replace("development", "production"))
    (tmp_path / "compose.production.yaml").write_text(STRICT)
    assert [f.severity for f in found(tmp_path, "deployed-default")] == [Severity.HIGH]


def test_an_administrator_that_each_start_makes_is_worse_than_one_of_a_script(
    tmp_path: Path,
) -> None:
    (tmp_path / "seed.ts").write_text(
        'import { auth } from "./auth";\n'
        "await auth.api.signUpEmail({\n"
        '  body: { email: "root@boats.example", password: "Harbour7", name: "Admin" },\n'
        "});\n"
    )
    assert [f.severity for f in found(tmp_path, "seeded-credential")] == [Severity.HIGH]
    (tmp_path / "docker-entrypoint.sh").write_text("#!/bin/sh\ntsx seed.ts\nexec node server.js\n")
    assert [f.severity for f in found(tmp_path, "seeded-credential")] == [Severity.CRITICAL]


def test_an_address_that_the_page_itself_stands_in_for_needs_no_variable(tmp_path: Path) -> None:
    def told(stand_in: str) -> list[Finding]:
        (tmp_path / "auth-client.ts").write_text(
            f"const home = process.env.NEXT_PUBLIC_HOME || {stand_in}'http://localhost:3000';\n"
            "export const authClient = createAuthClient({ baseURL: home });\n"
        )
        return found(tmp_path, "variable-undocumented")

    (tmp_path / ".env.example").write_text("API_URL=\n")
    (tmp_path / "auth.ts").write_text("export const auth = betterAuth({ secret });\n")
    (tmp_path / "page.ts").write_text('import { authClient } from "./auth-client";\n')
    assert told("")
    assert not told("window?.location.origin || ")
