import re

from authpact.probe._case import NO_TOKEN, Case
from authpact.probe._forge import encode, foreign, segment
from authpact.probe._judge import UNAUTHORIZED, Tally
from authpact.probe._messages import Response
from authpact.probe._probe import Attempt, Probe, inconclusive

# What the libraries of this trade say, and what a traceback looks like.
_LIBRARY_TEXT = re.compile(
    r"Traceback|File \"|site-packages|\.py\b|Exception\b|[a-z]Error\b|bad_signature|DecodeError"
    r"|Signature verification failed|Not enough segments|Invalid header (?:string|padding)"
    r"|Invalid (?:payload|crypto) padding|Signature has expired|specified alg value"
    r"|Expecting value|codec can't decode|JWSSignatureFinal|joserfc|jose\.|PyJWT|pyjwt"
    r"|Invalid (?:audience|issuer)|doesn't match|Token is missing the"
)
_PIECE = 24
BAD_REQUEST = 400


def leak(sent: str, response: Response) -> str:
    """Say what an answer gives away: a piece of what was sent, or the text of a library."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers)
    text = f"{headers}\n{response.text}"
    pieces = (part[i : i + _PIECE] for part in sent.split(".") for i in range(0, len(part), _PIECE))
    if any(len(piece) == _PIECE and piece in text for piece in pieces):
        return "repeats a part of the token"
    found = _LIBRARY_TEXT.search(text)
    return f"shows the text {found[0]!r}" if found else ""


def forgeries(case: Case) -> dict[str, str]:
    """Make one token for each kind of error a library can meet."""
    token = case.caller(case.endpoint).token
    head, body, signature = token.split(".")
    tokens = {
        "not a token": "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
        "two parts": f"{head}.{body}",
        "not base64": f"{head}.!!!!.{signature}",
        "not JSON": f"{encode(b'not json at all')}.{body}.{signature}",
        "not UTF-8": f"{head}.{encode(bytes([255, 254]))}.{signature}",
        "no key": f"{segment({'alg': 'RS256', 'kid': 'nobody'})}.{body}.{signature}",
        "foreign signature": foreign(case.contract.token.algorithm, case.known_key_id).sign(
            case.good
        ),
    }
    if case.signing:
        end = case.now - 3600
        tokens["expired"] = case.signer.sign({**case.good, "iat": end - 60, "exp": end})
        tokens["foreign audience"] = case.signer.sign({**case.good, "aud": "https://e.example"})
        tokens["foreign issuer"] = case.signer.sign({**case.good, "iss": "https://e.example"})
        tokens["exp is text"] = case.signer.sign({**case.good, "exp": "tomorrow"})
    return tokens


def attempt(case: Case) -> Attempt:
    """Get refused for every kind of error and read what the answers give away."""
    tally, refused = Tally(), 0
    for label, token in {**forgeries(case), "no token": NO_TOKEN}.items():
        response = yield case.call(token=token).labelled(label)
        tally.note(label, leak(token, response), response)
        refused += response.status in {BAD_REQUEST, UNAUTHORIZED}
    if not tally.faults and not refused:
        return inconclusive("Nothing was refused, so no refusal could be read.")
    return tally.judge(f"None of {tally.count} refusals gave anything away.")


PROBE = Probe(
    requirement="error:no-leak",
    summary="Reads refusals for tokens, stacks and the text of libraries.",
    attempt=attempt,
)
