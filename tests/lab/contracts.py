"""The contract of the lab: every access level, ownership by path and by row, roles."""

from typing import Final, Literal

from authpact.contract import Contract

_NOTE: Final = {"title": "Note", "text": "Plain"}
ENDPOINTS: Final = [
    {"method": "GET", "path": "/health", "access": "public"},
    {"method": "GET", "path": "/api/me", "access": "authenticated"},
    *(
        {
            "method": method,
            "path": path,
            "access": "owner",
            "owner_from": "path:user_id",
            **({"example": _NOTE} if method in {"POST", "PUT"} else {}),
        }
        for method, path in (
            ("GET", "/api/{user_id}/tasks"),
            ("POST", "/api/{user_id}/tasks"),
            ("GET", "/api/{user_id}/tasks/{id}"),
            ("PUT", "/api/{user_id}/tasks/{id}"),
            ("DELETE", "/api/{user_id}/tasks/{id}"),
            ("PATCH", "/api/{user_id}/tasks/{id}/complete"),
        )
    ),
    *(
        {
            "method": method,
            "path": path,
            "access": "owner",
            "owner_from": "resource",
            **({"example": _NOTE} if method in {"POST", "PUT"} else {}),
        }
        for method, path in (
            ("GET", "/api/notes"),
            ("POST", "/api/notes"),
            ("GET", "/api/notes/{id}"),
            ("PUT", "/api/notes/{id}"),
            ("DELETE", "/api/notes/{id}"),
        )
    ),
    {"method": "GET", "path": "/api/admin/report", "access": "role:admin"},
    {"method": "GET", "path": "/api/reports", "access": "permission:reports:read"},
]


_BY_PATH: Final = {"access": "authenticated", "tenant_from": "path:org_id"}
_BY_ROW: Final = {"access": "authenticated", "tenant_from": "resource"}
_BOTH: Final = {"access": "owner", "owner_from": "resource", "tenant_from": "resource"}
_PROJECTS: Final = "/api/orgs/{org_id}/projects"
TENANT_ENDPOINTS: Final = [
    {"method": "GET", "path": _PROJECTS, **_BY_PATH},
    {"method": "POST", "path": _PROJECTS, "example": _NOTE, **_BY_PATH},
    {"method": "GET", "path": _PROJECTS + "/{id}", **_BY_PATH},
    {"method": "DELETE", "path": _PROJECTS + "/{id}", **_BY_PATH},
    {"method": "POST", "path": "/api/plans", "example": _NOTE, **_BY_ROW, "access": "role:admin"},
    {"method": "GET", "path": "/api/plans/{id}", **_BY_ROW},
    {"method": "PUT", "path": "/api/plans/{id}", "example": _NOTE, **_BY_ROW},
    {"method": "POST", "path": "/api/drafts", "example": _NOTE, **_BOTH},
    {"method": "GET", "path": "/api/drafts/{id}", **_BOTH},
]
"""Projects by path, plans by row and for all members, drafts for one member alone."""


def lab_contract(
    algorithm: str = "HS256",
    revocation: Literal["none", "backchannel"] = "none",
    tenant: Literal["none", "organization"] = "none",
) -> Contract:
    mode = "shared-secret" if algorithm == "HS256" else "jwks"
    return Contract.model_validate(
        {
            "token": {"mode": mode, "algorithm": algorithm},
            "roles": {"admin": {"permissions": ["reports:read"]}, "guest": {"permissions": []}},
            "endpoints": ENDPOINTS + (TENANT_ENDPOINTS if tenant == "organization" else []),
            "revocation": {"mode": revocation},
            "tenant": {"mode": tenant},
        }
    )
