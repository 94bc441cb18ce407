"""Rows that belong to somebody: one object per table, for SQLModel and SQLAlchemy.

    tasks = Owned(Task, "owner_id")

    session.exec(tasks.scope(select(Task), owner))      # the caller's rows and no others
    tasks.get(session, owner, task_id)                  # 404 for an absent row and a foreign one
    tasks.new(owner, body.model_dump())                 # the owner is the caller, always

Rows that the members of an organization share have a column for it, beside an owner or alone:

    projects = Owned(Project, tenant="org_id")
    drafts = Owned(Draft, "owner_id", tenant="org_id")

With an asynchronous session write `tasks.require(owner, await session.get(Task, task_id))`.
Needs SQLAlchemy, which authpact does not bring along.

Requirements: ownership:foreign-resource, ownership:no-oracle, tenant:foreign-resource,
tenant:required.
"""

from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar, cast

from sqlalchemy import ColumnElement, and_, inspect
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.orm import Mapper, Session

from authpact.errors import ConfigurationError
from authpact.verify import Principal, require_owner, require_tenancy, require_tenant

__all__ = ["Owned"]

Row = TypeVar("Row")


class _Filtered(Protocol):
    """A select, update or delete of SQLAlchemy or SQLModel."""

    def where(self, *conditions: ColumnElement[bool]) -> "_Filtered": ...


Statement = TypeVar("Statement", bound=_Filtered)


class Owned(Generic[Row]):
    """A mapped class whose rows belong to a subject, an organization or both, by their columns.

    Raises ConfigurationError where the class is not mapped, lacks a column, or none is named.
    With `tenant` every function raises TenantMissing for a principal without an organization.
    """

    def __init__(
        self, model: type[Row], owner: str | None = None, *, tenant: str | None = None
    ) -> None:
        try:
            mapper: Mapper[Row] = inspect(model)
        except NoInspectionAvailable:
            raise ConfigurationError(f"{model.__name__} is not a mapped class") from None
        columns = [name for name in (owner, tenant) if name is not None]
        if not columns:
            raise ConfigurationError(f"{model.__name__}: name the column of the owner or tenant")
        for name in columns:
            if name not in mapper.column_attrs:
                raise ConfigurationError(f"{model.__name__} has no column {name}")
        self._model = model
        self._owner = owner
        self._tenant = tenant

    def of(self, principal: Principal) -> ColumnElement[bool]:
        """Return the condition that a row is the principal's."""
        return and_(*(getattr(self._model, n) == v for n, v in self._belonging(principal).items()))

    def scope(self, statement: Statement, principal: Principal) -> Statement:
        """Return the statement (select, update, delete) over the principal's rows alone."""
        return statement.where(self.of(principal))  # type: ignore[return-value]  # `where` keeps the kind

    def require(self, principal: Principal, row: Row | None) -> Row:
        """Return the row. Raises ObjectAbsent for None, ForeignObject for somebody else's."""
        tenant, owner = self._tenant, self._owner
        if tenant is not None:
            row = require_tenant(principal, row, lambda found: getattr(found, tenant))
        if owner is not None:
            row = require_owner(principal, row, lambda found: getattr(found, owner))
        return cast("Row", row)

    def get(self, session: Session, principal: Principal, key: object) -> Row:
        """Read one row by its primary key and return it. Raises as `require` does."""
        return self.require(principal, session.get(self._model, key))

    def new(self, principal: Principal, fields: Mapping[str, object]) -> Row:
        """Make a row out of what a client sent; an owner or tenant in it is not looked at."""
        return self._model(**{**fields, **self._belonging(principal)})

    def change(self, principal: Principal, row: Row, fields: Mapping[str, object]) -> Row:
        """Set what a client sent on a row of the principal; whose it is stays.

        Raises ForeignObject for somebody else's row.
        """
        self.require(principal, row)
        for name, value in fields.items():
            if name not in (self._owner, self._tenant):
                setattr(row, name, value)
        return row

    def _belonging(self, principal: Principal) -> dict[str, str]:
        """Return the columns that say whose a row is, with the values of the principal."""
        owner = {} if self._owner is None else {self._owner: principal.subject}
        tenant = {} if self._tenant is None else {self._tenant: require_tenancy(principal)}
        return {**owner, **tenant}
