from authpact.probe._case import Case
from authpact.probe._forge import without
from authpact.probe._judge import present
from authpact.probe._messages import Json
from authpact.probe._probe import Attempt, Need, Probe


def forgeries(case: Case) -> dict[str, str]:
    """Sign tokens with every issuer but the right one."""
    right = case.contract.token.issuer
    issuers: dict[str, Json] = {
        "another issuer": "https://issuer.example",
        "with a final slash": f"{right}/",
        "with a path": f"{right}/api/auth",
        "that begins with the right one": f"{right}.elsewhere.example",
        "shorter by one character": right[:-1],
        "in capitals": right.upper(),
        "as a list": [right],
        "null": None,
        "an empty text": "",
    }
    tokens = {f"issuer {k}": case.signer.sign({**case.good, "iss": v}) for k, v in issuers.items()}
    return {**tokens, "no issuer": case.signer.sign(without(case.good, "iss"))}


def attempt(case: Case) -> Attempt:
    """Present well signed tokens of another issuer, and near misses of the right one."""
    return present(case, forgeries(case), "All {count} foreign issuers got 401.")


PROBE = Probe(
    requirement="token:issuer",
    summary="Presents well signed tokens whose issuer is not the agreed one.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
)
