"""Arguments that several tools take, with the descriptions that clients show."""

from typing import Annotated

from pydantic import Field

ContractArgument = Annotated[
    str,
    Field(
        description="The contract: the `draft` that design or answer returned, or TOML text. "
        "Without it, the authpact.toml of the folder.",
        max_length=200_000,
    ),
]

BriefArgument = Annotated[
    str,
    Field(
        description="What is wanted, in the person's own words and language, word for word.",
        max_length=200_000,
    ),
]

AnswersArgument = Annotated[
    dict[str, str],
    Field(description="Answers by the id of the question: an option's value, or free text."),
]

AcceptArgument = Annotated[
    dict[str, str],
    Field(
        description="Deviations that the person accepted after being asked: kind and the reason "
        "in the person's words. Never accept one in the person's place."
    ),
]
