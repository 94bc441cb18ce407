import json

from authpact.probe._case import Case
from authpact.probe._judge import present
from authpact.probe._messages import Json
from authpact.probe._probe import Attempt, Need, Probe


def forgeries(case: Case) -> dict[str, str]:
    """Sign tokens whose times are not JSON numbers of seconds (RFC 7519 section 2)."""
    end = case.now + case.contract.token.lifetime
    ends: dict[str, Json] = {
        "numeric text": str(end),
        "a word": "tomorrow",
        "an ISO date": "2999-01-01T00:00:00Z",
        "milliseconds": end * 1000,
        "null": None,
        "true": True,
        "a list": [end],
        "1e308": 1e308,
        "negative": -1,
    }
    tokens = {f"exp {k}": case.signer.sign({**case.good, "exp": v}) for k, v in ends.items()}
    tokens["iat numeric text"] = case.signer.sign({**case.good, "iat": str(case.now)})
    for name, value in (("NaN", float("nan")), ("Infinity", float("inf"))):
        text = json.dumps({**case.good, "exp": value}).encode()
        tokens[f"exp {name}"] = case.signer.sign_text(text)
    return tokens


def attempt(case: Case) -> Attempt:
    """Present well signed tokens with times in every wrong shape."""
    return present(case, forgeries(case), "All {count} malformed times got 401.")


PROBE = Probe(
    requirement="token:numeric-dates",
    summary="Presents well signed tokens whose `exp` is text, milliseconds or not finite.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
)
