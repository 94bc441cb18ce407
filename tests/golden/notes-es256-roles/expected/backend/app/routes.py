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
    ModeratorRole,
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


class ApiNotesBody(TypedDict):
    """What a request carries; anything else in it is ignored."""

    pinned: bool
    text: str


class ApiNotesBody2(TypedDict):
    """What a request carries; anything else in it is ignored."""

    pinned: bool


@router.get(
    "/api/notes",
    status_code=200,
    summary="List notes",
)
async def get_api_notes(
    principal: Owner,
) -> list[Item]:
    rows = own_rows("/api/notes", principal.subject)
    return [row.item for row in rows.values()]


@router.post(
    "/api/notes",
    status_code=201,
    summary="Write a note",
)
async def post_api_notes(
    principal: Owner,
    body: Annotated[ApiNotesBody, Body()],
) -> Item:
    rows = rows_of("/api/notes")
    item: Item = {**body, "id": next(NUMBERS)}
    rows[str(item["id"])] = Row(principal.subject, item)
    return item


@router.get(
    "/admin/notes",
    status_code=200,
    summary="Count notes",
)
async def get_admin_notes(
    principal: ModeratorRole,
) -> dict[str, object]:
    return {"subject": principal.subject, "roles": sorted(principal.roles)}


@router.get(
    "/api/notes/{note_id}",
    status_code=200,
    summary="Read a note",
)
async def get_api_notes_note_id(
    principal: Owner,
    item_id: Annotated[str, Path(alias="note_id")],
) -> Item:
    rows = rows_of("/api/notes")
    row = require_owner(principal, rows.get(str(item_id)), owner_of)
    return row.item


@router.put(
    "/api/notes/{note_id}",
    status_code=200,
    summary="Replace a note",
)
async def put_api_notes_note_id(
    principal: Owner,
    item_id: Annotated[str, Path(alias="note_id")],
    body: Annotated[ApiNotesBody, Body()],
) -> Item:
    rows = rows_of("/api/notes")
    row = require_owner(principal, rows.get(str(item_id)), owner_of)
    row.item |= {**body, "id": row.item["id"]}
    return row.item


@router.patch(
    "/api/notes/{note_id}",
    status_code=200,
    summary="Change a note",
)
async def patch_api_notes_note_id(
    principal: Owner,
    item_id: Annotated[str, Path(alias="note_id")],
    body: Annotated[ApiNotesBody2, Body()],
) -> Item:
    rows = rows_of("/api/notes")
    row = require_owner(principal, rows.get(str(item_id)), owner_of)
    row.item |= {**body, "id": row.item["id"]}
    return row.item


@router.delete(
    "/api/notes/{note_id}",
    status_code=204,
    summary="Delete a note",
)
async def delete_api_notes_note_id(
    principal: Owner,
    item_id: Annotated[str, Path(alias="note_id")],
) -> None:
    rows = rows_of("/api/notes")
    row = require_owner(principal, rows.get(str(item_id)), owner_of)
    del rows[str(row.item["id"])]
