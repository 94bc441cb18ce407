"""The database: SQLite in a file, or what DATABASE_URL says, such as PostgreSQL."""

import os
from collections.abc import Iterator
from functools import cache
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, create_engine


@cache
def engine() -> Engine:
    """Return the one connection pool of this process."""
    url = os.environ.get("DATABASE_URL") or "sqlite:///todo.db"
    scheme, _, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        url = f"postgresql+psycopg://{rest}"
    return create_engine(url, pool_pre_ping=True)


def create_tables() -> None:
    """Create the tables that are missing."""
    SQLModel.metadata.create_all(engine())


def _session() -> Iterator[Session]:
    with Session(engine()) as session:
        yield session


Database = Annotated[Session, Depends(_session)]
"""A session for one request."""
