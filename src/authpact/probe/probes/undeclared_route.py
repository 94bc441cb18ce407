from authpact.contract import PARAMETER, Contract
from authpact.probe._case import Case
from authpact.probe._messages import Json, Request
from authpact.probe._places import at_api
from authpact.probe._probe import Attempt, Probe, broken, held, inconclusive

_METHODS = ("get", "post", "put", "patch", "delete")


def shape(path: str) -> str:
    """Return a path with its parameters nameless."""
    return PARAMETER.sub("{}", path).rstrip("/") or "/"


def declared(contract: Contract) -> set[tuple[str, str]]:
    """Return method and shape of everything the contract has a rule for."""
    rules: set[tuple[str, str]] = {(e.method, shape(e.path)) for e in contract.endpoints}
    if contract.revocation.mode == "backchannel":
        rules.add(("POST", shape(contract.revocation.path)))
    return rules


def described(document: Json) -> list[tuple[str, str]]:
    """Return method and path of every operation of an OpenAPI document."""
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        return []
    return [
        (method.upper(), path)
        for path, item in paths.items()
        if isinstance(item, dict)
        for method in item
        if method in _METHODS
    ]


def attempt(case: Case) -> Attempt:
    """Compare the OpenAPI document with the contract."""
    response = yield Request("GET", "/openapi.json")
    operations = described(response.data)
    if not operations:
        return inconclusive("The API shows no OpenAPI document.", response)
    known = declared(case.contract)
    strays = [f"{m} {p}" for m, p in operations if (m, shape(p)) not in known]
    if strays:
        return broken(f"No rule in the contract for {', '.join(strays)}.", response)
    return held(f"All {len(operations)} described operations have a rule.", response)


PROBE = Probe(
    requirement="access:deny-by-default",
    summary="Compares the API's OpenAPI document with the contract.",
    attempt=attempt,
    endpoints=at_api("GET", "/openapi.json"),
)
