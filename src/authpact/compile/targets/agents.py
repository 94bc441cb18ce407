"""Files for coding agents: two sub-agents, a skill, a plugin manifest, lines for AGENTS.md."""

import json
from importlib.metadata import version
from typing import Final

from authpact.compile._facts import facts
from authpact.compile._paths import DESIGN, SPECIFICATION
from authpact.compile._plan import OutputFile
from authpact.compile._templates import environment
from authpact.contract import Contract

OPTIONAL: Final = True
AGENTS: Final = ("auth-integration-designer", "auth-integration-spec")
_SKILL: Final = ".claude/skills/authpact"
_MCP: Final = ".mcp.json"
_MANIFEST: Final = ".claude-plugin/plugin.json"


def render(contract: Contract) -> tuple[OutputFile, ...]:
    """Return the files; the two JSON files are for a project that has none of its own."""
    known = facts(contract)
    known["design_path"] = DESIGN
    known["spec_path"] = SPECIFICATION
    return (
        *(_page(f".claude/agents/{name}.md", f"{name}.md", known) for name in AGENTS),
        _page(f"{_SKILL}/SKILL.md", "skill.md", known),
        _page("docs/agents-snippet.md", "snippet.md", known),
        _data(_MCP, _servers()),
        _data(_MANIFEST, _plugin()),
    )


def _page(path: str, template: str, values: dict[str, object]) -> OutputFile:
    text = environment().get_template(f"agents/{template}.j2").render(values)
    return OutputFile(path, text, "<!--")


def _data(path: str, value: dict[str, object]) -> OutputFile:
    return OutputFile(path, json.dumps(value, indent=2) + "\n", "none", starter=path)


def _servers() -> dict[str, object]:
    return {"mcpServers": {"authpact": {"command": "authpact", "args": ["mcp"]}}}


def _plugin() -> dict[str, object]:
    return {
        "name": "authpact",
        "version": version("authpact"),
        "description": "Designs, specifies and proves the authentication between "
        "Next.js + Better Auth and FastAPI from one contract.",
        "author": {"name": "authpact"},
        "license": "Apache-2.0",
        "keywords": ["authentication", "better-auth", "fastapi", "jwt"],
        "agents": [f"./.claude/agents/{name}.md" for name in AGENTS],
        "skills": [f"./{_SKILL}"],
        "mcpServers": f"./{_MCP}",
    }
