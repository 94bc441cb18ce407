from collections.abc import Iterator

from authpact.contract import CLAIMS, Contract
from authpact.probe._case import Case
from authpact.probe._forge import header_of, payload_of
from authpact.probe._messages import Claims
from authpact.probe._people import token_in
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe, broken, held, inconclusive


def header_faults(contract: Contract, header: Claims) -> Iterator[str]:
    """Compare the header of an issued token with the contract."""
    expected = {"alg": contract.token.algorithm, "typ": contract.token.type}
    for name, value in expected.items():
        if header.get(name) != value:
            yield f"header {name} is {header.get(name)!r} instead of {value!r}"
    if not isinstance(header.get("kid"), str) or not header.get("kid"):
        yield "header kid is missing"


def claim_faults(contract: Contract, claims: Claims) -> Iterator[str]:
    """Compare the claims of an issued token with the contract."""
    token = contract.token
    for claim in CLAIMS:
        if claim.required and claims.get(claim.name) in (None, ""):
            yield f"{claim.name} is missing"
    same = {"iss": token.issuer, "aud": token.audience, "client_id": token.client}
    for name, value in same.items():
        if name in claims and claims[name] != value:
            yield f"{name} is {claims[name]!r} instead of {value!r}"
    if contract.roles and not isinstance(claims.get(token.roles_claim), list):
        yield f"{token.roles_claim} is not a list"


def time_faults(contract: Contract, claims: Claims) -> Iterator[str]:
    """Compare the lifetime of an issued token with the contract."""
    issued, end, agreed = claims.get("iat"), claims.get("exp"), contract.token.lifetime
    if not isinstance(issued, int | float) or not isinstance(end, int | float):
        yield "iat and exp are not both numbers"
    elif end - issued > agreed:
        yield f"it lives {end - issued} s instead of {agreed} s"


def attempt(case: Case) -> Attempt:
    """Fetch a token and compare it with the contract."""
    response = yield case.at_issuer("POST", "/api-token", cookie=case.alice.cookie)
    token = token_in(response)
    if not token:
        return inconclusive(f"No token was issued: {response.status}.", response)
    claims = payload_of(token)
    found = [
        *header_faults(case.contract, header_of(token)),
        *claim_faults(case.contract, claims),
        *time_faults(case.contract, claims),
    ]
    if found:
        return broken(f"In the issued token {'; '.join(found)}.", response)
    return held("The issued token has the agreed header, claims and lifetime.", response)


PROBE = Probe(
    requirement="token:required-claims",
    summary="Compares a freshly issued token with the contract.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/api-token"),
)
