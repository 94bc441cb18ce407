import base64
import binascii

from authpact.probe._case import Case
from authpact.probe._forge import decode, keyed_with
from authpact.probe._judge import present
from authpact.probe._messages import Claims
from authpact.probe._probe import Attempt, Probe

# The development default that Better Auth publishes, and what an unset variable turns into.
_PUBLISHED = {
    "Better Auth's published default": "better-auth-secret-12345678901234567890",
    "`secret`": "secret",
    "`undefined`": "undefined",
    "the empty key": "",
    "`your-secret-key`": "your-secret-key",
    "`changeme`": "changeme",
}


def readings(secret: str) -> dict[str, bytes]:
    """Return the bytes that the two sides may take a text for."""
    forms = {"as text": secret.encode()}
    for label, read in (("base64url", decode), ("base64", base64.b64decode)):
        try:
            forms[f"as {label}"] = read(secret)
        except (ValueError, binascii.Error):
            continue
    return forms


def attempt(case: Case) -> Attempt:
    """Present tokens signed with the secret of Better Auth itself and with published ones."""
    secrets = dict(_PUBLISHED)
    if case.auth_secret:
        secrets["BETTER_AUTH_SECRET"] = case.auth_secret
    header: Claims = {"alg": "HS256", "typ": "at+jwt", "kid": case.known_key_id}
    bare: Claims = {"alg": "HS256", "typ": "at+jwt"}
    tokens: dict[str, str] = {}
    for name, secret in secrets.items():
        for form, key in readings(secret).items():
            tokens[f"{name} {form}"] = keyed_with(key, case.good, header)
        tokens[f"{name}, no kid"] = keyed_with(secret.encode(), case.good, bare)
    known = "" if case.auth_secret else " (BETTER_AUTH_SECRET itself is not known here)"
    return present(case, tokens, f"All {{count}} tokens of shared secrets got 401{known}.")


PROBE = Probe(
    requirement="key:dedicated",
    summary="Presents tokens signed with BETTER_AUTH_SECRET and with published secrets.",
    attempt=attempt,
)
