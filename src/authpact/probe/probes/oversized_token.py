from authpact.probe._case import Case
from authpact.probe._judge import one_of, present
from authpact.probe._probe import Attempt, Probe

# 64 KB in decimal: below the 64 KiB at which common HTTP servers cut a request themselves,
# so that the API has to refuse.
_SIZE = 64_000


def attempt(case: Case) -> Attempt:
    """Present a token that is valid but for its size, where it can be signed, else a padded one."""
    head, body, signature = case.alice.token.split(".")
    tokens = {"64 KB payload": f"{head}.{body}{'A' * (_SIZE - len(case.alice.token))}.{signature}"}
    if case.signing:
        room = (_SIZE - len(case.alice.token) - 200) * 3 // 4
        tokens["64 KB, well signed"] = case.signer.sign({**case.good, "padding": "x" * room})
    good = "A token of 64 KB was refused, well signed or not."
    return present(case, tokens, good, one_of(400, 401, 431))


PROBE = Probe(
    requirement="token:size",
    summary="Presents a token of 64 KB.",
    attempt=attempt,
)
