"""What the server offers and refuses, over both transports, through the SDK's own client."""

import json
import subprocess
from pathlib import Path

import httpx
import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, TextContent, TextResourceContents
from mcp_sessions import AUTHPACT, Transport, http_server, talk

from authpact.compile import SPECIFICATION, checklist, render
from authpact.compile.targets.agents import AGENTS
from authpact.contract import default_contract, digest
from authpact.mcp._server import tools
from authpact.requirements import REQUIREMENTS

both = pytest.mark.parametrize("transport", ["stdio", "http"])


def said(result: CallToolResult) -> str:
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def given(result: CallToolResult) -> dict[str, object]:
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return dict(result.structured_content)


@both
def test_every_tool_describes_what_it_takes_and_gives(folder: Path, transport: Transport) -> None:
    async def session(client: Client) -> None:
        found = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(found) == {
            "design", "questions", "answer", "spec", "compile", "lint", "explain",
            "contract_check", "probe", "review",
        }  # fmt: skip
        for tool in found.values():
            assert tool.title and tool.description and tool.output_schema
            parameters = tool.input_schema["properties"].values()
            assert all(parameter.get("description") for parameter in parameters), tool.name
        changing = {
            n for n, t in found.items() if not (t.annotations and t.annotations.read_only_hint)
        }
        assert changing == {"compile", "probe"}

    talk(folder, transport, session)


@both
def test_the_contract_of_the_folder_becomes_a_specification_that_passes(
    folder: Path, transport: Transport
) -> None:
    async def session(client: Client) -> dict[str, object]:
        return given(await client.call_tool("spec", {}))

    result = talk(folder, transport, session)
    assert result["path"] == SPECIFICATION
    assert result["contract"] == digest(default_contract())
    assert result["findings"] == []
    assert checklist(str(result["document"]), default_contract()) == ()


def test_errors_are_texts_that_say_what_to_do(folder: Path) -> None:
    async def session(client: Client) -> None:
        assert "start it with --allow-write" in said(
            await client.call_tool("compile", {"write_files": True})
        )
        assert "start it with --allow-probe" in said(
            await client.call_tool("probe", {"url": "http://localhost:1"})
        )
        assert "call design with the brief again" in said(
            await client.call_tool("spec", {"contract": "0123456789ab"})
        )
        assert "no requirement and no field nope" in said(
            await client.call_tool("explain", {"subject": "nope"})
        )
        assert "1:1 error: x: unknown key" in said(
            await client.call_tool("spec", {"contract": "x = 1"})
        )
        assert "unknown target nope" in said(
            await client.call_tool("compile", {"targets": ["nope"]})
        )

    talk(folder, "stdio", session)


def test_a_folder_without_a_contract_is_named_as_such(tmp_path: Path) -> None:
    async def session(client: Client) -> None:
        assert "cannot be read" in said(await client.call_tool("spec", {}))
        with pytest.raises(MCPError, match=r"authpact\.toml"):
            await client.read_resource("authpact://contract")

    talk(tmp_path, "stdio", session)


def test_a_read_only_server_writes_nothing(folder: Path) -> None:
    async def session(client: Client) -> None:
        planned = given(await client.call_tool("compile", {}))
        assert planned["written"] == []

    talk(folder, "stdio", session)
    assert [path.name for path in folder.iterdir()] == ["authpact.toml"]


def test_writing_stays_below_the_allowed_folder(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")

    async def session(client: Client) -> None:
        written = given(await client.call_tool("compile", {"write_files": True}))["written"]
        assert "authpact.toml" in written and SPECIFICATION in written
        (folder / "out/openspec").symlink_to(outside)
        arguments = {"write_files": True, "targets": ["openspec"]}
        assert "leaves" in said(await client.call_tool("compile", arguments))

    talk(folder, "stdio", session, "--allow-write", "out")
    assert (folder / "out" / SPECIFICATION).is_file()
    assert not (folder / SPECIFICATION).exists()
    assert list(outside.iterdir()) == []


def test_another_contract_in_the_folder_is_kept(folder: Path) -> None:
    other = (folder / "authpact.toml").read_text().replace('"15m"', '"10m"')

    async def session(client: Client) -> None:
        arguments = {"write_files": True, "contract": other}
        assert "differs and is kept" in said(await client.call_tool("compile", arguments))

    talk(folder, "stdio", session, "--allow-write", ".")
    assert [path.name for path in folder.iterdir()] == ["authpact.toml"]


def test_only_markdown_below_the_folder_is_judged(folder: Path) -> None:
    (folder.parent / "private.md").write_text("# private\n")

    async def session(client: Client) -> None:
        for file in ("../private.md", "/etc/hostname", "authpact.toml"):
            refused = said(await client.call_tool("lint", {"file": file}))
            assert "only Markdown files below" in refused

    talk(folder, "stdio", session)


def test_lint_names_line_and_remedy_of_a_fault(folder: Path) -> None:
    async def session(client: Client) -> None:
        document = str(given(await client.call_tool("spec", {}))["document"])
        assert given(await client.call_tool("lint", {"document": document}))["clean"] is True
        broken = document.replace("## 3. Actors", "## 3. People")
        judged = given(await client.call_tool("lint", {"document": broken}))
        assert judged["clean"] is False
        assert all(f["line"] >= 1 and f["remedy"] for f in judged["findings"])  # type: ignore[union-attr]

    talk(folder, "stdio", session)


def test_existing_code_is_reviewed_below_the_folder_alone(folder: Path) -> None:
    (folder / "backend").mkdir()
    (folder / "backend/security.py").write_text(
        "import jwt\n\ndef who(token: str) -> str:\n"
        '    return jwt.decode(token, options={"verify_signature": False})["sub"]\n'
    )

    async def session(client: Client) -> None:
        reviewed = given(await client.call_tool("review", {}))
        assert reviewed["clean"] is False
        (worst, *_) = reviewed["findings"]  # type: ignore[misc]
        assert (worst["file"], worst["line"]) == ("backend/security.py", 4)
        assert worst["requirement"] in REQUIREMENTS and worst["remedy"]
        for outside in ("..", "/etc", "authpact.toml"):
            refused = said(await client.call_tool("review", {"folder": outside}))
            assert "is no folder below" in refused

    talk(folder, "stdio", session)


def test_a_contract_with_errors_is_reported_whole(folder: Path) -> None:
    async def session(client: Client) -> None:
        good = given(await client.call_tool("contract_check", {}))
        assert good == {"usable": True, "digest": digest(default_contract()), "problems": []}
        bad = given(await client.call_tool("contract_check", {"contract": "version = 2\nx = 1"}))
        assert bad["usable"] is False
        assert {p["field"] for p in bad["problems"]} >= {"version", "x"}  # type: ignore[union-attr]

    talk(folder, "stdio", session)


@both
def test_resources_hold_the_requirements_and_the_documents(
    folder: Path, transport: Transport
) -> None:
    async def text(client: Client, uri: str) -> str:
        (content,) = (await client.read_resource(uri)).contents
        assert isinstance(content, TextResourceContents)
        return content.text

    async def session(client: Client) -> None:
        listed = {str(resource.uri) for resource in (await client.list_resources()).resources}
        assert listed == {
            f"authpact://{name}" for name in ("requirements", "contract", "design", "specification")
        }
        rows = json.loads(await text(client, "authpact://requirements"))
        assert [row["id"] for row in rows] == list(REQUIREMENTS)
        for row in rows:
            assert json.loads(await text(client, f"authpact://requirements/{row['id']}")) == row
        assert (await text(client, "authpact://design")).startswith("# Phase II")
        assert "11. Open Questions" in await text(client, "authpact://specification")
        assert (folder / "authpact.toml").read_text() == await text(client, "authpact://contract")
        with pytest.raises(MCPError, match="no requirement nope"):
            await client.read_resource("authpact://requirements/nope")

    talk(folder, transport, session)


def test_prompts_start_with_the_brief_word_for_word(folder: Path) -> None:
    async def session(client: Client) -> None:
        for name in ("design-integration", "write-specification"):
            result = await client.get_prompt(name, {"brief": "a todo app, ÄÖ"})
            content = result.messages[0].content
            assert isinstance(content, TextContent)
            assert "a todo app, ÄÖ" in content.text and "three at most" in content.text

    talk(folder, "stdio", session)


def test_a_web_page_of_another_name_cannot_call_the_server(folder: Path) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    accept = {"Accept": "application/json, text/event-stream"}
    with http_server(folder) as origin, httpx.Client(trust_env=False, timeout=10) as client:
        rebound = client.post(f"{origin}/mcp", json=call, headers=accept | {"Host": "evil.example"})
        assert rebound.status_code == 421
        foreign = accept | {"Origin": "https://evil.example"}
        assert client.post(f"{origin}/mcp", json=call, headers=foreign).status_code == 403


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_an_address_that_others_can_reach_is_refused(host: str) -> None:
    command = [AUTHPACT, "mcp", "--http", "--host", host]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "can be reached by others" in done.stderr


def test_the_sub_agents_name_only_tools_that_exist(folder: Path) -> None:
    texts = {f.path: f.text for f in render(default_contract(), ["agents"])}
    for name in AGENTS:
        line = next(x for x in texts[f".claude/agents/{name}.md"].splitlines() if "tools: " in x)
        used = {word.strip() for word in line.removeprefix("tools: ").split(",")}
        known = {f"mcp__authpact__{tool}" for tool in tools()}
        assert {word for word in used if word.startswith("mcp__")} <= known


def test_the_command_is_the_one_that_the_compiled_configuration_starts() -> None:
    files = {f.path: f.text for f in render(default_contract(), ["agents"])}
    server = json.loads(files[".mcp.json"])["mcpServers"]["authpact"]
    assert [server["command"], *server["args"]] == [Path(AUTHPACT).name, "mcp"]
