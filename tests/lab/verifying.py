"""How the lab's API verifies a token: strict, unless a flaw says otherwise."""

import base64
import hmac
import json
import math
import os
import re
import time
import urllib.request
from dataclasses import dataclass, field

from joserfc.jwk import Key, OctKey, import_key
from joserfc.jws import JWSRegistry

from authpact.contract import Contract

_SEGMENT = re.compile(r"[A-Za-z0-9_-]+")
_MEMBERS = {"alg", "typ", "kid"}
_REQUIRED = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "sid")
_DEFAULT_SECRET = "better-auth-secret-12345678901234567890"


class RefusalError(Exception):
    def __init__(self, status: int, code: str, detail: str = "refused") -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


@dataclass
class State:
    """What the lab's API and issuer share: flaws, accounts, sessions, rows."""

    contract: Contract
    flaws: frozenset[str] = frozenset()
    retired: dict[str, Key] = field(default_factory=dict)
    users: dict[str, dict[str, object]] = field(default_factory=dict)
    sessions: dict[str, dict[str, str]] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    """Organization → the users in it."""
    ended: set[str] = field(default_factory=set)
    rows: dict[str, dict[int, dict[str, object]]] = field(default_factory=dict)


def read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def load_keys(contract: Contract) -> dict[str, Key]:
    if contract.token.mode == "jwks":
        with urllib.request.urlopen(os.environ[contract.keys.jwks_url_env]) as answer:
            return {jwk["kid"]: import_key(jwk) for jwk in json.load(answer)["keys"]}
    pairs = os.environ[contract.keys.verification_keys_env].split(",")
    return {k: OctKey.import_key(read(s)) for k, _, s in (p.partition(":") for p in pairs)}


def wall_clock() -> float:
    return time.time_ns() / 1e9


def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("duplicate name")
    return dict(pairs)


def constant(name: str) -> float:
    raise ValueError(name)


class Verifier:
    def __init__(self, state: State) -> None:
        self.state, self.flaws, self.token = state, state.flaws, state.contract.token
        self.keys = load_keys(state.contract)
        if "one-key-only" in self.flaws:
            self.keys = dict(list(self.keys.items())[:1])
        if "retired-key-accepted" in self.flaws:
            self.keys |= state.retired

    def verify(self, token: str) -> dict[str, object]:
        """Return the claims, or raise RefusalError."""
        if "session-token-accepted" in self.flaws and token in self.state.sessions:
            return {"sub": self.state.sessions[token]["user"], "roles": []}
        if len(token) > 8192 and "size-unlimited" not in self.flaws:
            raise RefusalError(401, "token_malformed")
        head, body, signature = self.parts(token)
        header = self.parse(head)
        self.check_header(header)
        self.check_signature(header, f"{head}.{body}", signature)
        claims = self.parse(body)
        self.check_claims(claims)
        return claims

    def parts(self, token: str) -> tuple[str, str, str]:
        if "padding-accepted" in self.flaws:
            token = token.rstrip("=")
        parts = token.split(".")
        if "alg-none-accepted" in self.flaws and len(parts) == 3 and not parts[2]:
            return parts[0], parts[1], ""
        shaped = len(parts) == 3 and all(_SEGMENT.fullmatch(p) for p in parts)
        try:
            canonical = shaped and all(
                base64.urlsafe_b64encode(read(p)).rstrip(b"=").decode() == p for p in parts
            )
        except ValueError:
            canonical = False
        if not canonical:
            raise RefusalError(401, "token_malformed")
        return parts[0], parts[1], parts[2]

    def parse(self, part: str) -> dict[str, object]:
        hook = dict if "duplicate-names-accepted" in self.flaws else unique
        try:
            text = read(part).decode("utf-8")
            parsed = json.loads(text, object_pairs_hook=hook, parse_constant=constant)
        except (ValueError, RecursionError) as error:
            if "garbage-500" in self.flaws:
                raise
            detail = str(error) if "leaks-exception" in self.flaws else "malformed token"
            raise RefusalError(401, "token_malformed", detail) from error
        if not isinstance(parsed, dict):
            raise RefusalError(401, "token_malformed")
        return parsed

    def check_header(self, header: dict[str, object]) -> None:
        extra = set(header) - _MEMBERS
        if "crit-ignored" in self.flaws:
            extra -= {"crit", "b64", "zip", "http://x.example"}
        if "header-jwk-trusted" in self.flaws:
            extra -= {"jwk"}
        if extra:
            raise RefusalError(401, "token_invalid")
        if header.get("typ") != self.token.type and "type-ignored" not in self.flaws:
            raise RefusalError(401, "token_invalid")

    def check_signature(self, header: dict[str, object], text: str, signature: str) -> None:
        if "signature-off" in self.flaws:
            return
        algorithm = header.get("alg")
        if "alg-none-accepted" in self.flaws and str(algorithm).lower() == "none":
            return
        allowed = {self.token.algorithm: self.token.algorithm}
        if "algorithm-open" in self.flaws:
            allowed |= {"HS384": "HS384", "HS512": "HS512"}
        if not isinstance(algorithm, str):
            raise RefusalError(401, "token_invalid")
        raw = read(signature)
        if algorithm in allowed:
            model = JWSRegistry.algorithms[allowed[algorithm]]
            if any(model.verify(text.encode(), raw, k) for k in self.candidates(header)):
                return
        if algorithm == "HS256" and self.extra_secrets_match(text.encode(), raw):
            return
        raise RefusalError(401, "token_invalid")

    def candidates(self, header: dict[str, object]) -> list[Key]:
        if "header-jwk-trusted" in self.flaws and isinstance(header.get("jwk"), dict):
            return [import_key(header["jwk"])]
        if "kid-ignored" in self.flaws:
            return list(self.keys.values())
        kid = header.get("kid")
        return [self.keys[kid]] if isinstance(kid, str) and kid in self.keys else []

    def extra_secrets_match(self, text: bytes, raw: bytes) -> bool:
        secrets: list[bytes] = []
        if "auth-secret-accepted" in self.flaws:
            secrets.append(os.environ.get("BETTER_AUTH_SECRET", _DEFAULT_SECRET).encode())
        if "published-secret-accepted" in self.flaws:
            secrets.append(_DEFAULT_SECRET.encode())
        if "public-key-as-secret" in self.flaws:
            secrets += [k.as_bytes(encoding="PEM", private=False) for k in self.keys.values()]
        return any(hmac.digest(s, text, "sha256") == raw for s in secrets)

    def ended_session(self, form: str) -> str:
        """Return the session that a logout token ends."""
        head, body, signature = self.parts(form.removeprefix("logout_token="))
        header = self.parse(head)
        if header.get("typ") != "logout+jwt":
            raise RefusalError(400, "token_invalid")
        self.check_signature(header, f"{head}.{body}", signature)
        return str(self.parse(body)["sid"])

    def check_claims(self, claims: dict[str, object]) -> None:
        ok = RefusalError(401, "token_invalid")
        if "claims-optional" not in self.flaws and any(n not in claims for n in _REQUIRED):
            raise ok
        if claims.get("iss", self.token.issuer) != self.token.issuer:
            self.refuse_unless("issuer-unchecked")
        if claims.get("aud", self.token.audience) != self.token.audience:
            self.refuse_unless("audience-unchecked")
        if claims.get("client_id", self.token.client) != self.token.client:
            self.refuse_unless("client-ignored")
        subject = claims.get("sub")
        if isinstance(subject, int) and "subject-number-accepted" in self.flaws:
            subject = claims["sub"] = str(subject)
        if not isinstance(subject, str) or not subject:
            raise ok
        self.check_tenant(claims)
        self.check_times(claims)
        if claims.get("sid") in self.state.ended and "revocation-ignored" not in self.flaws:
            raise RefusalError(401, "token_revoked")

    def check_tenant(self, claims: dict[str, object]) -> None:
        name = self.state.contract.tenant_claim
        tenant = claims.get(name, "none")
        if isinstance(tenant, list) and "organization-list-accepted" in self.flaws:
            tenant = claims[name] = tenant[0]
        if name and (not isinstance(tenant, str) or not tenant):
            raise RefusalError(401, "token_invalid")

    def refuse_unless(self, flaw: str) -> None:
        if flaw not in self.flaws:
            raise RefusalError(401, "token_invalid")

    def seconds(self, value: object) -> float:
        if isinstance(value, str) and "text-dates-accepted" in self.flaws and value.isdigit():
            return float(value)
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if not good or abs(value) > 1e12 or not math.isfinite(value):
            raise RefusalError(401, "token_invalid")
        return float(value)

    def check_times(self, claims: dict[str, object]) -> None:
        now, leeway = wall_clock(), self.token.leeway
        end = self.seconds(claims.get("exp", now + 60))
        begin = self.seconds(claims.get("iat", now))
        if end <= now - leeway and "expiry-ignored" not in self.flaws:
            code = "token_invalid" if "expired-wrong-code" in self.flaws else "token_expired"
            raise RefusalError(401, code)
        earliest = max(begin, self.seconds(claims.get("nbf", begin)))
        if earliest > now + leeway and "future-accepted" not in self.flaws:
            raise RefusalError(401, "token_invalid")
        if end - begin > self.token.lifetime and "lifetime-uncapped" not in self.flaws:
            raise RefusalError(401, "token_invalid")
