from authpact.probe._case import Case
from authpact.probe._forge import foreign
from authpact.probe._judge import present
from authpact.probe._probe import Attempt, Probe

_FAMILIES = ("HS256", "EdDSA", "ES256", "RS256", "PS256")
_SIBLINGS = {"HS256": ("HS384", "HS512"), "RS256": ("RS512", "PS256"), "PS256": ("RS256", "PS512")}


def forgeries(case: Case) -> dict[str, str]:
    """Sign tokens with foreign keys of every algorithm, and with the right key and another one."""
    agreed = case.contract.token.algorithm
    tokens: dict[str, str] = {}
    for algorithm in _FAMILIES:
        key = foreign(algorithm, case.known_key_id)
        tokens[f"{algorithm} with a foreign key"] = key.sign(case.good)
        if algorithm == agreed:
            lower = key.header(alg=algorithm.lower())
            tokens[f"alg {algorithm.lower()}"] = key.sign(case.good, lower)
    if case.signing:
        for algorithm in _SIBLINGS.get(agreed, ()):
            sibling = case.signer.as_algorithm(algorithm)
            tokens[f"{algorithm} with the right key"] = sibling.sign(case.good)
        small = case.signer.header(alg=agreed.lower())
        tokens["the right key, alg in small letters"] = case.signer.sign(case.good, small)
        tokens["the right key, alg as a list"] = case.signer.sign(
            case.good, case.signer.header(alg=[agreed])
        )
    return tokens


def attempt(case: Case) -> Attempt:
    """Present tokens signed otherwise than agreed."""
    return present(case, forgeries(case), "All {count} other signatures got 401.")


PROBE = Probe(
    requirement="algorithm:pinned",
    summary="Presents tokens signed with another algorithm or another key.",
    attempt=attempt,
)
