"""Two prompts that start a conversation with the tools."""

from typing import Annotated, Final

from mcp.server import MCPServer
from pydantic import Field

_RULES: Final = (
    "Name every deviation it reports with its constraint and the allowed alternative, and ask "
    "whether to go on. Put its questions to me in one message, each with its recommendation; "
    "there are three at most, add none. Then call `answer` with what I said."
)

Brief = Annotated[str, Field(description="What is wanted, in your own words.")]


def add_prompts(server: MCPServer[dict[str, object]]) -> None:
    """Register the prompts."""

    @server.prompt(name="design-integration", title="Design the authentication")
    def design_integration(brief: Brief) -> str:
        """Design the authentication between Next.js + Better Auth and FastAPI from a brief."""
        return (
            f"{_start(brief)} Hand over the design document whole and in its order; where its "
            "Self-Check says no, say so first."
        )

    @server.prompt(name="write-specification", title="Write the specification")
    def write_specification(brief: Brief = "") -> str:
        """Write specs/features/authentication.md, from a brief or from the contract there is."""
        start = (
            f"{_start(brief)} Then call `spec` with the draft."
            if brief
            else "Call the authpact tool `contract_check`, then `spec`; both take the contract of "
            "the folder."
        )
        return (
            f"{start} Call `lint` on the document; mend what it finds in the contract, not in "
            "the text. Hand over the document whole and nothing around it."
        )


def _start(brief: str) -> str:
    return f"Call the authpact tool `design` with this brief, word for word:\n\n{brief}\n\n{_RULES}"
