"""The contract as TOML text, as JSON and as a digest."""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from authpact.contract._docstrings import describe
from authpact.contract._duration import render_duration
from authpact.contract._model import Contract, Tenant

DURATIONS: Final = frozenset(
    {"lifetime", "leeway", "cache", "cooldown", "stale_if_error", "timeout"}
)
_TABLES: Final = (
    "project", "token", "keys", "session", "ownership", "tenant", "frontend", "revocation",
)  # fmt: skip
_HEAD: Final = """\
# The contract between Next.js + Better Auth (issuer) and FastAPI (resource server).
# Everything else is compiled from it or checked against it. No secret belongs here.
"""


def _value(key: str, value: object) -> str:
    if key == "until":
        return str(value)  # a date of TOML
    if key in DURATIONS and isinstance(value, int):
        return json.dumps(render_duration(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        items = ", ".join(f"{_key(k)} = {_value('', v)}" for k, v in value.items() if v is not None)
        return f"{{ {items} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value('', v) for v in value)}]"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return (
        name
        if name.replace("-", "").replace("_", "").isalnum() and name.isascii()
        else json.dumps(name)
    )


def _table(header: str, values: Mapping[str, object]) -> str:
    lines = [f"{_key(k)} = {_value(k, v)}" for k, v in values.items() if v is not None]
    return "\n".join((header, *lines))


def to_toml(contract: Contract) -> str:
    """Write the whole contract as TOML that loads to the same contract."""
    data = contract.model_dump(mode="json")
    if contract.tenant == Tenant():
        del data["tenant"]  # most applications have no organizations
    parts = [f"{_HEAD}version = {contract.version}"]
    parts += [_table(f"[{name}]", data[name]) for name in _TABLES if name in data]
    parts += [_table(f"[roles.{_key(n)}]", values) for n, values in data["roles"].items()]
    parts += [
        _table(f"[decisions.{_key(n)}]", {k: v for k, v in values.items() if v != ""})
        for n, values in data["decisions"].items()
    ]
    parts += [_table("[[deviations]]", values) for values in data["deviations"]]
    parts += [_table("[[suppressions]]", values) for values in data["suppressions"]]
    parts += [_table("[[endpoints]]", values) for values in data["endpoints"]]
    return "\n\n".join(parts) + "\n"


def to_json(contract: Contract) -> dict[str, object]:
    """Mirror the TOML tables as JSON values; durations are seconds."""
    return contract.model_dump(mode="json")


def digest(contract: Contract) -> str:
    """Return 12 hexadecimal digits that change with the meaning of the contract, not its layout."""
    meaning = {
        key: value
        for key, value in to_json(contract).items()
        if key != "suppressions" and (key != "deviations" or value)
    }
    if contract.tenant_claim is None:
        del meaning["tenant"]
    meaning["endpoints"] = [
        endpoint.model_dump(exclude=set() if endpoint.tenant_from else {"tenant_from"})
        for endpoint in contract.endpoints
    ]
    if contract.revocation.when_unavailable == "refuse":
        meaning["revocation"] = contract.revocation.model_dump(exclude={"when_unavailable"})
    text = json.dumps(meaning, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def json_schema() -> dict[str, object]:
    """Return the JSON Schema of the file format, for editors."""
    describe()
    schema = Contract.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "authpact.toml",
        **{key: value for key, value in schema.items() if key != "title"},
    }
