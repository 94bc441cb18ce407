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
    AuditorRole,
    ExportsCreatePermission,
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


class V1CustomersInvoicesBody(TypedDict):
    """What a request carries; anything else in it is ignored."""

    cents: int
    number: str


@router.get(
    "/status",
    status_code=200,
    summary="Tell that the API is up",
)
async def get_status() -> dict[str, str]:
    return {"status": "ok"}


@router.get(
    "/v1/audit",
    status_code=200,
    summary="Read the audit trail",
)
async def get_v1_audit(
    principal: AuditorRole,
) -> dict[str, object]:
    return {"subject": principal.subject, "roles": sorted(principal.roles)}


@router.post(
    "/v1/exports",
    status_code=200,
    summary="Start an export",
)
async def post_v1_exports(
    principal: ExportsCreatePermission,
) -> dict[str, object]:
    return {"subject": principal.subject, "roles": sorted(principal.roles)}


@router.get(
    "/v1/customers/{customer_id}/invoices",
    status_code=200,
    summary="List invoices",
)
async def get_v1_customers_customer_id_invoices(
    principal: Owner,
    _customer_id: Annotated[str, Path(alias="customer_id")],
) -> list[Item]:
    rows = own_rows("/v1/customers/{customer_id}/invoices", principal.subject)
    return [row.item for row in rows.values()]


@router.post(
    "/v1/customers/{customer_id}/invoices",
    status_code=201,
    summary="Write an invoice",
)
async def post_v1_customers_customer_id_invoices(
    principal: Owner,
    _customer_id: Annotated[str, Path(alias="customer_id")],
    body: Annotated[V1CustomersInvoicesBody, Body()],
) -> Item:
    rows = rows_of("/v1/customers/{customer_id}/invoices")
    item: Item = {**body, "id": next(NUMBERS)}
    rows[str(item["id"])] = Row(principal.subject, item)
    return item


@router.get(
    "/v1/customers/{customer_id}/invoices/{invoice_id}",
    status_code=200,
    summary="Read an invoice",
)
async def get_v1_customers_customer_id_invoices_invoice_id(
    principal: Owner,
    item_id: Annotated[str, Path(alias="invoice_id")],
    _customer_id: Annotated[str, Path(alias="customer_id")],
) -> Item:
    rows = rows_of("/v1/customers/{customer_id}/invoices")
    row = require_owner(principal, rows.get(str(item_id)), owner_of)
    return row.item


@router.delete(
    "/v1/customers/{customer_id}/invoices/{invoice_id}",
    status_code=204,
    summary="Delete an invoice",
)
async def delete_v1_customers_customer_id_invoices_invoice_id(
    principal: Owner,
    item_id: Annotated[str, Path(alias="invoice_id")],
    _customer_id: Annotated[str, Path(alias="customer_id")],
) -> None:
    rows = rows_of("/v1/customers/{customer_id}/invoices")
    row = require_owner(principal, rows.get(str(item_id)), owner_of)
    del rows[str(row.item["id"])]
