# ruff: noqa: E501
"""Hostile tokens as data: each is refused with the family of error it deserves, or is harmless.

Every token is made by the issuer whose keys the verifier trusts, so that nothing but the one flaw
can be the reason of the refusal.
"""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from authpact import Principal, Verifier
from authpact.errors import TokenExpired, TokenInvalid, TokenMalformed, VerificationError
from authpact.testing import OMIT, LocalIssuer

NOW = 1_800_000_000
Build = Callable[[LocalIssuer], str | bytes]


@dataclass(frozen=True)
class Attack:
    name: str
    build: Build
    refused_as: type[VerificationError] | None


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def header_of(issuer: LocalIssuer, **members: object) -> bytes:
    return json.dumps(
        {"alg": issuer.contract.token.algorithm, "typ": "at+jwt", "kid": issuer.key_id, **members}
    ).encode()


def payload_of(issuer: LocalIssuer) -> bytes:
    part = issuer.token().split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def raw_payload(change: Callable[[bytes], bytes]) -> Build:
    return lambda issuer: issuer.sign_raw(header_of(issuer), change(payload_of(issuer)))


def raw_header(text: str) -> Build:
    def build(issuer: LocalIssuer) -> str:
        filled = text.replace("ALG", issuer.contract.token.algorithm)
        return issuer.sign_raw(filled.replace("KID", issuer.key_id).encode(), payload_of(issuer))

    return build


def claims(**changes: object) -> Build:
    return lambda issuer: issuer.token(**changes)  # type: ignore[arg-type]  # the point of these tests


def replaced(**changes: object) -> Build:
    return lambda i: i.sign_raw(
        header_of(i), json.dumps({**json.loads(payload_of(i)), **changes}).encode()
    )


def header(**changes: object) -> Build:
    return lambda issuer: issuer.token(header=changes)


def parts(change: Callable[[list[str]], list[str]]) -> Build:
    return lambda issuer: ".".join(change(issuer.token().split(".")))


def mac(key: bytes, digest: str = "sha256", **members: object) -> Build:
    """A token whose MAC is keyed with something the attacker knows."""

    def build(issuer: LocalIssuer) -> str:
        signed = f"{encode(header_of(issuer, **members))}.{encode(payload_of(issuer))}"
        return f"{signed}.{encode(hmac.new(key, signed.encode(), digest).digest())}"

    return build


def last_bits(token: str) -> str:
    """Another spelling of the same signature: the unused bits of the last character set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


def standard_alphabet(token: str) -> str:
    return token.replace("-", "+").replace("_", "/") if set(token) & set("-_") else token + "+"


def flipped(token: str) -> str:
    start, _, signature = token.rpartition(".")
    return f"{start}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def with_forged_claim(token: str) -> str:
    head, _, signature = token.split(".")
    return (
        f"{head}.{encode(json.dumps({'sub': 'victim', 'roles': ['admin']}).encode())}.{signature}"
    )


# fmt: off
# A table: one row per attack, however long.
ATTACKER_JWK = {"kty": "oct", "k": encode(b"k" * 32)}
DEEP = b"[" * 3000 + b"]" * 3000

# token:shape, token:size
SHAPE = (
    Attack("nothing", lambda _: "", TokenMalformed),
    Attack("no bytes", lambda _: b"", TokenMalformed),
    Attack("two parts", parts(lambda p: p[:2]), TokenMalformed),
    Attack("an empty signature", parts(lambda p: [*p[:2], ""]), TokenMalformed),
    Attack("an empty header", parts(lambda p: ["", *p[1:]]), TokenMalformed),
    Attack("four parts", parts(lambda p: [*p, p[2]]), TokenMalformed),
    Attack("five parts, as a JWE has", parts(lambda p: [*p, *p[:2]]), TokenMalformed),
    Attack("a final dot", parts(lambda p: [*p, ""]), TokenMalformed),
    Attack("a leading blank", lambda i: " " + i.token(), TokenMalformed),
    Attack("a final newline", lambda i: i.token() + "\n", TokenMalformed),
    Attack("a newline inside", parts(lambda p: [p[0], p[1][:9] + "\n" + p[1][9:], p[2]]), TokenMalformed),
    Attack("a padded signature", lambda i: i.token() + "=", TokenMalformed),
    Attack("a padded payload", parts(lambda p: [p[0], p[1] + "==", p[2]]), TokenMalformed),
    Attack("the other base64 alphabet", lambda i: standard_alphabet(i.token()), TokenMalformed),
    Attack("stray bits in the last character", lambda i: last_bits(i.token()), TokenMalformed),
    Attack("a foreign character in the signature", lambda i: i.token()[:-1] + "!", TokenMalformed),
    Attack("an impossible length", parts(lambda p: [p[0], p[1], p[2] + "AAA"[: (1 - len(p[2])) % 4]]), TokenMalformed),
    Attack("letters outside of ASCII", lambda i: i.token()[:-1] + "é", TokenMalformed),
    Attack("half a surrogate pair", lambda i: i.token() + "\ud800", TokenMalformed),
    Attack("JSON serialization", lambda i: json.dumps(dict(zip("abc", i.token().split("."), strict=True))), TokenMalformed),
    Attack("64 KB", lambda i: i.token(filler="x" * 65536), TokenMalformed),
    Attack("5 MB of nothing", lambda _: "A" * 5_000_000, TokenMalformed),
    Attack("two opaque parts", lambda _: encode(b"s" * 24) + "." + encode(b"m" * 32), TokenMalformed),
    Attack("an opaque session token", lambda _: encode(b"s" * 24), TokenMalformed),
    Attack("claims in UTF-16", raw_payload(lambda p: p.decode().encode("utf-16")), TokenMalformed),
    Attack("claims with a byte order mark", raw_payload(lambda p: b"\xef\xbb\xbf" + p), TokenMalformed),
    Attack("claims that are not UTF-8", raw_payload(lambda p: p.replace(b"user-1", b"user-\xff")), TokenMalformed),
    Attack("claims as a list", raw_payload(lambda p: b"[" + p + b"]"), TokenMalformed),
    Attack("claims as text", raw_payload(lambda _: b'"claims"'), TokenMalformed),
    Attack("claims that are no JSON", raw_payload(lambda _: b"{sub: 1}"), TokenMalformed),
    Attack("text after the claims", raw_payload(lambda p: p + b"{}"), TokenMalformed),
    Attack("a subject twice", raw_payload(lambda p: p[:-1] + b',"sub":"victim"}'), TokenMalformed),
    Attack("a name twice, deep inside", raw_payload(lambda p: p[:-1] + b',"x":{"a":1,"a":2}}'), TokenMalformed),
    Attack("an algorithm twice", raw_header('{"alg":"none","alg":"ALG","typ":"at+jwt","kid":"KID"}'), TokenMalformed),
    Attack("a header that is no object", raw_header('["ALG"]'), TokenMalformed),
    Attack("a header that is no JSON", raw_header("alg=ALG"), TokenMalformed),
    Attack("an end of NaN", raw_payload(lambda p: p[:-1] + b',"x":NaN}'), TokenMalformed),
    Attack("an end of Infinity", raw_payload(lambda p: p[:-1] + b',"x":Infinity}'), TokenMalformed),
    Attack("a number beyond all floats", raw_payload(lambda p: p[:-1] + b',"x":1e999}'), TokenMalformed),
    Attack("a number of 5000 digits", raw_payload(lambda p: p[:-1] + b',"x":' + b"9" * 5000 + b"}"), TokenMalformed),
    Attack("claims 3000 deep", raw_payload(lambda _: b'{"x":' + DEEP[1500:4500] + b"}"), TokenMalformed),
    Attack("claims 20 deep", raw_payload(lambda p: p[:-1] + b',"x":' + b"[" * 20 + b"]" * 20 + b"}"), TokenMalformed),
    Attack("a header 1000 deep", raw_header('{"x":' + "[" * 1000 + "]" * 1000 + "}"), TokenMalformed),
    Attack("an escaped half surrogate", raw_payload(lambda p: p.replace(b"user-1", b"user-\\ud800")), TokenMalformed),
)

# algorithm:pinned, algorithm:one-family, algorithm:none-refused
ALGORITHM = (
    *(
        Attack(f"the algorithm {name!r}", header(alg=name), TokenInvalid)
        for name in ("none", "None", "NONE", "nOnE", "\uff4eone", "none ", "", None, ["HS256"], {}, "hs256", "HS1", "HS384", "RS384", "ES256K", OMIT)
    ),
    Attack("no algorithm and no signature", parts(lambda p: [encode(b'{"alg":"none"}'), p[1], ""]), TokenMalformed),
    Attack("HS512 under the right key", header(alg="HS512"), TokenInvalid),
    Attack("a MAC in a foreign family", mac(b"k" * 32, alg="HS256"), TokenInvalid),
)

# signature:verified-first, signature:encoding
SIGNATURE = (
    Attack("one bit of the signature", lambda i: flipped(i.token()), TokenInvalid),
    Attack("half a signature", parts(lambda p: [p[0], p[1], p[2][:20]]), TokenInvalid),
    Attack("a longer signature", parts(lambda p: [p[0], p[1], encode(base64.urlsafe_b64decode(p[2] + "==") + b"\0")]), TokenInvalid),
    Attack("zeros as signature", parts(lambda p: [p[0], p[1], "A" * len(p[2])]), TokenInvalid),
    Attack("other claims under the signature", lambda i: with_forged_claim(i.token()), TokenInvalid),
    Attack("another header under the signature", parts(lambda p: [encode(base64.urlsafe_b64decode(p[0] + "==") + b" "), *p[1:]]), TokenInvalid),
    Attack("a MAC without a secret", mac(b""), TokenInvalid),
    Attack("a MAC of the word secret", mac(b"secret"), TokenInvalid),
    Attack("a MAC of the word undefined", mac(b"undefined"), TokenInvalid),
    Attack("a MAC of the published default", mac(b"better-auth-secret-12345678901234567890"), TokenInvalid),
    Attack("a MAC over SHA-512", mac(b"k" * 32, "sha512"), TokenInvalid),
    Attack("a stranger's key", lambda i: LocalIssuer(i.contract, clock=lambda: NOW).token(), TokenInvalid),
)

# token:type, token:critical-header, key:by-id, key:not-from-token
HEADER = (
    Attack("a symmetric key of its own", header(jwk=ATTACKER_JWK), TokenInvalid),
    Attack("a key address", header(jku="http://127.0.0.1:9/keys"), TokenInvalid),
    Attack("a certificate address", header(x5u="http://127.0.0.1:9/cert"), TokenInvalid),
    Attack("a certificate chain", header(x5c=["AAAA"]), TokenInvalid),
    Attack("an unknown critical member", header(crit=["exotic"], exotic=1), TokenInvalid),
    Attack("no critical members at all", header(crit=[]), TokenInvalid),
    Attack("critical members as text", header(crit="exp"), TokenInvalid),
    Attack("an unencoded payload", header(b64=False, crit=["b64"]), TokenInvalid),
    Attack("a compressed payload", header(zip="DEF"), TokenInvalid),
    Attack("a token inside a token", header(cty="JWT"), TokenInvalid),
    *(
        Attack(f"the type {name!r}", header(typ=name), TokenInvalid)
        for name in (OMIT, "JWT", "id+jwt", "logout+jwt", "at+jwt ", None, 1, ["at+jwt"], "better-auth.session-cache+jwt", "\uff41t+jwt", "application/application/at+jwt")
    ),
    *(
        Attack(f"the key id {name!r}", header(kid=name), TokenInvalid)
        for name in (OMIT, None, 1, {}, [], "", "unknown", "../../dev/null", "x' UNION SELECT 1 --", "| id", "local-1\n", "__class__")
    ),
)

# token:expiry, token:not-before, token:lifetime, token:numeric-dates
TIME = (
    Attack("an end one hour ago", claims(iat=NOW - 4500, exp=NOW - 3600), TokenExpired),
    Attack("an end just outside of the leeway", claims(iat=NOW - 900, exp=NOW - 10), TokenExpired),
    Attack("an end far ago, from a number taken for a duration", claims(exp=900), TokenInvalid),
    Attack("an end before the epoch", claims(exp=-1), TokenInvalid),
    *(
        Attack(f"an end of {value!r}", claims(exp=value), TokenInvalid)
        for value in (str(NOW + 60), "tomorrow", None, True, False, [NOW + 60], {}, (NOW + 60) * 1000, 1e308, 10**400, -(10**400))
    ),
    *(Attack(f"a beginning of {value!r}", claims(iat=value), TokenInvalid) for value in (str(NOW), None, True, [NOW], 10**400)),
    Attack("not before one hour from now", claims(nbf=NOW + 3600), TokenInvalid),
    Attack("not before a text", claims(nbf="now"), TokenInvalid),
    Attack("not before true", claims(nbf=True), TokenInvalid),
    Attack("issued one hour from now", claims(iat=NOW + 3600, exp=NOW + 4000), TokenInvalid),
    Attack("a life of ten years", claims(exp=NOW + 315_360_000), TokenInvalid),
    Attack("a life just beyond the contract", claims(exp=NOW + 911), TokenInvalid),
    Attack("no life at all", claims(exp=NOW), TokenInvalid),
)

# token:issuer, token:audience, token:subject, token:required-claims, token:client
IDENTITY = (
    *(Attack(f"no {name}", claims(**{name: OMIT}), TokenInvalid) for name in ("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "sid")),
    *(
        Attack(f"the issuer {value!r}", claims(iss=value), TokenInvalid)
        for value in (
            "https://evil.example",
            "http://localhost:3000.evil.example",
            "http://localhost:300",
            "http://localhost:3000/",
            ["http://localhost:3000"],
            "HTTP://LOCALHOST:3000",
            None,
            "",
        )
    ),
    *(
        Attack(f"the audience {value!r}", claims(aud=value), TokenInvalid)
        for value in ("https://elsewhere.example", [], None, "http://localhost:80000", {"http://localhost:8000": 1}, ["http://localhost:8000", 1], "", True)
    ),
    *(Attack(f"the subject {value!r}", claims(sub=value), TokenInvalid) for value in ("", 1, None, ["user-1"], True, "user\0", "user\n1", "user\x85")),
    *(Attack(f"the token id {value!r}", claims(jti=value), TokenInvalid) for value in (1, "", None)),
    Attack("another client", claims(client_id="mobile"), TokenInvalid),
    *(Attack(f"the roles {value!r}", replaced(roles=value), TokenInvalid) for value in ("admin", ["admin", 1], {"admin": True}, None, 1)),
    *(Attack(f"the actor {value!r}", claims(act=value), TokenInvalid) for value in ("admin-1", {}, {"sub": 1}, None)),
)

BETTER_AUTH = (
    Attack("an e-mail verification link", lambda i: i.sign_raw(b'{"alg":"HS256"}', b'{"email":"a@example.com","iat":1,"exp":2}'), TokenInvalid),
    Attack("a cached session cookie", lambda i: i.sign({"session": {}, "user": {}, "iat": NOW, "exp": NOW + 300}, kid=OMIT), TokenInvalid),
    Attack("the default token of the jwt plugin", lambda i: i.sign({"id": "u1", "sub": "u1", "iat": NOW, "exp": NOW + 900}), TokenInvalid),
)

HARMLESS = (
    Attack("nothing wrong at all", claims(), None),
    Attack("the same token as bytes", lambda i: i.token().encode(), None),
    Attack("the long form of the type", header(typ="application/at+jwt"), None),
    Attack("the type in capitals", header(typ="AT+JWT"), None),
    Attack("an unknown header member", header(trace="abc"), None),
    Attack("an end with a fraction", claims(exp=NOW + 60.5), None),
    Attack("an end inside the leeway", claims(iat=NOW - 900, exp=NOW - 9), None),
    Attack("a beginning inside the leeway", claims(iat=NOW + 10, nbf=NOW + 10), None),
    Attack("several audiences, ours among them", claims(aud=["https://x.example", "http://localhost:8000"]), None),
    Attack("a subject in another script", claims(sub="użytkownik-1"), None),
    Attack("an escaped letter", raw_payload(lambda p: p.replace(b"user-1", b"\\u0075ser-1")), None),
    Attack("brackets in a text", claims(note="[{" * 40), None),
    Attack("many flat objects", claims(note=[{} for _ in range(40)]), None),
)

# fmt: on
EVERY = (*SHAPE, *ALGORITHM, *SIGNATURE, *HEADER, *TIME, *IDENTITY, *BETTER_AUTH, *HARMLESS)


@pytest.mark.parametrize("attack", EVERY, ids=lambda attack: attack.name)
def test_a_token_with(attack: Attack, any_issuer: LocalIssuer, any_verifier: Verifier) -> None:
    token = attack.build(any_issuer)
    if attack.refused_as is None:
        assert isinstance(any_verifier.verify(token), Principal)
        return
    with pytest.raises(VerificationError) as refused:
        any_verifier.verify(token)
    assert type(refused.value) in {attack.refused_as, *attack.refused_as.__subclasses__()}
    assert str(token) not in str(refused.value) or not token
