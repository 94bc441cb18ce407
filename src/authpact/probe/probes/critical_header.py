from authpact.probe._case import Case
from authpact.probe._forge import encode, segment
from authpact.probe._judge import present
from authpact.probe._messages import Claims
from authpact.probe._probe import Attempt, Need, Probe


def forgeries(case: Case) -> dict[str, str]:
    """Sign tokens whose header asks for an extension (RFC 7515 section 4.1.11, RFC 7797)."""
    signer = case.signer
    headers: dict[str, Claims] = {
        "crit of an unknown extension": signer.header(
            crit=["http://x.example"], **{"http://x.example": 1}
        ),
        "crit empty": signer.header(crit=[]),
        "crit as text": signer.header(crit="exp"),
        "crit null": signer.header(crit=None),
        "crit b64": signer.header(crit=["b64"], b64=True),
        "b64 false without crit": signer.header(b64=False),
        "zip": signer.header(zip="DEF"),
    }
    tokens = {k: signer.sign(case.good, header) for k, header in headers.items()}
    plain = segment(signer.header(crit=["b64"], b64=False))
    tokens["b64 false with crit"] = signer.sign_parts(plain, segment(case.good))
    tokens["zip with a compressed payload"] = signer.sign_parts(
        segment(signer.header(zip="DEF")), encode(b"\x03\x00")
    )
    return tokens


def attempt(case: Case) -> Attempt:
    """Present well signed tokens that ask for header extensions."""
    return present(case, forgeries(case), "All {count} header extensions got 401.")


PROBE = Probe(
    requirement="token:critical-header",
    summary="Presents well signed tokens with `crit`, `b64` or `zip` in the header.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
)
