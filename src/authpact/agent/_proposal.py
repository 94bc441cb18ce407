"""What a model may say: facts with evidence, and wordings of questions. Nothing else."""

from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

FactField = Literal[
    "database",
    "frontend.origins",
    "ownership.foreign_path",
    "ownership.foreign_resource",
    "project.name",
    "revocation.mode",
    "session.lifetime",
    "session.reissue",
    "session.storage",
    "token.algorithm",
    "token.audience",
    "token.issuer",
    "token.lifetime",
]
FACT_FIELDS: Final[tuple[str, ...]] = get_args(FactField)

_Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class ProposedFact(BaseModel):
    """One value that the brief states."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    field: FactField
    value: Annotated[str | int | list[_Text], Field(union_mode="left_to_right")]
    """As authpact.toml writes it; a duration as 15m, 12h or 7d."""
    evidence: _Text
    """The exact words of the brief that state it, copied without any change."""


class ProposedWording(BaseModel):
    """A question in the language and the words of the brief."""

    model_config = ConfigDict(extra="forbid")

    id: str
    question: Annotated[str, StringConstraints(min_length=10, max_length=200)]


class Proposal(BaseModel):
    """Everything a model may answer."""

    model_config = ConfigDict(extra="forbid")

    facts: Annotated[list[ProposedFact], Field(max_length=40)] = []
    wordings: Annotated[list[ProposedWording], Field(max_length=3)] = []
