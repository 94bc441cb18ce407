import re

from authpact.probe._case import Case
from authpact.probe._judge import Tally, told
from authpact.probe._messages import Json, Request, Response
from authpact.probe._places import at_api
from authpact.probe._probe import Attempt, Probe, inconclusive

_LOGIN = re.compile(
    r"(^|[/_-])(log-?in|sign-?in|sign-?up|register|registration|tokens?|access-token|auth/refresh)($|[/_-])",
    re.IGNORECASE,
)
_GUESSES = (
    "/login",
    "/token",
    "/register",
    "/signup",
    "/auth/login",
    "/auth/token",
    "/auth/register",
    "/api/login",
    "/api/token",
    "/api/register",
    "/api/auth/login",
    "/api/auth/register",
    "/api/auth/sign-in/email",
    "/api/v1/auth/login",
    "/users/login",
)
_NO_ROUTE = (401, 403, 404, 405)


def answers_as_login(response: Response) -> str:
    """Say so when a route behaves as if it read the credentials."""
    if response.status in _NO_ROUTE or not response.status:
        return ""
    return f"{told(response)}, so such a route exists"


def suspicious(document: Json, declared: set[str]) -> list[str]:
    """Return described POST paths whose name says login, and that the contract does not list."""
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        return []
    return [
        p
        for p, item in paths.items()
        if isinstance(item, dict) and "post" in item and _LOGIN.search(p) and p not in declared
    ]


def attempt(case: Case) -> Attempt:
    """Look for login routes in the OpenAPI document and at the usual places."""
    declared = {e.path for e in case.contract.endpoints}
    document = yield Request("GET", "/openapi.json")
    tally = Tally()
    for path in suspicious(document.data, declared):
        tally.note(f"POST {path}", "is described in the OpenAPI document", document)
    credentials: dict[str, Json] = {"email": "a@example.test", "password": "probe-probe"}
    for path in _GUESSES:
        if path not in declared:
            response = yield Request("POST", path).json({**credentials, "username": "a"})
            tally.note(f"POST {path}", answers_as_login(response), response)
    if not tally.faults and document.data is None:
        return inconclusive("No OpenAPI document; nothing at the usual places.", document)
    return tally.judge("The API describes no login route and answers at none of the usual places.")


PROBE = Probe(
    requirement="identity:no-second-login",
    summary="Looks for login, registration and token routes of the API's own.",
    attempt=attempt,
    endpoints=at_api("GET", "/openapi.json"),
)
