"""What clients may read: the requirements, and the contract and documents of the folder."""

import json
from collections.abc import Callable

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

from authpact.compile import render
from authpact.contract import load
from authpact.errors import AuthpactError
from authpact.mcp._workspace import Workspace, read
from authpact.requirements import REQUIREMENTS, Requirement


def add_resources(server: MCPServer[dict[str, object]], workspace: Workspace) -> None:
    """Register the resources; documents are compiled when they are read."""
    _add_requirements(server)

    @server.resource(
        "authpact://contract", title="The contract of the folder", mime_type="application/toml"
    )
    def contract() -> str:
        """Return authpact.toml as it stands."""
        return _clear(lambda: read(workspace.contract_file))

    @server.resource("authpact://design", title="The design document", mime_type="text/markdown")
    def design() -> str:
        """Return the design document that the contract of the folder stands for."""
        return _clear(lambda: _document(workspace, "design"))

    @server.resource(
        "authpact://specification", title="The specification", mime_type="text/markdown"
    )
    def specification() -> str:
        """Return the specification that the contract of the folder stands for."""
        return _clear(lambda: _document(workspace, "spec"))


def _add_requirements(server: MCPServer[dict[str, object]]) -> None:
    @server.resource(
        "authpact://requirements", title="All requirements", mime_type="application/json"
    )
    def requirements() -> str:
        """List every requirement with its level, sentence and sources."""
        return _dump([_row(requirement) for requirement in REQUIREMENTS.values()])

    @server.resource(
        "authpact://requirements/{id}", title="One requirement", mime_type="application/json"
    )
    def requirement(id: str) -> str:  # noqa: A002  # the name in the address
        """Return one requirement, such as `token:audience`."""
        if id not in REQUIREMENTS:
            raise ResourceNotFoundError(
                f"no requirement {id}; authpact://requirements lists all of them"
            )
        return _dump(_row(REQUIREMENTS[id]))


def _document(workspace: Workspace, target: str) -> str:
    (file,) = render(load(workspace.contract_file), [target])
    return file.text


def _row(requirement: Requirement) -> dict[str, object]:
    return {
        "id": requirement.id,
        "level": requirement.level.value,
        "sentence": requirement.sentence,
        "sources": list(requirement.sources),
        "checked_by": [check.value for check in requirement.checks],
        "note": requirement.note,
    }


def _dump(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _clear(text: Callable[[], str]) -> str:
    try:
        return text()
    except AuthpactError as error:
        raise ResourceError(str(error)) from None
