"""Logout tokens: the claims of OpenID Connect Back-Channel Logout 1.0, section 2.4.

They come from the same issuer, for the same audience, under the same keys; the type sets them
apart, so that neither kind of token can stand in for the other (8725bis 3.11).
"""

from typing import Final

from authpact.errors import TokenInvalid
from authpact.verify._claims import ClaimRules, Claims, check_shapes, seconds, text
from authpact.verify._revocation import Logout

TYPE: Final = "logout+jwt"
EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_LIFE: Final = 120
_REQUIRED: Final = frozenset({"iss", "aud", "iat", "exp", "jti", "events"})


def read_logout(rules: ClaimRules, claims: Claims, now: float) -> Logout:
    """Check the claims of a logout token. Raises TokenInvalid."""
    if not claims.keys() >= _REQUIRED:
        raise TokenInvalid("a required claim is missing")
    if "nonce" in claims:
        raise TokenInvalid("a logout token has no nonce")
    check_shapes(claims)
    rules.check_parties(claims)
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise TokenInvalid("the events do not name a back-channel logout")
    if not {"sid", "sub"} & claims.keys():
        raise TokenInvalid("neither a session nor a subject is named")
    _check_times(seconds(claims, "iat"), seconds(claims, "exp"), now, rules.contract.token.leeway)
    return Logout(
        session_id=text(claims, "sid") if "sid" in claims else None,
        subject=text(claims, "sub") if "sub" in claims else None,
        issued_at=seconds(claims, "iat"),
    )


def _check_times(issued: float, expires: float, now: float, leeway: float) -> None:
    if not issued - leeway <= now < expires + leeway:
        raise TokenInvalid("the logout token is not valid now")
    if not 0 < expires - issued <= _LONGEST_LIFE:
        raise TokenInvalid("the logout token lives longer than two minutes")
