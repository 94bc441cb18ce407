from authpact.probe._case import Case
from authpact.probe._forge import decode, encode, header_of, payload_of, segment
from authpact.probe._judge import present
from authpact.probe._messages import Claims
from authpact.probe._places import every_protected
from authpact.probe._probe import Attempt, Probe


def forgeries(case: Case) -> dict[str, str]:
    """Change one thing in a valid token: a claim, the header or the signature."""
    token = case.caller(case.endpoint).token
    head, body, signature = token.split(".")
    claims, raw = payload_of(token), decode(signature)
    roles: Claims = {case.contract.token.roles_claim: [*case.contract.roles, "admin"]}
    other = case.bob.token.split(".")
    return {
        "another subject": f"{head}.{segment({**claims, 'sub': case.bob.subject})}.{signature}",
        "more roles": f"{head}.{segment({**claims, **roles})}.{signature}",
        "a later end": f"{head}.{segment({**claims, 'exp': case.now + 800})}.{signature}",
        "another header": f"{segment({**header_of(token), 'x': 1})}.{body}.{signature}",
        "signature of another token": f"{head}.{body}.{other[2]}",
        "payload of another token": f"{head}.{other[1]}.{signature}",
        "one bit flipped": f"{head}.{body}.{encode(bytes([raw[0] ^ 1]) + raw[1:])}",
        "signature cut to half": f"{head}.{body}.{encode(raw[: len(raw) // 2])}",
        "signature longer by a byte": f"{head}.{body}.{encode(raw + bytes(1))}",
        "signature of zeros": f"{head}.{body}.{encode(bytes(len(raw)))}",
        "no signature": f"{head}.{body}.",
    }


def attempt(case: Case) -> Attempt:
    """Present valid tokens in which something was changed."""
    return present(case, forgeries(case), "All {count} changed tokens got 401.")


PROBE = Probe(
    requirement="signature:verified-first",
    summary="Presents a valid token whose claims, header or signature were changed.",
    attempt=attempt,
    endpoints=every_protected,
)
