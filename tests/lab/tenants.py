"""The lab's rows of organizations: projects by path, plans by row, drafts of one member."""

import itertools
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request

from lab.rows import Note, content
from lab.verifying import RefusalError

if TYPE_CHECKING:
    from lab.api import Guard

Row = dict[str, object]


class Shared:
    """The rows of one collection, each of an organization and of whoever made it."""

    def __init__(self, name: str, flaws: frozenset[str], ids: "itertools.count[int]") -> None:
        self.name, self.flaws, self.ids = name, flaws, ids
        self.rows: dict[int, Row] = {}

    def add(self, who: Row, body: Row) -> Row:
        row = {"id": next(self.ids), "tenant": who["tenant"], "owner": who["sub"], **content(body)}
        self.rows[row["id"]] = row
        return row

    def mine(self, who: Row) -> list[Row]:
        return [row for row in self.rows.values() if row["tenant"] == who["tenant"]]

    def take(self, who: Row, identity: int, method: str) -> Row:
        row = self.rows.get(identity)
        foreign = row is None or row["tenant"] != who["tenant"]
        if foreign and "tenant-refused-but-done" in self.flaws and method == "put":
            row["title"] = "changed"
        if row is None or (foreign and f"tenant-{self.name}-{method}" not in self.flaws):
            raise RefusalError(404, "not_found", "not found")
        if self.name == "drafts" and row["owner"] != who["sub"]:
            raise RefusalError(404, "not_found", "not found")
        return row


def member_of(guard: "Guard", *, by_path: bool) -> Callable[[Request], Awaitable[Row]]:
    """Return the dependency that says for which organization somebody calls."""
    flaws = guard.flaws

    async def member(request: Request) -> Row:
        who = await guard.principal(request)
        if not who["tenant"] and "organization-optional" not in flaws:
            status = 404 if "organization-missing-404" in flaws else 403
            raise RefusalError(status, "tenant_missing")
        named = request.path_params.get("org_id", who["tenant"])
        flaw = f"tenant-path-{request.method.lower()}"
        unread = not who["tenant"] or flaw in flaws
        if by_path and named != who["tenant"] and not unread:
            raise RefusalError(404 if "tenant-path-404" in flaws else 403, "not_member")
        return {**who, "tenant": named}

    return member


def shared(guard: "Guard", ids: "itertools.count[int]") -> tuple[APIRouter, ...]:
    """Build the routes of all three collections, where the contract has organizations."""
    if guard.state.contract.tenant_claim is None:
        return ()
    projects = Shared("projects", guard.flaws, ids)
    plans, drafts = Shared("plans", guard.flaws, ids), Shared("drafts", guard.flaws, ids)
    return _projects(guard, projects), _plans(guard, plans), _drafts(guard, drafts)


def _projects(guard: "Guard", rows: Shared) -> APIRouter:
    router = APIRouter(prefix="/api/orgs/{org_id}/projects")
    member = Annotated[Row, Depends(member_of(guard, by_path=True))]

    @router.get("")
    async def listing(who: member) -> list[Row]:
        return rows.mine(who)

    @router.post("", status_code=201)
    async def create(who: member, body: Note) -> Row:
        return rows.add(who, body.model_dump())

    @router.get("/{number}")
    async def read(who: member, number: int) -> Row:
        return rows.take(who, number, "get")

    @router.delete("/{number}", status_code=204)
    async def delete(who: member, number: int) -> None:
        del rows.rows[rows.take(who, number, "delete")["id"]]

    return router


def _plans(guard: "Guard", rows: Shared) -> APIRouter:
    router = APIRouter(prefix="/api/plans")
    member = Annotated[Row, Depends(member_of(guard, by_path=False))]
    admin = Depends(guard.role("admin", flaw="role-unchecked"))

    @router.post("", status_code=201, dependencies=[admin])
    async def create(who: member, body: Note) -> Row:
        return rows.add(who, body.model_dump())

    @router.get("/{number}")
    async def read(who: member, number: int) -> Row:
        return rows.take(who, number, "get")

    @router.put("/{number}")
    async def replace(who: member, number: int, body: Note) -> Row:
        row = rows.take(who, number, "put")
        row.update(content(body.model_dump()))
        return row

    return router


def _drafts(guard: "Guard", rows: Shared) -> APIRouter:
    router = APIRouter(prefix="/api/drafts")
    member = Annotated[Row, Depends(member_of(guard, by_path=False))]

    @router.post("", status_code=201)
    async def create(who: member, body: Note) -> Row:
        return rows.add(who, body.model_dump())

    @router.get("/{number}")
    async def read(who: member, number: int) -> Row:
        return rows.take(who, number, "get")

    return router
