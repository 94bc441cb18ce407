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
