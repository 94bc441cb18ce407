"""The claims of an access token: one row each (RFC 7519 section 4.1, RFC 9068 section 2.2)."""

from dataclasses import dataclass
from typing import Final, Literal

ClaimShape = Literal["text", "seconds", "audience", "texts", "object"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One row: the shape of the value, whether a token must carry it, and what it is for."""

    name: str
    shape: ClaimShape
    required: bool
    purpose: str
    source: str


CLAIMS: Final = (
    Claim("iss", "text", True, "the one issuer the API trusts, compared exactly", "RFC 7519 4.1.1"),
    Claim("sub", "text", True, "the canonical user id: the Better Auth user id", "RFC 7519 4.1.2"),
    Claim("aud", "audience", True, "the API the token is meant for", "RFC 7519 4.1.3"),
    Claim("exp", "seconds", True, "the moment from which the token is refused", "RFC 7519 4.1.4"),
    Claim("iat", "seconds", True, "the moment of issuance; bounds the lifetime", "RFC 7519 4.1.6"),
    Claim(
        "jti", "text", True, "a unique id of the token, for logs and revocation", "RFC 7519 4.1.7"
    ),
    Claim("client_id", "text", True, "the frontend the token was issued to", "RFC 9068 2.2"),
    Claim("sid", "text", True, "the Better Auth session behind the token", "OIDC Front-Channel 3"),
    Claim(
        "nbf", "seconds", False, "not accepted before this moment, when present", "RFC 7519 4.1.5"
    ),
    Claim("act", "object", False, "the administrator who impersonates the subject", "RFC 8693 4.1"),
)
"""Every registered claim the issuer may set; the roles claim is named by the contract."""

REGISTERED: Final = frozenset(claim.name for claim in CLAIMS)
"""Names that extra claims and the roles claim must not take."""

ROLES_PURPOSE: Final = "the roles of the user at the moment of issuance"
