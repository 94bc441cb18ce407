"""The verifier: bytes of a stranger in, a principal or a refusal out.

Why this is safe, in the order of the code. Each step may trust only what the steps before it
established, and any step may end in a refusal but none in anything else.

1. Gate. Size, alphabet, exactly three parts, one spelling (no padding, no stray bits). The header
   is one JSON object; its `alg` is the contract's, its `typ` sets access tokens apart from every
   other token of the same issuer, and no member changes what is signed or brings a key along.
   Nothing is trusted yet: the header only had to be the one header we accept.
2. Key. The key id selects among configured keys. A key is bound to its algorithm, so neither the
   token nor the key set can choose another one.
3. Signature. Over exactly the bytes that came, before any claim is read. From here on the text is
   the issuer's; it is still not known to be an access token for this API.
4. Claims as JSON. UTF-8, unique names, finite numbers, bounded depth: no two readers can
   understand these claims differently.
5. Claims as statements. All required ones, in their shapes; issuer, audience and client exactly
   ours; issued in the past; no longer life than agreed. The end of the life is judged last, so
   `TokenExpired` says: this was a good token, ask for a new one.
6. Revocation. The session behind the token was not ended.

A token that passed 1 to 5 is remembered by the digest of all of its bytes until it ends or a key
changes; 6 is asked every time. Canonical encoding (1) is what makes one token one digest.

Without keys there is no verifier that accepts: `KeysUnavailable` is a refusal too.

Requirements: signature:verified-first, error:fail-closed.
"""

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from authpact.contract import Contract
from authpact.errors import TokenInvalid, TokenRevoked
from authpact.verify import _gate
from authpact.verify._cache import Remembered, VerifiedTokens
from authpact.verify._claims import ClaimRules, Claims, seconds
from authpact.verify._keys import KeySource
from authpact.verify._logout import TYPE as LOGOUT_TYPE
from authpact.verify._logout import read_logout
from authpact.verify._principal import Principal
from authpact.verify._revocation import Logout, RevocationStore

_KNOWN_HEADERS: Final = 16


class Verifier:
    """Verifies access tokens of one contract.

    `issuer` and `audience` replace the contract's for one deployment. `clock` gives epoch seconds.
    Safe to share between threads and tasks; it never waits for a network.
    """

    def __init__(  # one contract, one key source, and what a deployment replaces
        self,
        contract: Contract,
        keys: KeySource,
        *,
        issuer: str | None = None,
        audience: str | None = None,
        revocations: RevocationStore | None = None,
        clock: Callable[[], float] = time.time,  # noqa: TID251  # the default of the parameter
    ) -> None:
        self.contract = contract
        self.keys = keys
        self._rules = ClaimRules(
            contract, issuer or contract.token.issuer, audience or contract.token.audience
        )
        self._revocations = revocations
        self._clock = clock
        self._tokens = VerifiedTokens()
        self._key_ids: dict[tuple[bytes, str], str] = {}

    def now(self) -> float:
        """Return what the clock says, in epoch seconds."""
        return self._clock()

    @property
    def remembered(self) -> int:
        """Say how many verified tokens are remembered; bounded, whatever arrives."""
        return len(self._tokens)

    def verify(self, token: str | bytes, now: float | None = None) -> Principal:
        """Return who the token speaks for. `now` is in epoch seconds, default the clock.

        Raises a VerificationError for anything that is not a valid token, and KeysUnavailable
        where that cannot be known; nothing else, whatever the input.
        """
        now = self._clock() if now is None else now
        generation = self.keys.generation
        raw = _gate.as_bytes(token)
        digest = sha256(raw).digest()
        principal = self._tokens.recall(digest, generation, now)
        if principal is None:
            claims = self._read(raw, self.contract.token.type, now)  # 1 to 4
            principal = self._judge(claims, now)  # 5
            if self.keys.generation == generation:
                self._tokens.remember(digest, self._bounds(principal, claims, now))
        if self._revocations is not None:
            self._check_revocation(principal, now)  # 6
        return principal

    def recheck(self, principal: Principal, now: float | None = None) -> None:
        """Look again at a principal whose connection stayed open.

        Raises TokenExpired and TokenRevoked, and KeysUnavailable where the store cannot tell.
        """
        now = self._clock() if now is None else now
        self._rules.check_expiry(principal.expires_at, now)
        self._check_revocation(principal, now)

    def _check_revocation(self, principal: Principal, now: float) -> None:
        if self._revocations is not None and self._revocations.is_revoked(principal, now):
            raise TokenRevoked("the session of this token was ended")

    def verify_logout(self, token: str | bytes, now: float | None = None) -> Logout:
        """Return which session or subject a logout token ends. Raises as `verify` does."""
        now = self._clock() if now is None else now
        return read_logout(self._rules, self._read(_gate.as_bytes(token), LOGOUT_TYPE, now), now)

    def _read(self, raw: bytes, token_type: str, now: float) -> Claims:
        parts = _gate.split(raw)  # 1
        key_id = self._key_id(parts.header, token_type)
        key = self.keys.find(key_id, now)  # 2
        if not key.verifies(parts.signing_input, parts.signature):  # 3
            raise TokenInvalid("the signature does not hold")
        self._remember_header(parts.header, token_type, key_id)
        return _gate.read_object(parts.payload, "payload")  # 4

    def _judge(self, claims: Claims, now: float) -> Principal:
        self._rules.check(claims, now)
        self._rules.check_expiry(seconds(claims, "exp"), now)
        return self._rules.principal(claims)

    def _bounds(self, principal: Principal, claims: Claims, now: float) -> Remembered:
        leeway = self.contract.token.leeway
        begins = max(principal.issued_at, seconds(claims, "nbf", principal.issued_at))
        ends = min(principal.expires_at + leeway, self.keys.holds_until(now))
        return Remembered(principal, begins - leeway, ends)

    def _key_id(self, header: bytes, token_type: str) -> str:
        """Check a header; an issuer writes one for all of its tokens, so it is parsed once."""
        known = self._key_ids.get((header, token_type))
        if known is not None:
            return known
        members = _gate.read_object(header, "header")
        return _gate.read_key_id(members, self.contract.token.algorithm, token_type)

    def _remember_header(self, header: bytes, token_type: str, key_id: str) -> None:
        """Only headers under a good signature are remembered, so a stranger cannot fill this."""
        if len(self._key_ids) >= _KNOWN_HEADERS:
            self._key_ids.clear()
        self._key_ids[header, token_type] = key_id
