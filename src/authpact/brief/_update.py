"""A new brief over an existing contract: what it speaks about changes, all else stays."""

from dataclasses import dataclass

from authpact.brief._draft import Draft
from authpact.contract import Contract, Endpoint, render_duration, to_json

_SCALARS = ("project", "token", "session", "ownership", "tenant", "frontend", "revocation")


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after, written as in TOML; empty where it is not there."""

    field: str
    before: str
    after: str


def updated(old: Contract, new: Draft) -> Contract:
    """Return the old contract with what the draft states; operations and roles are only added.

    Accepted deviations and every field the draft does not speak about are kept.
    """
    tables: dict[str, object] = {}
    for table in _SCALARS:
        spoken = {
            f.partition(".")[2]: _at(new.contract, f)
            for f in new.stated
            if f.startswith(f"{table}.")
        }
        tables[table] = getattr(old, table).model_copy(update=spoken)
    roles = {**old.roles, **{n: r for n, r in new.contract.roles.items() if n not in old.roles}}
    kept = {d.kind: d for d in (*old.deviations, *new.contract.deviations)}
    decided = {n: d for n, d in new.contract.decisions.items() if d.origin != "default"}
    return Contract.model_validate(
        {
            **old.model_dump(),
            **{
                name: table.model_dump()
                for name, table in tables.items()
                if hasattr(table, "model_dump")
            },
            "roles": {n: r.model_dump() for n, r in roles.items()}
            if "roles" in new.stated
            else old.model_dump()["roles"],
            "endpoints": [e.model_dump() for e in _operations(old, new)],
            "deviations": [d.model_dump() for d in kept.values()],
            "decisions": {
                **old.model_dump()["decisions"],
                **{n: d.model_dump() for n, d in decided.items()},
            },
        }
    )


def _at(contract: Contract, field: str) -> object:
    table, _, name = field.partition(".")
    return getattr(getattr(contract, table), name)


def _operations(old: Contract, new: Draft) -> tuple[Endpoint, ...]:
    if "endpoints" not in new.stated and not any(f.startswith("resources") for f in new.stated):
        return old.endpoints
    stated = {(e.method, e.path): e for e in new.contract.endpoints}
    kept = tuple(
        e if (e.method, e.path) not in stated else _access_of(e, stated[e.method, e.path])
        for e in old.endpoints
    )
    known = {(e.method, e.path) for e in old.endpoints}
    return (*kept, *(e for key, e in stated.items() if key not in known))


def _access_of(old: Endpoint, new: Endpoint) -> Endpoint:
    """Take the access of the new statement; summary and example stay as they were written."""
    return old.model_copy(update={"access": new.access, "owner_from": new.owner_from})


def changes(old: Contract, new: Contract) -> tuple[Change, ...]:
    """Return every field that differs, in the order of the file."""
    before, after = _flat(old), _flat(new)
    names = dict.fromkeys((*before, *after))
    return tuple(
        Change(name, before.get(name, ""), after.get(name, ""))
        for name in names
        if before.get(name, "") != after.get(name, "")
    )


def _flat(contract: Contract) -> dict[str, str]:
    data = to_json(contract)
    flat: dict[str, str] = {}
    for table, values in data.items():
        if table == "endpoints":
            flat |= {f"endpoints: {e.method} {e.path}": e.access for e in contract.endpoints}
        elif table == "deviations":
            flat |= {f"deviations: {d.kind}": d.why for d in contract.deviations}
        elif table == "decisions":
            flat |= {
                f"decisions.{n}": f"{d.value} ({d.origin})" for n, d in contract.decisions.items()
            }
        elif table == "roles":
            flat |= {
                f"roles.{n}": ", ".join(r.permissions) or "no permissions"
                for n, r in contract.roles.items()
            }
        elif isinstance(values, dict):
            flat |= {f"{table}.{k}": _written(k, v) for k, v in values.items()}
    return flat


def _written(key: str, value: object) -> str:
    if isinstance(value, int) and key in {
        "lifetime",
        "leeway",
        "cache",
        "cooldown",
        "stale_if_error",
        "timeout",
    }:
        return render_duration(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
