"""Rows that belong to somebody: one object per table, for SQLModel and SQLAlchemy.

    tasks = Owned(Task, "owner_id")

    session.exec(tasks.scope(select(Task), owner))      # the caller's rows and no others
    tasks.get(session, owner, task_id)                  # 404 for an absent row and a foreign one
    tasks.new(owner, body.model_dump())                 # the owner is the caller, always

With an asynchronous session write `tasks.require(owner, await session.get(Task, task_id))`.
Needs SQLAlchemy, which authpact does not bring along.

Requirements: ownership:foreign-resource, ownership:no-oracle.
"""

from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, inspect
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.orm import Mapper, Session

from authpact.errors import ConfigurationError
from authpact.verify import Principal, require_owner

__all__ = ["Owned"]

Row = TypeVar("Row")


class _Filtered(Protocol):
    """A select, update or delete of SQLAlchemy or SQLModel."""

    def where(self, *conditions: ColumnElement[bool]) -> "_Filtered": ...


Statement = TypeVar("Statement", bound=_Filtered)


class Owned(Generic[Row]):
    """A mapped class whose rows belong to the subject in one of its columns.

    Raises ConfigurationError where the class is not mapped or has no such column.
    """

    def __init__(self, model: type[Row], owner: str) -> None:
        try:
            mapper: Mapper[Row] = inspect(model)
        except NoInspectionAvailable:
            raise ConfigurationError(f"{model.__name__} is not a mapped class") from None
        if owner not in mapper.column_attrs:
            raise ConfigurationError(f"{model.__name__} has no column {owner}")
        self._model = model
        self._owner = owner

    def of(self, principal: Principal) -> ColumnElement[bool]:
        """Return the condition that a row is the principal's."""
        condition: ColumnElement[bool] = getattr(self._model, self._owner) == principal.subject
        return condition

    def scope(self, statement: Statement, principal: Principal) -> Statement:
        """Return the statement (select, update, delete) over the principal's rows alone."""
        return statement.where(self.of(principal))  # type: ignore[return-value]  # `where` keeps the kind

    def require(self, principal: Principal, row: Row | None) -> Row:
        """Return the row. Raises ObjectAbsent for None, ForeignObject for another subject's."""
        return require_owner(principal, row, lambda found: getattr(found, self._owner))

    def get(self, session: Session, principal: Principal, key: object) -> Row:
        """Read one row by its primary key and return it. Raises as `require` does."""
        return self.require(principal, session.get(self._model, key))

    def new(self, principal: Principal, fields: Mapping[str, object]) -> Row:
        """Make a row out of what a client sent; an owner in it is not even looked at."""
        return self._model(**{**fields, self._owner: principal.subject})

    def change(self, principal: Principal, row: Row, fields: Mapping[str, object]) -> Row:
        """Set what a client sent on a row of the principal; the owner stays who it is.

        Raises ForeignObject for another subject's row.
        """
        self.require(principal, row)
        for name, value in fields.items():
            if name != self._owner:
                setattr(row, name, value)
        return row
