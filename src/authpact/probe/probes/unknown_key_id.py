from authpact.probe._case import Case
from authpact.probe._forge import keyed_with, without
from authpact.probe._judge import present
from authpact.probe._messages import Json
from authpact.probe._probe import Attempt, Need, Probe


def forgeries(case: Case) -> dict[str, str]:
    """Sign tokens with the right key under every wrong id, and with no key under a path."""
    signer = case.signer
    names: dict[str, Json] = {
        "unknown": "unknown-key",
        "longer": f"{signer.key_id}2",
        "empty": "",
        "null": None,
        "a number": 0,
        "a list": [signer.key_id],
        "an object": {"kid": signer.key_id},
        "a path": "../../../../dev/null",
        "SQL": "x' UNION SELECT 'a';--",
        "a shell command": "x|id",
        "an address": "http://127.0.0.1:9/key",
    }
    tokens = {f"kid {k}": signer.sign(case.good, signer.header(kid=v)) for k, v in names.items()}
    tokens["no kid"] = signer.sign(case.good, without(signer.header(), "kid"))
    hostile: Json = "../../../../dev/null"
    header = {"alg": "HS256", "typ": "at+jwt", "kid": hostile}
    tokens["kid a path, empty key"] = keyed_with(b"", case.good, header)
    return tokens


def attempt(case: Case) -> Attempt:
    """Present tokens under key ids nobody configured."""
    return present(case, forgeries(case), "All {count} foreign key ids got 401.")


PROBE = Probe(
    requirement="key:by-id",
    summary="Presents well signed tokens under unknown, hostile and missing key ids.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
)
