"""In what an issued token departs from the contract; read without verifying anything."""

from collections.abc import Iterator

from authpact.contract import CLAIMS, Contract
from authpact.probe._forge import header_of, payload_of
from authpact.probe._messages import Claims


def departures(contract: Contract, token: str) -> list[str]:
    """Return every difference between a token and the contract, as half sentences."""
    header, claims = header_of(token), payload_of(token)
    return [
        *_in_header(contract, header),
        *_in_claims(contract, claims),
        *_in_lifetime(contract, claims),
    ]


def _in_header(contract: Contract, header: Claims) -> Iterator[str]:
    expected = {"alg": contract.token.algorithm, "typ": contract.token.type}
    for name, value in expected.items():
        if header.get(name) != value:
            yield f"header {name} is {header.get(name)!r} instead of {value!r}"
    if not isinstance(header.get("kid"), str) or not header.get("kid"):
        yield "header kid is missing"


def _in_claims(contract: Contract, claims: Claims) -> Iterator[str]:
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
    tenant = contract.tenant_claim
    if tenant in claims and (not isinstance(claims[tenant], str) or not claims[tenant]):
        yield f"{tenant} is not the id of an organization"


def _in_lifetime(contract: Contract, claims: Claims) -> Iterator[str]:
    issued, end, agreed = claims.get("iat"), claims.get("exp"), contract.token.lifetime
    if not isinstance(issued, int | float) or not isinstance(end, int | float):
        yield "iat and exp are not both numbers"
    elif end - issued > agreed:
        yield f"it lives {end - issued} s instead of {agreed} s"
