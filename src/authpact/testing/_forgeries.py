"""Tokens that every API must refuse, each wrong in one way."""

import base64
import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from authpact.testing._issuer import OMIT, LocalIssuer


def forgeries(
    issuer: LocalIssuer, subject: str = "user-1", roles: Iterable[str] = ()
) -> Mapping[str, str]:
    """Return forged tokens by what is wrong with them; the rest of each is what the issuer signs.

    An API that answers anything but 401 to one of them is open.
    """
    roles = list(roles)
    token = issuer.contract.token
    good = issuer.token(subject, roles)
    header, payload, signature = good.split(".")
    stranger = LocalIssuer(issuer.contract, key_id=issuer.key_id)
    claims = _read(payload)
    changed = {**claims, "sub": f"{subject}-2"}
    signed: dict[str, dict[str, object]] = {
        "another audience": {"aud": f"{token.audience}/other"},
        "another issuer": {"iss": f"{token.issuer}/other"},
        "another client": {"client_id": f"{token.client}-2"},
        "expired long ago": {"iat": 1, "exp": 2},
        "no expiry": {"exp": OMIT},
        "a life longer than agreed": {"exp": claims["iat"] + 10 * token.lifetime},
        "no subject": {"sub": OMIT},
        "the subject is no text": {"sub": 1},
    }
    if issuer.contract.tenant_claim:
        signed["the organization is no text"] = {issuer.contract.tenant_claim: [subject]}
    return MappingProxyType(
        {
            "signed by somebody else": stranger.token(subject, roles),
            "claims changed after signing": f"{header}.{_write(changed)}.{signature}",
            "no signature": f"{header}.{payload}.",
            "algorithm none": f"{_write({**_read(header), 'alg': 'none'})}.{payload}.",
            "padded": f"{good}=",
            "unknown key": issuer.token(subject, roles, header={"kid": "unknown"}),
            "the type of another token": issuer.token(subject, roles, header={"typ": "JWT"}),
            **{
                name: issuer.sign({**claims, **members}, typ=token.type)
                for name, members in signed.items()
            },
        }
    )


def _read(part: str) -> dict[str, int]:
    members: dict[str, int] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return members


def _write(members: Mapping[str, object]) -> str:
    raw = json.dumps(members, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
