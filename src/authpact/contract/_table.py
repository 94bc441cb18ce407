"""What all tables of the file have in common."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of the file. Its validator is built at first use: most imports never need it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, defer_build=True)
