"""The table, and what goes over the wire."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel


def _now() -> datetime:
    return datetime.now(UTC)


def _in_utc(moment: datetime) -> datetime:
    """Return the moment with its zone: SQLite forgets it, and everything here is in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]


class TaskFields(SQLModel):
    """What a user writes. There is no owner in it: the owner is the subject of the token."""

    title: str = Field(min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)


class Task(TaskFields, table=True):
    """A task and the user it belongs to."""

    id: int | None = Field(default=None, primary_key=True)
    owner_id: str = Field(index=True, max_length=255)
    completed: bool = False
    created_at: datetime = Field(default_factory=_now, sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(default_factory=_now, sa_type=DateTime(timezone=True))

    def touch(self) -> None:
        """Note that the task was changed just now."""
        self.updated_at = _now()


class TaskOut(TaskFields):
    """What the owner of a task sees of it."""

    id: int
    completed: bool
    created_at: Moment
    updated_at: Moment


class Me(SQLModel):
    """Who the token is about."""

    subject: str
    roles: list[str]


class Report(SQLModel):
    """How many tasks there are, and how many of them are done."""

    total: int
    completed: int
