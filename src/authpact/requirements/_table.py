"""The requirements of a Better Auth → FastAPI contract; the ids are cited by everything else.

Sources: RFC numbers with section; ASVS is OWASP ASVS 5.0; API1…API5 are the OWASP API Top 10 2023.
"8725bis" is the revision of RFC 8725 (JSON Web Token Best Current Practices).
"""

from types import MappingProxyType
from typing import Final

from authpact.requirements._model import Check, Level, Requirement

_C, _D, _V, _I, _P, _H = (
    Check.CONTRACT,
    Check.DOCUMENT,
    Check.VERIFY,
    Check.ISSUE,
    Check.PROBE,
    Check.BY_HAND,
)


def _must(slug: str, sentence: str, sources: str, *checks: Check, note: str = "") -> Requirement:
    return Requirement(slug, Level.MUST, sentence, tuple(sources.split("; ")), checks, note)


def _should(slug: str, sentence: str, sources: str, *checks: Check, note: str = "") -> Requirement:
    return Requirement(slug, Level.SHOULD, sentence, tuple(sources.split("; ")), checks, note)


# fmt: off
_ALGORITHMS_AND_KEYS: Final = (
    _must("algorithm:pinned", "The API accepts exactly one signature algorithm, fixed by the contract and never chosen by the token.", "8725bis 3.1; ASVS 9.1.2", _C, _D, _V, _P),
    _must("algorithm:one-family", "Symmetric and asymmetric algorithms are never accepted on the same code path.", "8725bis 3.1; ASVS 9.1.2", _C, _V, _P),
    _must("algorithm:none-refused", "A token without a signature is refused, however `none` is spelled.", "8725bis 3.2; ASVS 9.1.2", _V, _P),
    _must("signature:verified-first", "The signature is verified before any claim is trusted.", "RFC 7515 5.2; ASVS 9.1.1", _V, _P),
    _must("signature:encoding", "A signature has exactly the length and form of its algorithm.", "RFC 7518 3.4; RFC 8037 3.1", _V),
    _must("key:strength", "The shared secret has at least 256 bits from a cryptographic random source; RSA keys have at least 2048 bits.", "RFC 7518 3.2; RFC 7518 3.3; ASVS 11.5.1", _V, _I),
    _must("key:dedicated", "The access-token secret is its own; it is never the secret Better Auth uses for itself.", "OWASP JWT; measured", _C, _D, _V, _I, _P),
    _must("key:by-id", "The key id is hostile text: it only selects among configured keys and an unknown one is refused.", "RFC 7515 4.1.4; 8725bis 3.10", _V, _P),
    _must("key:not-from-token", "Keys and key addresses inside a token (jwk, jku, x5c, x5u) are never used.", "8725bis 3.10; ASVS 9.1.3", _V, _P),
    _must("key:no-example-values", "The API refuses to start with a missing, example, short or published secret.", "ASVS 13.3.1; ASVS 13.2.3", _V),
    _must("key:rotation", "Keys are replaced without signing anybody out: the API accepts the old and the new key during an overlap.", "ASVS 13.3.4; ASVS 11.1.1", _D, _V, _P),
    _must("keyset:source", "The key set comes from one configured address: HTTPS outside of local development, no redirects, bounded size and time.", "8725bis 3.10; ASVS 9.1.3", _C, _V),
    _must("keyset:usable-keys", "Only public keys of the contract's type meant for signatures are taken; symmetric, foreign-use and duplicate keys are not.", "RFC 7517 4.2; RFC 7517 5; 8725bis 3.1", _V),
    _must("keyset:bounded-refresh", "Unknown key ids cause at most one fetch per cooldown.", "measured; ASVS 15.2.2", _V),
    _must("keyset:unavailable", "When no key can be had the API answers 503 with Retry-After; it never lets a request in.", "ASVS 16.5.2; RFC 9110 15.6.4", _V),
    _must("crypto:libraries", "Signatures are made and checked by maintained libraries only.", "ASVS 11.1.2; ASVS 11.2.1", _H, note="Read the imports: cryptography in Python, jose in TypeScript, nothing hand-made."),
)

_TOKEN: Final = (
    _must("token:shape", "A token is one canonical compact JWS: three base64url parts without padding or blanks, one JSON object each for header and claims, unique names, finite numbers, UTF-8.", "RFC 7515 2; RFC 7519 7.2; 8725bis 3.7", _V, _P),
    _must("token:size", "A token above the size limit is refused before anything is decoded.", "ASVS 15.2.2; measured", _V, _P),
    _must("token:type", "The header `typ` is at+jwt; ID tokens, session caches, logout tokens and plain JWTs are refused.", "RFC 9068 4; 8725bis 3.11; ASVS 9.2.2", _C, _D, _V, _P),
    _must("token:critical-header", "A header with `crit`, `b64` or `zip` is refused.", "RFC 7515 4.1.11; RFC 7797 6; 8725bis 3.6", _V, _P),
    _must("token:issuer", "The API accepts only tokens of the one configured issuer, compared exactly.", "RFC 7519 4.1.1; RFC 9068 4; 8725bis 3.8", _C, _D, _V, _P),
    _must("token:audience", "The API accepts only tokens whose audience is its own.", "RFC 7519 4.1.3; 8725bis 3.9; ASVS 9.2.3", _C, _D, _V, _P),
    _must("token:subject", "`sub` is a non-empty string: the Better Auth user id, unique and never reassigned.", "RFC 7519 4.1.2; ASVS 10.3.3", _C, _D, _V, _P),
    _must("token:required-claims", "A token without one of iss, sub, aud, exp, iat, jti, client_id or sid is refused.", "RFC 9068 2.2", _D, _V, _P),
    _must("token:client", "A token of another frontend (`client_id`) is refused.", "RFC 9068 2.2; ASVS 9.2.4", _V, _P),
    _must("token:expiry", "A token is refused from `exp` on, with no more than the contract's leeway.", "RFC 7519 4.1.4; ASVS 9.2.1", _C, _D, _V, _P),
    _must("token:not-before", "A token is refused before `nbf` and when issued in the future, beyond the leeway.", "RFC 7519 4.1.5; ASVS 9.2.1", _D, _V, _P),
    _must("token:lifetime", "Lifetimes are short and capped by the verifier: a token that claims to live longer than the contract allows is refused.", "RFC 6750 5.3; RFC 9700 2.2.2", _C, _D, _V, _P),
    _must("token:numeric-dates", "Times are JSON numbers of seconds; text, milliseconds and non-finite numbers are refused.", "RFC 7519 2", _V, _P),
    _must("token:minimal-payload", "The token carries no personal data: no name, no e-mail, no session token.", "RFC 9068 6; ASVS 14.2.6", _I, _P),
    _must("token:roles", "Roles in the token come from the server's own record of the user and are never settable by the user.", "ASVS 8.3.1; API3", _C, _I, _P),
    _should("token:impersonation", "A token issued while an administrator impersonates a user names the administrator in `act`.", "RFC 8693 4.1; ASVS 16.2.1", _I),
)

_ISSUANCE: Final = (
    _must("issue:needs-session", "An access token is issued only for a live session, read from the store and not from a cookie cache.", "ASVS 7.2.1; ASVS 7.4.1", _I, _P),
    _must("issue:origin-checked", "Issuing is a POST that refuses foreign origins.", "ASVS 3.5.1; ASVS 3.5.3", _I, _P),
    _must("issue:not-cached", "The response that carries a token is marked no-store.", "RFC 6749 5.1; ASVS 14.2.2", _I, _P),
    _must("issue:fixed-identity", "Issuer and audience are configured, never taken from the request.", "8725bis 3.8; measured", _C, _I, _P),
    _must("issue:reserved-claims", "Extra claims cannot replace registered ones.", "measured; RFC 7519 4.1", _C, _I),
    _must("issue:one-endpoint", "There is one way to get an access token; other token routes of the issuer are switched off.", "ASVS 6.3.4", _I, _P),
    _should("issue:rate-limited", "Token issuing and sign-in are rate-limited.", "ASVS 6.3.1; API4", _I),
)

_IDENTITY: Final = (
    _must("identity:sign-up", "A new user signs up at Better Auth and gets a session.", "ASVS 6.1.1; authpact", _D, _P),
    _must("identity:sign-in", "A registered user signs in at Better Auth and gets a session.", "ASVS 7.2.4; authpact", _D, _P),
    _must("identity:credentials-refused", "Wrong credentials are refused with one message that does not tell which part was wrong.", "ASVS 6.3.8; ASVS 16.5.1", _D, _P),
    _must("identity:no-second-login", "The API has no login, registration or password store of its own.", "ASVS 6.3.4", _D, _P),
    _must("session:lifetime", "The session lifetime is stated and bounds silent re-issue.", "ASVS 7.1.1; ASVS 7.3.2", _C, _D, _I),
    _must("session:sign-out", "After sign-out the session issues no further token.", "ASVS 7.4.1", _D, _P),
    _must("session:token-after-sign-out", "What happens to issued tokens after sign-out is stated: they expire by themselves or are revoked at once.", "ASVS 7.4.1; RFC 7009 3", _C, _D, _V, _P),
    _must("session:reissue", "While the session lives, an expired access token is replaced by asking the issuer again; refresh tokens are not used.", "ASVS 7.3.2; RFC 9700 4.14", _D, _I, _P),
    _must("session:disabled-user", "A banned or deleted user gets no further token.", "ASVS 7.4.2", _I),
)

_TRANSPORT: Final = (
    _must("transport:one-place", "The token is read from the Authorization header only: never from the query, a body or a cookie.", "RFC 6750 2; RFC 6750 2.3; ASVS 14.2.1", _D, _V, _P),
    _must("transport:one-credential", "A request with more than one Authorization header is refused.", "RFC 6750 2; RFC 6750 3.1", _V, _P),
    _must("transport:scheme", "The scheme Bearer is compared without regard to case.", "RFC 6750 2.1; RFC 9110 11.1", _V, _P),
    _must("transport:https", "Outside of local development tokens and cookies travel over HTTPS only.", "RFC 6750 5.3; ASVS 12.2.1", _C, _D),
    _must("browser:storage", "The browser keeps the token where the contract says; memory is the default and web storage carries its caveat.", "ASVS 14.3.3; OAuth browser-based apps 8", _C, _D, _I),
    _must("browser:csrf", "Requests authenticated by a header need no CSRF token; requests authenticated by a cookie check the origin.", "ASVS 3.5.1; ASVS 3.5.3", _D, _I),
    _must("browser:cors", "The API answers cross-origin requests of the listed origins only, by exact comparison.", "ASVS 3.4.2", _C, _D, _V, _P),
)

_ERRORS: Final = (
    _must("error:missing-token", "A request without credentials gets 401 and a bare Bearer challenge.", "RFC 6750 3; RFC 6750 3.1", _D, _V, _P),
    _must("error:unauthenticated", 'Every token that does not verify gets 401 with `error="invalid_token"`.', "RFC 6750 3.1", _D, _V, _P),
    _must("error:forbidden", 'A valid token without the privilege gets 403; for a missing role or permission with `error="insufficient_scope"`.', "RFC 6750 3.1; ASVS 8.3.1", _D, _V),
    _must("error:body", "Every refusal has a JSON body with `detail` and a stable `code`.", "RFC 9110 15.5; ASVS 4.1.1", _D, _V, _P),
    _must("error:expired-code", "An expired token is told apart by the code `token_expired`, so that the frontend can ask again.", "RFC 6750 3.1", _D, _V),
    _must("error:no-leak", "Refusals carry no library text, stack, secret or token.", "ASVS 16.5.1; RFC 9457 5", _V, _P),
    _must("error:fail-closed", "Any failure while verifying ends in a refusal, never in access and never in a server error.", "ASVS 16.5.3; ASVS 16.5.2", _V, _P),
)

_AUTHORIZATION: Final = (
    _must("access:authenticated", "A valid token of any user opens the endpoints marked authenticated.", "ASVS 8.3.1", _D, _V, _P),
    _must("access:public", "Only the endpoints marked public answer without a token.", "ASVS 8.3.1; API5", _D, _V, _P),
    _must("access:deny-by-default", "A route without a rule in the contract is refused: the API does not start with one.", "ASVS 8.2.1; API5", _C, _V, _P),
    _must("access:documented", "Every operation has a written access rule.", "ASVS 8.1.1; API5", _C, _D),
    _must("access:role", "An endpoint for a role refuses every principal without that role.", "ASVS 8.2.1; API5", _C, _D, _V, _P),
    _must("access:permission", "An endpoint for a permission refuses every principal whose roles do not grant it.", "ASVS 8.2.1; API5", _C, _D, _V, _P),
    _must("ownership:foreign-path", "A path that names another user is refused on every method, with the status the contract states.", "ASVS 8.2.2; API1", _C, _D, _V, _P),
    _must("ownership:foreign-resource", "An object of another user is refused on every method, with the status the contract states, and stays unchanged.", "ASVS 8.2.2; API1", _C, _D, _V, _P),
    _must("ownership:list-scope", "Lists contain only the principal's own objects.", "ASVS 8.2.2; API1", _D, _P),
    _must("ownership:owner-from-token", "The owner of a new object is the subject of the token, never a value from the request.", "ASVS 8.2.3; API3", _D, _P),
    _must("ownership:no-oracle", "Where foreign objects answer 404, a foreign and an absent object look the same.", "ASVS 8.2.2; API1", _V, _P),
)

_TENANCY: Final = (
    _must("tenant:claim", "A token names at most one organization: the one that is active in the session and of which the user is a member at issuance.", "ASVS 8.4.1; RFC 7519 4.3", _C, _D, _V, _I, _P),
    _must("tenant:required", "A token without an organization is refused on every operation of an organization.", "ASVS 8.4.1; API1", _C, _D, _V, _P),
    _must("tenant:foreign-path", "A path that names another organization is refused on every method, with the status the contract states.", "ASVS 8.4.1; API1", _C, _D, _V, _P),
    _must("tenant:foreign-resource", "An object of another organization is refused on every method, with the status the contract states, and stays unchanged.", "ASVS 8.4.1; API1", _V, _P),
)

_OPERATION: Final = (
    _must("environment:complete", "Every variable of both sides is documented with purpose, format, example and rotation.", "ASVS 13.1.4; ASVS 13.3.4", _D),
    _must("environment:no-secrets", "No secret stands in the contract, the documents or the code.", "ASVS 13.3.1", _C, _D),
    _must("environment:not-public", "No secret is in a variable that the browser bundle can read.", "ASVS 13.3.1", _C, _D),
    _must("logging:no-tokens", "Logs never contain a token or secret; text from tokens is escaped.", "ASVS 16.2.5; ASVS 16.4.1", _D, _V),
    _must("logging:decisions", "Refused and successful authentications can be logged with code, subject and token id.", "ASVS 16.3.1; ASVS 16.3.2", _D, _V),
    _should("replay:stated", "Whether `jti` is used against replay is stated.", "RFC 7519 4.1.7", _D),
    _should("scope:bounded", "What is in and out of scope is written down; nothing outside authentication is specified.", "authpact", _D),
    _must("document:decided", "Every weighty choice carries its rationale and open questions are listed.", "authpact", _D),
    _must("document:testable", "Every acceptance criterion has an id and names the probe that executes it.", "authpact", _D),
    _must("document:form", "The documents have the fixed sections in order and use RFC 2119 words; they contain no JSON blocks.", "RFC 2119; RFC 8174; authpact", _D),
)
# fmt: on

REQUIREMENTS: Final = MappingProxyType(
    {
        row.id: row
        for group in (
            _ALGORITHMS_AND_KEYS,
            _TOKEN,
            _ISSUANCE,
            _IDENTITY,
            _TRANSPORT,
            _ERRORS,
            _AUTHORIZATION,
            _TENANCY,
            _OPERATION,
        )
        for row in group
    }
)
"""id → requirement, in the order the documents print them."""
