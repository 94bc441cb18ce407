from authpact.probe._case import Case
from authpact.probe._forge import without
from authpact.probe._judge import present
from authpact.probe._messages import Json
from authpact.probe._probe import Attempt, Need, Probe


def forgeries(case: Case) -> dict[str, str]:
    """Sign tokens of every other kind: ID token, logout token, session cache, plain JWT."""
    types: dict[str, Json] = {
        "plain JWT": "JWT",
        "ID token": "id+jwt",
        "logout token": "logout+jwt",
        "session cache": "better-auth.session-cache+jwt",
        "empty": "",
        "null": None,
        "a list": ["at+jwt"],
        "near miss": "at+jwt2",
    }
    signer = case.signer
    tokens = {f"typ {k}": signer.sign(case.good, signer.header(typ=v)) for k, v in types.items()}
    return {**tokens, "no typ": signer.sign(case.good, without(signer.header(), "typ"))}


def attempt(case: Case) -> Attempt:
    """Present well signed tokens that are not access tokens."""
    return present(case, forgeries(case), "All {count} tokens of another type got 401.")


PROBE = Probe(
    requirement="token:type",
    summary="Presents well signed tokens whose `typ` is not that of an access token.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
)
