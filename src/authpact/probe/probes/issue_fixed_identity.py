from authpact.probe._case import Case
from authpact.probe._forge import payload_of
from authpact.probe._judge import Tally
from authpact.probe._people import token_in
from authpact.probe._places import at_issuer
from authpact.probe._probe import Attempt, Need, Probe, inconclusive

_FORGED = (
    ("Host", (("Host", "evil.example"),)),
    ("X-Forwarded-Host", (("X-Forwarded-Host", "evil.example"),)),
    ("X-Forwarded-Proto", (("X-Forwarded-Proto", "https"),)),
    (
        "X-Forwarded-Host and -Proto",
        (("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https")),
    ),
)


def attempt(case: Case) -> Attempt:
    """Ask for tokens under forged host headers and read `iss` and `aud`."""
    plain = yield case.at_issuer("POST", "/api-token", cookie=case.alice.cookie)
    if not token_in(plain):
        return inconclusive(f"No token was issued: {plain.status}.", plain)
    tally = Tally()
    right = (case.contract.token.issuer, case.contract.token.audience)
    for label, headers in _FORGED:
        request = case.at_issuer("POST", "/api-token", cookie=case.alice.cookie)
        for name, value in headers:
            request = request.header(name, value)
        response = yield request.labelled(f"forged {label}")
        token = token_in(response)
        claims = payload_of(token)
        given = (claims.get("iss"), claims.get("aud"))
        fault = (
            f"the token says iss {given[0]!r}, aud {given[1]!r}" if token and given != right else ""
        )
        tally.note(f"forged {label}", fault, response)
    return tally.judge("Forged host headers change neither `iss` nor `aud`.")


PROBE = Probe(
    requirement="issue:fixed-identity",
    summary="Asks the issuer for tokens under forged host headers.",
    attempt=attempt,
    needs=frozenset({Need.ISSUER}),
    endpoints=at_issuer("POST", "/api/auth/api-token"),
)
