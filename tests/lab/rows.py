"""The rows of the lab's API: what a body holds, and a collection with an owner for each row."""

import itertools

from pydantic import BaseModel, ConfigDict

from lab.verifying import RefusalError, State


class Note(BaseModel):
    model_config = ConfigDict(extra="allow")
    title: str
    text: str


class Collection:
    """The rows of one owned collection."""

    def __init__(self, state: State, name: str, ids: "itertools.count[int]") -> None:
        self.rows, self.ids = state.rows.setdefault(name, {}), ids
        self.flaws, self.contract = state.flaws, state.contract

    def add(self, owner: str, body: dict[str, object]) -> dict[str, object]:
        if "owner-from-body" in self.flaws:
            owner = str(body.get("user_id", owner))
        row = {"id": next(self.ids), "owner": owner, "done": False, **content(body)}
        self.rows[row["id"]] = row
        return row

    def mine(self, owner: str, asked: str | None) -> list[dict[str, object]]:
        if "list-unscoped" in self.flaws:
            return list(self.rows.values())
        if "list-filter-trusted" in self.flaws and asked:
            owner = asked
        return [row for row in self.rows.values() if row["owner"] == owner]

    def take(self, owner: str, identity: int, method: str) -> dict[str, object]:
        row = self.rows.get(identity)
        if row is None:
            raise RefusalError(404, "not_found", "not found")
        if row["owner"] != owner and f"foreign-{method}" not in self.flaws:
            if "foreign-403" in self.flaws:
                raise RefusalError(403, "not_owner")
            detail = "not yours" if "existence-told" in self.flaws else "not found"
            if "refused-but-done" in self.flaws and method == "delete":
                del self.rows[identity]
            raise RefusalError(404, "not_found", detail)
        return row

    def replace(self, row: dict[str, object], body: dict[str, object]) -> dict[str, object]:
        row.update(content(body))
        if "owner-moved-by-put" in self.flaws and "user_id" in body:
            row["owner"] = body["user_id"]
        return row


def content(body: dict[str, object]) -> dict[str, object]:
    return {"title": body["title"], "text": body["text"]}
