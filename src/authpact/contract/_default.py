"""The contract that needs nobody: the Phase II todo application."""

from typing import Final

from authpact.contract._model import Contract, Endpoint

_BODY: Final = {"title": "Buy milk", "description": "Two litres"}

_TASKS: Final = "/api/{user_id}/tasks"
_ENDPOINTS: Final = (
    ("GET", _TASKS, "List the user's tasks", None),
    ("POST", _TASKS, "Create a task", _BODY),
    ("GET", _TASKS + "/{id}", "Read one task", None),
    ("PUT", _TASKS + "/{id}", "Replace a task", _BODY),
    ("DELETE", _TASKS + "/{id}", "Delete a task", None),
    ("PATCH", _TASKS + "/{id}/complete", "Toggle completion", None),
)
"""Method, path, summary and the example of a body; everything belongs to the user in the path."""


def default_contract() -> Contract:
    """Return the complete default: HS256 shared secret, 15 min tokens, 7 d sessions, no roles."""
    return Contract(
        endpoints=tuple(
            Endpoint(
                method=method,
                path=path,
                access="owner",
                owner_from="path:user_id",
                summary=summary,
                example=None if example is None else dict(example),
            )
            for method, path, summary, example in _ENDPOINTS
        )
    )
