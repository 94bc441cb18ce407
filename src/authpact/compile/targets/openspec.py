"""An OpenSpec change `add-authentication`: proposal, design, tasks and spec deltas."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from authpact.compile._facts import facts
from authpact.compile._plan import OutputFile
from authpact.compile._self_check import weaknesses
from authpact.compile._templates import environment
from authpact.contract import Contract, Criterion, criteria
from authpact.requirements import REQUIREMENTS, Requirement

OPTIONAL: Final = True
ROOT: Final = "openspec/changes/add-authentication"
_ARCHIVED: Final = "openspec/specs/token-verification/spec.md"
"""Written by `openspec archive`: from then on the specs belong to OpenSpec and its changes."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One requirement with the acceptance criteria that become its scenarios."""

    requirement: Requirement
    criteria: tuple[Criterion, ...]

    @property
    def title(self) -> str:
        """The requirement's id in words, as OpenSpec prints names."""
        return self.requirement.id.replace(":", " ").replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability of OpenSpec: its path, its purpose and what it demands."""

    name: str
    purpose: str
    clauses: tuple[Clause, ...]


_PURPOSES: Final = MappingProxyType(
    {
        "token-issuance": "How Better Auth, inside the Next.js application, signs users in and "
        "issues short-lived access tokens for the API.",
        "token-verification": "How the FastAPI application decides which access tokens "
        "authenticate a request, and what every refusal looks like.",
        "access-control": "Which principal may call which operation, whose objects it reaches, "
        "and which browser origins may ask.",
    }
)
_CAPABILITIES: Final = MappingProxyType(
    dict.fromkeys(("identity", "issue", "session"), "token-issuance")
    | dict.fromkeys(
        ("algorithm", "crypto", "error", "key", "keyset", "logging", "replay", "signature",
         "token", "transport"),
        "token-verification",
    )
    | dict.fromkeys(
        ("access", "browser", "document", "environment", "ownership", "scope", "tenant"),
        "access-control",
    )
)  # fmt: skip
"""Every family of requirements belongs to one capability."""


def capabilities(contract: Contract) -> Iterator[Capability]:
    """Yield the capabilities that the contract's criteria speak about, issuance first."""
    for name, purpose in _PURPOSES.items():
        clauses = tuple(
            clause
            for clause in _clauses(criteria(contract))
            if _CAPABILITIES[clause.requirement.id.split(":")[0]] == name
        )
        if clauses:
            yield Capability(name, purpose, clauses)


def _clauses(found: tuple[Criterion, ...]) -> Iterator[Clause]:
    for slug in dict.fromkeys(criterion.requirement for criterion in found):
        own = tuple(criterion for criterion in found if criterion.requirement == slug)
        yield Clause(REQUIREMENTS[slug], own)


def render(contract: Contract) -> tuple[OutputFile, ...]:
    """Return the change; `openspec validate add-authentication --strict` accepts it."""
    found = tuple(capabilities(contract))
    known = facts(contract)
    known["capabilities"] = found
    known["weaknesses"] = weaknesses(contract, str(known["exposure"]))
    documents = [
        OutputFile(f"{ROOT}/{name}.md", _text(name, known), "<!--", _ARCHIVED)
        for name in ("proposal", "design", "tasks")
    ]
    deltas = [
        OutputFile(
            f"{ROOT}/specs/{capability.name}/spec.md",
            _text("spec", {"capability": capability}),
            "<!--",
            _ARCHIVED,
        )
        for capability in found
    ]
    return (*documents, *deltas)


def _text(name: str, values: dict[str, object]) -> str:
    return environment().get_template(f"openspec/{name}.md.j2").render(values)
