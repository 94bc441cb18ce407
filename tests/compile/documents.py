"""Contracts and documents that several tests of the checklist start from."""

from authpact.compile.targets import spec
from authpact.contract import Contract, Endpoint, default_contract


def contract_of_every_level() -> Contract:
    contract = default_contract()
    further = [
        Endpoint(method="GET", path="/api/health", access="public"),
        Endpoint(method="GET", path="/api/me", access="authenticated"),
        Endpoint(method="GET", path="/api/admin/users", access="role:admin"),
        Endpoint(method="GET", path="/api/reports", access="permission:reports:read"),
    ]
    return contract.model_copy(update={"endpoints": (*contract.endpoints, *further)})


def specification() -> str:
    (file,) = spec.render(default_contract())
    return file.text
