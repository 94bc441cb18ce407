"""One worked example for every endpoint of the contract, over a store in memory.

Replace the store by your database and the bodies by your own; keep the types of `principal`,
because the application does not start without them.
"""

from dataclasses import dataclass
from itertools import count
from typing import Annotated

from fastapi import APIRouter, Body, Path
from typing_extensions import TypedDict

from app.security import (
    Owner,
    require_owner,
)

router = APIRouter()
Item = dict[str, object]


@dataclass
class Row:
    """An object and the subject that owns it; the owner never comes from a request."""

    owner: str
    item: Item


Rows = dict[str, Row]
STORE: dict[str, Rows] = {}
"""Rows by id, for each collection."""
NUMBERS = count(1)


def rows_of(collection: str) -> Rows:
    """Return the rows of one collection, of every owner."""
    return STORE.setdefault(collection, {})


def owner_of(row: Row) -> str:
    """Tell whose row it is."""
    return row.owner


def own_rows(collection: str, owner: str) -> Rows:
    """Return the rows that belong to this subject."""
    return {key: row for key, row in rows_of(collection).items() if row.owner == owner}


class ApiTasksBody(TypedDict):
    """What a request carries; anything else in it is ignored."""

    description: str
    title: str


@router.get(
    "/api/{user_id}/tasks",
    status_code=200,
    summary="List the user's tasks",
)
async def get_api_user_id_tasks(
    principal: Owner,
    _user_id: Annotated[str, Path(alias="user_id")],
) -> list[Item]:
    rows = own_rows("/api/{user_id}/tasks", principal.subject)
    return [row.item for row in rows.values()]


@router.post(
    "/api/{user_id}/tasks",
    status_code=201,
    summary="Create a task",
)
async def post_api_user_id_tasks(
    principal: Owner,
    _user_id: Annotated[str, Path(alias="user_id")],
    body: Annotated[ApiTasksBody, Body()],
) -> Item:
    rows = rows_of("/api/{user_id}/tasks")
    item: Item = {**body, "id": next(NUMBERS)}
    rows[str(item["id"])] = Row(principal.subject, item)
    return item


@router.get(
    "/api/{user_id}/tasks/{id}",
    status_code=200,
    summary="Read one task",
)
async def get_api_user_id_tasks_id(
    principal: Owner,
    item_id: Annotated[str, Path(alias="id")],
    _user_id: Annotated[str, Path(alias="user_id")],
) -> Item:
    rows = rows_of("/api/{user_id}/tasks")
    row = require_owner(principal, rows.get(str(item_id)), owner_of)
    return row.item


@router.put(
    "/api/{user_id}/tasks/{id}",
    status_code=200,
    summary="Replace a task",
)
async def put_api_user_id_tasks_id(
    principal: Owner,
    item_id: Annotated[str, Path(alias="id")],
    _user_id: Annotated[str, Path(alias="user_id")],
    body: Annotated[ApiTasksBody, Body()],
) -> Item:
    rows = rows_of("/api/{user_id}/tasks")
    row = require_owner(principal, rows.get(str(item_id)), owner_of)
    row.item |= {**body, "id": row.item["id"]}
    return row.item


@router.delete(
    "/api/{user_id}/tasks/{id}",
    status_code=204,
    summary="Delete a task",
)
async def delete_api_user_id_tasks_id(
    principal: Owner,
    item_id: Annotated[str, Path(alias="id")],
    _user_id: Annotated[str, Path(alias="user_id")],
) -> None:
    rows = rows_of("/api/{user_id}/tasks")
    row = require_owner(principal, rows.get(str(item_id)), owner_of)
    del rows[str(row.item["id"])]


@router.patch(
    "/api/{user_id}/tasks/{id}/complete",
    status_code=200,
    summary="Toggle completion",
)
async def patch_api_user_id_tasks_id_complete(
    principal: Owner,
    item_id: Annotated[str, Path(alias="id")],
    _user_id: Annotated[str, Path(alias="user_id")],
) -> Item:
    rows = rows_of("/api/{user_id}/tasks")
    row = require_owner(principal, rows.get(str(item_id)), owner_of)
    row.item["complete"] = not row.item.get("complete", False)
    return row.item
