from authpact.probe._case import Case
from authpact.probe._forge import segment
from authpact.probe._judge import present
from authpact.probe._messages import Json
from authpact.probe._probe import Attempt, Probe

_SPELLINGS: tuple[Json, ...] = (
    "none",
    "None",
    "NONE",
    "nOnE",
    "none ",
    "\uff4eone",
    "",
    None,
    ["none"],
)


def forgeries(case: Case) -> dict[str, str]:
    """Write tokens whose algorithm is `none` in every spelling (RFC 8725bis section 3.2)."""
    payload = segment(case.good)
    signature = case.alice.token.rpartition(".")[2]
    kid = case.known_key_id
    tokens: dict[str, str] = {}
    for spelling in _SPELLINGS:
        header = segment({"alg": spelling, "typ": "at+jwt", "kid": kid})
        tokens[f"alg {spelling!r}"] = f"{header}.{payload}."
    header = segment({"alg": "none", "typ": "at+jwt", "kid": kid})
    tokens["alg none with an old signature"] = f"{header}.{payload}.{signature}"
    tokens["no alg"] = f"{segment({'typ': 'at+jwt', 'kid': kid})}.{payload}."
    return tokens


def attempt(case: Case) -> Attempt:
    """Present tokens that nobody signed."""
    return present(case, forgeries(case), "All {count} unsigned tokens got 401.")


PROBE = Probe(
    requirement="algorithm:none-refused",
    summary="Presents tokens whose algorithm is `none`, however it is spelled.",
    attempt=attempt,
)
