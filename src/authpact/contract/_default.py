"""The contract that needs nobody: the Phase II todo application."""

from typing import Final

from authpact.contract._model import Contract, Endpoint

_OWNER: Final = "path:user_id"
_BODY: Final = {"title": "Buy milk", "description": "Two litres"}

TODO_ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/api/{user_id}/tasks",
        access="owner",
        owner_from=_OWNER,
        summary="List the user's tasks",
    ),
    Endpoint(
        method="POST",
        path="/api/{user_id}/tasks",
        access="owner",
        owner_from=_OWNER,
        summary="Create a task",
        example=dict(_BODY),
    ),
    Endpoint(
        method="GET",
        path="/api/{user_id}/tasks/{id}",
        access="owner",
        owner_from=_OWNER,
        summary="Read one task",
    ),
    Endpoint(
        method="PUT",
        path="/api/{user_id}/tasks/{id}",
        access="owner",
        owner_from=_OWNER,
        summary="Replace a task",
        example=dict(_BODY),
    ),
    Endpoint(
        method="DELETE",
        path="/api/{user_id}/tasks/{id}",
        access="owner",
        owner_from=_OWNER,
        summary="Delete a task",
    ),
    Endpoint(
        method="PATCH",
        path="/api/{user_id}/tasks/{id}/complete",
        access="owner",
        owner_from=_OWNER,
        summary="Toggle completion",
    ),
)


def default_contract() -> Contract:
    """Return the complete default: HS256 shared secret, 15 min tokens, 7 d sessions, no roles."""
    return Contract(endpoints=TODO_ENDPOINTS)
