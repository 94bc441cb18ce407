"""Execute the acceptance criteria against a running development system."""

from collections.abc import Callable
from typing import Annotated, Final

from pydantic import BaseModel, Field

from authpact.contract import criteria
from authpact.errors import ProbeError
from authpact.findings import Outcome
from authpact.mcp._arguments import ContractArgument
from authpact.mcp._tool import Tool
from authpact.mcp._workspace import Workspace
from authpact.probe import all_probes, run, target_of

_WEB: Final = ("http://", "https://")


class Criterion(BaseModel, use_attribute_docstrings=True):
    """One verdict that is not held."""

    criterion: str
    sentence: str
    probe: str
    endpoint: str
    verdict: str
    """broken or inconclusive."""
    reason: str
    replay: str
    """A command that repeats it, without tokens and secrets."""


class Probed(BaseModel, use_attribute_docstrings=True):
    """How many verdicts there are of each kind, and all that are not held."""

    target: str
    contract: str
    """Digest of the contract."""
    held: int
    broken: int
    inconclusive: int
    verdicts: list[Criterion]


def _check(workspace: Workspace, addresses: list[str], only: list[str]) -> None:
    if not workspace.may_probe:
        raise ProbeError("this server does not probe; start it with --allow-probe")
    if not all(address.startswith(_WEB) for address in addresses):
        raise ProbeError("give http(s) addresses; applications in this process are not probed here")
    unknown = [slug for slug in only if slug not in all_probes()]
    if unknown:
        raise ProbeError(f"no probe {unknown[0]}; known: {', '.join(all_probes())}")


def _bind(workspace: Workspace) -> Callable[..., Probed]:
    def probe(
        *,
        url: Annotated[str, Field(description="Address of the API, such as http://localhost:8000")],
        auth_url: Annotated[str, Field(description="Address of Better Auth, without path.")] = "",
        contract: ContractArgument = "",
        only: Annotated[list[str], Field(description="Only these probes.")] = [],  # noqa: B006
    ) -> Probed:
        """Execute the acceptance criteria against a running development system.

        Creates accounts and objects: never production. Keys are read from the environment of
        the server, by the names of the contract. Needs --allow-probe.
        """
        _check(workspace, [url, *([auth_url] if auth_url else [])], only)
        source = workspace.contract(contract)
        sentences = {c.id: c.sentence for c in criteria(source)}
        result = run(source, target_of(url, source, issuer=auth_url or None), only=frozenset(only))
        return Probed(
            target=result.target,
            contract=result.contract_hash,
            held=result.count(Outcome.HELD),
            broken=result.count(Outcome.BROKEN),
            inconclusive=result.count(Outcome.INCONCLUSIVE),
            verdicts=[
                Criterion(
                    criterion=v.criterion,
                    sentence=sentences[v.criterion],
                    probe=v.probe,
                    endpoint=v.endpoint,
                    verdict=v.outcome.value,
                    reason=v.reason,
                    replay=v.replay,
                )
                for v in result.verdicts
                if v.outcome is not Outcome.HELD
            ],
        )

    return probe


TOOL = Tool("Prove a running system", _bind, writes=True, reaches_out=True)
