import json

from authpact.probe._case import NO_TOKEN, Case
from authpact.probe._forge import encode, segment
from authpact.probe._judge import Tally, one_of
from authpact.probe._messages import Json
from authpact.probe._probe import Attempt, Probe

_DEPTH = 3000


def hostile_values(case: Case) -> dict[str, bytes]:
    """Write Authorization values that break careless parsers."""
    head, body, signature = case.alice.token.split(".")
    deep = b"[" * _DEPTH + b"]" * _DEPTH
    huge = b'{"exp":1' + b"0" * 5000 + b"}"
    nested = b'{"alg":' + deep + b"}"
    hidden: Json = {"alg": case.contract.token.algorithm, "typ": "at+jwt", "kid": "a\x00\ud800\n"}
    lone = json.dumps({**case.good, "sub": "\ud800"}).encode()
    tokens = {
        "deeply nested header": f"{encode(nested)}.{body}.{signature}",
        "deeply nested payload": f"{head}.{encode(deep)}.{signature}",
        "invalid UTF-8 in the header": f"{encode(bytes([123, 255, 254]))}.{body}.{signature}",
        "invalid UTF-8 in the payload": f"{head}.{encode(bytes([123, 255, 254]))}.{signature}",
        "control characters in kid": f"{segment(hidden)}.{body}.{signature}",
        "ten thousand dots": "." * 10_000,
        "a huge number": f"{head}.{encode(huge)}.{signature}",
        "a lone surrogate in sub": f"{head}.{encode(lone)}.{signature}",
        "percent escapes": "%00%0d%0a.%ff.%fe",
    }
    if case.signing:
        signer = case.signer
        text = json.dumps(case.good).encode()
        tokens["well signed, deeply nested"] = signer.sign_text(text[:-1] + b',"x":' + deep + b"}")
        tokens["well signed, a huge number"] = signer.sign_text(
            json.dumps({**case.good, "exp": 0})
            .replace('"exp": 0', '"exp": 1' + "0" * 5000)
            .encode()
        )
        tokens["well signed, invalid UTF-8"] = signer.sign_text(text[:-1] + b',"x":"\xff"}')
    values = {label: b"Bearer " + token.encode() for label, token in tokens.items()}
    values["bytes that are no text"] = b"Bearer \xff\xfe\xfd"
    values["the scheme alone"] = b"Bearer"
    return values


def attempt(case: Case) -> Attempt:
    """Send what breaks careless parsers."""
    tally, ask = Tally(), one_of(400, 401)
    for label, value in hostile_values(case).items():
        response = yield case.call(token=NO_TOKEN).header("Authorization", value).labelled(label)
        tally.note(label, ask(response), response)
    return tally.judge(f"All {tally.count} hostile inputs got 400 or 401.")


PROBE = Probe(
    requirement="error:fail-closed",
    summary="Sends deep nesting, control characters, invalid UTF-8 and huge numbers.",
    attempt=attempt,
)
