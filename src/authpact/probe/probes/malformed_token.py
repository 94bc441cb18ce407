import json

from authpact.probe._case import Case
from authpact.probe._forge import encode, segment
from authpact.probe._judge import invalid_token, present
from authpact.probe._probe import Attempt, Probe

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def other_last_character(text: str) -> str:
    """Change bits of the last character that no byte uses (RFC 4648 section 3.5)."""
    return text[:-1] + _ALPHABET[_ALPHABET.index(text[-1]) ^ 1]


def bent(token: str) -> dict[str, str]:
    """Bend a valid token out of its one canonical form."""
    head, body, signature = token.split(".")
    general = {"payload": body, "signatures": [{"protected": head, "signature": signature}]}
    flattened = {"payload": body, "protected": head, "signature": signature}
    forms = {
        "no dot": "not-a-token",
        "two parts": f"{head}.{body}",
        "four parts": f"{token}.{signature}",
        "five parts": f"{head}.{body}.{signature}.{body}.{signature}",
        "a final dot": f"{token}.",
        "an empty payload": f"{head}..{signature}",
        "padding after the signature": f"{token}=",
        "double padding after the signature": f"{token}==",
        "padding in the payload": f"{head}.{body}=.{signature}",
        "a blank inside": f"{head}.{body[:9]} {body[9:]}.{signature}",
        "a foreign character": f"{head}.{body}.!{signature[1:]}",
        "two tokens": f"{token},{token}",
        "JSON, flattened": json.dumps(flattened),
        "JSON, general": json.dumps(general),
    }
    if len(signature) % 4:
        forms["unused bits set"] = f"{head}.{body}.{other_last_character(signature)}"
    if set("-_") & set(signature):
        plain = signature.replace("-", "+").replace("_", "/")
        forms["standard base64"] = f"{head}.{body}.{plain}"
    return forms


def signed_nonsense(case: Case) -> dict[str, str]:
    """Sign payloads and headers that are not one JSON object with unique names in UTF-8."""
    signer, claims = case.signer, case.good
    text = json.dumps(claims)
    head = json.dumps(signer.header())
    twice = f'{text[:-1]}, "sub": {json.dumps(case.bob.subject)}}}'
    body = segment(claims)
    return {
        "payload in UTF-16": signer.sign_text(text.encode("utf-16")),
        "payload with a byte order mark": signer.sign_text(text.encode("utf-8-sig")),
        "payload a list": signer.sign_text(json.dumps([claims]).encode()),
        "payload a text": signer.sign_text(b'"' + case.alice.subject.encode() + b'"'),
        "payload not JSON": signer.sign_text(b"not json"),
        "payload followed by text": signer.sign_text(text.encode() + b" {}"),
        "claim sub twice": signer.sign_text(twice.encode()),
        "header alg twice": signer.sign_parts(encode(f'{{"alg":"none",{head[1:]}'.encode()), body),
        "header a list": signer.sign_parts(encode(f"[{head}]".encode()), body),
        "header not JSON": signer.sign_parts(encode(b"not json"), body),
    }


def attempt(case: Case) -> Attempt:
    """Present tokens that are not in the one canonical compact form."""
    tokens = bent(case.caller(case.endpoint).token)
    if case.signing:
        tokens |= signed_nonsense(case)
    return present(
        case, tokens, "All {count} malformed tokens got 401 invalid_token.", invalid_token
    )


PROBE = Probe(
    requirement="token:shape",
    summary="Presents tokens with parts missing, padding, blanks, other JSON or duplicate names.",
    attempt=attempt,
)
