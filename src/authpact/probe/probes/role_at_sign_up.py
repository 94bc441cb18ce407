import json

from authpact.probe._case import Case
from authpact.probe._forge import payload_of
from authpact.probe._judge import told
from authpact.probe._messages import Json
from authpact.probe._people import cookie_of, new_account, token_in
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe, broken, held, inconclusive

_REFUSALS = frozenset({400, 403, 422})


def attempt(case: Case) -> Attempt:
    """Sign up with the strongest role of the contract in the body."""
    role = max(case.contract.roles, key=lambda name: len(case.contract.roles[name].permissions))
    body: dict[str, Json] = {**new_account(), "role": role, "roles": [role]}
    signed_up = yield case.at_issuer("POST", "/sign-up/email").json(body)
    if signed_up.status in _REFUSALS:
        return held(f"Sign-up with a role was refused with {signed_up.status}.", signed_up)
    if not signed_up.succeeded:
        return inconclusive(f"Sign-up with a role {told(signed_up)}.", signed_up)
    issued = yield case.at_issuer("POST", "/api-token", cookie=cookie_of(signed_up))
    if not token_in(issued):
        return inconclusive("The new user got no token to read.", issued)
    given = payload_of(token_in(issued)).get(case.contract.token.roles_claim)
    if json.dumps(role) in json.dumps(given):
        return broken(f"A user who asked for {role!r} at sign-up got it.", signed_up, issued)
    return held("The role in the sign-up was ignored.", signed_up, issued)


PROBE = Probe(
    requirement="token:roles",
    summary="Signs up with a role in the body and reads the roles of the token.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/sign-up/email"),
)
