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
    AdminRole,
    CurrentPrincipal,
    Owner,
    ReportsReadPermission,
    require_owner,
    require_tenancy,
    require_tenant,
)

router = APIRouter()
Item = dict[str, object]


@dataclass
class Row:
    """An object, its owner and its organization; neither ever comes from a request."""

    owner: str
    tenant: str | None
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


def tenant_of(row: Row) -> str | None:
    """Tell which organization it is of."""
    return row.tenant


def tenant_rows(rows: Rows, tenant: str) -> Rows:
    """Return those of the rows that are of this organization."""
    return {key: row for key, row in rows.items() if row.tenant == tenant}


class ApiOrgsProjectsBody(TypedDict):
    """What a request carries; anything else in it is ignored."""

    title: str


@router.get(
    "/health",
    status_code=200,
    summary="GET /health",
)
async def get_health() -> dict[str, str]:
    return {"status": "ok"}


@router.get(
    "/api/me",
    status_code=200,
    summary="GET /api/me",
)
async def get_api_me(
    principal: CurrentPrincipal,
) -> dict[str, object]:
    return {"subject": principal.subject, "roles": sorted(principal.roles)}


@router.get(
    "/api/drafts",
    status_code=200,
    summary="GET /api/drafts",
)
async def get_api_drafts(
    principal: Owner,
) -> list[Item]:
    rows = tenant_rows(own_rows("/api/drafts", principal.subject), require_tenancy(principal))
    return [row.item for row in rows.values()]


@router.post(
    "/api/drafts",
    status_code=201,
    summary="POST /api/drafts",
)
async def post_api_drafts(
    principal: Owner,
    body: Annotated[ApiOrgsProjectsBody, Body()],
) -> Item:
    rows = rows_of("/api/drafts")
    item: Item = {**body, "id": next(NUMBERS)}
    rows[str(item["id"])] = Row(principal.subject, principal.tenant, item)
    return item


@router.get(
    "/api/reports",
    status_code=200,
    summary="GET /api/reports",
)
async def get_api_reports(
    principal: ReportsReadPermission,
) -> list[Item]:
    rows = tenant_rows(rows_of("/api/reports"), require_tenancy(principal))
    return [row.item for row in rows.values()]


@router.get(
    "/api/drafts/{id}",
    status_code=200,
    summary="GET /api/drafts/{id}",
)
async def get_api_drafts_id(
    principal: Owner,
    item_id: Annotated[str, Path(alias="id")],
) -> Item:
    rows = rows_of("/api/drafts")
    row = require_tenant(principal, rows.get(str(item_id)), tenant_of)
    require_owner(principal, row, owner_of)
    return row.item


@router.get(
    "/api/orgs/{org_id}/projects",
    status_code=200,
    summary="List the projects of the organization",
)
async def get_api_orgs_org_id_projects(
    principal: CurrentPrincipal,
    _org_id: Annotated[str, Path(alias="org_id")],
) -> list[Item]:
    rows = tenant_rows(rows_of("/api/orgs/{org_id}/projects"), require_tenancy(principal))
    return [row.item for row in rows.values()]


@router.post(
    "/api/orgs/{org_id}/projects",
    status_code=201,
    summary="POST /api/orgs/{org_id}/projects",
)
async def post_api_orgs_org_id_projects(
    principal: CurrentPrincipal,
    _org_id: Annotated[str, Path(alias="org_id")],
    body: Annotated[ApiOrgsProjectsBody, Body()],
) -> Item:
    rows = rows_of("/api/orgs/{org_id}/projects")
    item: Item = {**body, "id": next(NUMBERS)}
    rows[str(item["id"])] = Row(principal.subject, principal.tenant, item)
    return item


@router.patch(
    "/api/drafts/{id}/done",
    status_code=200,
    summary="PATCH /api/drafts/{id}/done",
)
async def patch_api_drafts_id_done(
    principal: Owner,
    item_id: Annotated[str, Path(alias="id")],
) -> Item:
    rows = rows_of("/api/drafts")
    row = require_tenant(principal, rows.get(str(item_id)), tenant_of)
    require_owner(principal, row, owner_of)
    row.item["done"] = not row.item.get("done", False)
    return row.item


@router.get(
    "/api/orgs/{org_id}/projects/{id}",
    status_code=200,
    summary="GET /api/orgs/{org_id}/projects/{id}",
)
async def get_api_orgs_org_id_projects_id(
    principal: CurrentPrincipal,
    item_id: Annotated[str, Path(alias="id")],
    _org_id: Annotated[str, Path(alias="org_id")],
) -> Item:
    rows = rows_of("/api/orgs/{org_id}/projects")
    row = require_tenant(principal, rows.get(str(item_id)), tenant_of)
    return row.item


@router.put(
    "/api/orgs/{org_id}/projects/{id}",
    status_code=200,
    summary="PUT /api/orgs/{org_id}/projects/{id}",
)
async def put_api_orgs_org_id_projects_id(
    principal: CurrentPrincipal,
    item_id: Annotated[str, Path(alias="id")],
    _org_id: Annotated[str, Path(alias="org_id")],
    body: Annotated[ApiOrgsProjectsBody, Body()],
) -> Item:
    rows = rows_of("/api/orgs/{org_id}/projects")
    row = require_tenant(principal, rows.get(str(item_id)), tenant_of)
    row.item |= {**body, "id": row.item["id"]}
    return row.item


@router.delete(
    "/api/orgs/{org_id}/projects/{id}",
    status_code=204,
    summary="DELETE /api/orgs/{org_id}/projects/{id}",
)
async def delete_api_orgs_org_id_projects_id(
    principal: AdminRole,
    item_id: Annotated[str, Path(alias="id")],
    _org_id: Annotated[str, Path(alias="org_id")],
) -> None:
    rows = rows_of("/api/orgs/{org_id}/projects")
    row = require_tenant(principal, rows.get(str(item_id)), tenant_of)
    del rows[str(row.item["id"])]
