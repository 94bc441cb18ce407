"""The acceptance criteria of a contract: printed by the specification, executed by the probes.

Each criterion names one requirement and one probe; `criteria(contract)` returns those that apply.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from authpact.contract._duration import render_duration
from authpact.contract._model import Contract


@dataclass(frozen=True, slots=True)
class Criterion:
    """One pass/fail sentence with the requirement it stands for and the probe that runs it."""

    id: str
    requirement: str
    probe: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    requirement: str
    probe: str
    sentence: str
    applies: Callable[[Contract], bool]


def _always(_: Contract) -> bool:
    return True


def _has(kind: str) -> Callable[[Contract], bool]:
    return lambda contract: any(e.grant.kind == kind for e in contract.endpoints)


def _mode(mode: str) -> Callable[[Contract], bool]:
    return lambda contract: contract.token.mode == mode


def _owned_path(contract: Contract) -> bool:
    return any(e.owner_parameter for e in contract.endpoints)


def _owned_objects(contract: Contract) -> bool:
    """Tell whether objects of a user can be created and then reached by id."""
    created = {e.path for e in contract.endpoints if e.method == "POST" and e.grant.kind == "owner"}
    return any(
        e.grant.kind == "owner" and e.resource_parameter and e.collection in created
        for e in contract.endpoints
    )


def _owned_creation(contract: Contract) -> bool:
    created = {e.path for e in contract.endpoints if e.method == "POST" and e.grant.kind == "owner"}
    return any(
        e.method == "GET" and e.grant.kind == "owner" and e.path in created
        for e in contract.endpoints
    )


def _tenants(contract: Contract) -> bool:
    return contract.tenant_claim is not None


def _tenant_operations(contract: Contract) -> bool:
    return any(e.tenant_from for e in contract.endpoints)


def _tenant_path(contract: Contract) -> bool:
    return any(e.tenant_parameter for e in contract.endpoints)


def _tenant_objects(contract: Contract) -> bool:
    """Tell whether objects of an organization can be created and then reached by id."""
    created = {e.path for e in contract.endpoints if e.method == "POST" and e.tenant_from}
    return any(
        e.tenant_from and e.resource_parameter and e.collection in created
        for e in contract.endpoints
    )


def _roles(contract: Contract) -> bool:
    return bool(contract.roles)


def _hidden_objects(contract: Contract) -> bool:
    return _owned_objects(contract) and contract.ownership.foreign_resource == 404  # noqa: PLR2004


def _silent(contract: Contract) -> bool:
    return contract.session.reissue == "silent"


_INVALID: Final = '401 with `WWW-Authenticate: Bearer error="invalid_token"`'

# fmt: off
_ROWS: Final = (
    _Row("AC-SIGN-UP", "identity:sign-up", "sign_up", "A new user who signs up at `POST /api/auth/sign-up/email` gets 200 and a session cookie.", _always),
    _Row("AC-SIGN-IN", "identity:sign-in", "sign_in", "A registered user who signs in at `POST /api/auth/sign-in/email` gets 200 and a session cookie.", _always),
    _Row("AC-SIGN-IN-REFUSED", "identity:credentials-refused", "sign_in_refused", "A wrong password and an unknown e-mail address get the same 401 answer.", _always),
    _Row("AC-ISSUE-SESSION", "issue:needs-session", "issue_needs_session", "`POST /api/auth/api-token` without a session gets 401 and no token.", _always),
    _Row("AC-ISSUE-ORIGIN", "issue:origin-checked", "issue_origin", "`POST /api/auth/api-token` with a session and a foreign `Origin` gets 403 and no token.", _always),
    _Row("AC-ISSUE-NO-STORE", "issue:not-cached", "issue_not_cached", "The response that carries a token has `Cache-Control: no-store`.", _always),
    _Row("AC-ISSUE-IDENTITY", "issue:fixed-identity", "issue_fixed_identity", "A forged `Host` or `X-Forwarded-Host` header changes neither `iss` nor `aud` of the issued token.", _always),
    _Row("AC-ISSUE-ONE-ENDPOINT", "issue:one-endpoint", "issue_one_endpoint", "`GET /api/auth/token` and the `set-auth-jwt` header give no token.", _always),
    _Row("AC-TOKEN-CLAIMS", "token:required-claims", "token_claims", "An issued token carries every required claim, the agreed header and a lifetime within the contract.", _always),
    _Row("AC-TOKEN-PAYLOAD", "token:minimal-payload", "token_payload", "An issued token carries neither the name nor the e-mail address nor the session token of the user.", _always),
    _Row("AC-ROLE-SIGN-UP", "token:roles", "role_at_sign_up", "A user who sends `role` at sign-up does not get that role in a token.", _roles),
    _Row("AC-REQUEST", "access:authenticated", "authenticated_request", "A request with a valid token is answered as the endpoint promises.", _always),
    _Row("AC-SCHEME", "transport:scheme", "scheme_case", "`bearer` in small letters works as `Bearer` does.", _always),
    _Row("AC-PUBLIC", "access:public", "public_endpoint", "A public endpoint answers without a token.", _has("public")),
    _Row("AC-MISSING", "error:missing-token", "missing_token", "A request without a token to a protected endpoint gets 401, a bare `Bearer` challenge and the code `token_missing`.", _always),
    _Row("AC-MALFORMED", "token:shape", "malformed_token", f"A malformed token (parts missing, padding, blanks, not JSON, duplicate names) gets {_INVALID}.", _always),
    _Row("AC-OVERSIZED", "token:size", "oversized_token", "A token of 64 KB gets 400, 401 or 431.", _always),
    _Row("AC-EXPIRED", "token:expiry", "expired_token", "A token whose `exp` is past by more than the leeway gets 401 and the code `token_expired`.", _always),
    _Row("AC-NOT-BEFORE", "token:not-before", "not_yet_valid", "A token with `nbf` or `iat` in the future gets 401.", _always),
    _Row("AC-LIFETIME", "token:lifetime", "excessive_lifetime", "A token that claims to live longer than the contract allows gets 401.", _always),
    _Row("AC-DATES", "token:numeric-dates", "date_shapes", "A token with `exp` as text, in milliseconds or as a non-finite number gets 401.", _always),
    _Row("AC-AUDIENCE", "token:audience", "foreign_audience", "A token for another audience, or without one, gets 401.", _always),
    _Row("AC-ISSUER", "token:issuer", "foreign_issuer", "A token of another issuer, or with a near miss of the issuer, gets 401.", _always),
    _Row("AC-TYPE", "token:type", "foreign_type", "A token with another `typ`, or without one, gets 401.", _always),
    _Row("AC-CLIENT", "token:client", "foreign_client", "A token of another frontend gets 401.", _always),
    _Row("AC-SUBJECT", "token:subject", "subject_shapes", "A token whose `sub` is missing, empty or not a string gets 401.", _always),
    _Row("AC-CLAIMS-MISSING", "token:required-claims", "missing_claims", "A token without any one of the required claims gets 401.", _always),
    _Row("AC-TAMPERED", "signature:verified-first", "tampered_token", "A token whose claims or signature were changed gets 401.", _always),
    _Row("AC-UNSIGNED", "algorithm:none-refused", "unsigned_token", "A token with `alg` none in any spelling gets 401.", _always),
    _Row("AC-ALGORITHM", "algorithm:pinned", "other_algorithm", "A token signed with another algorithm or another key gets 401.", _always),
    _Row("AC-CONFUSION", "algorithm:one-family", "key_confusion", "An HS256 token keyed with public key material gets 401.", _mode("jwks")),
    _Row("AC-AUTH-SECRET", "key:dedicated", "auth_secret_signed", "A token signed with BETTER_AUTH_SECRET, or with a published default secret, gets 401.", _always),
    _Row("AC-KEY-ID", "key:by-id", "unknown_key_id", "A token with an unknown, hostile or missing key id gets 401.", _always),
    _Row("AC-KEY-IN-TOKEN", "key:not-from-token", "key_in_token", "A token that brings its own key (jwk, jku, x5c, x5u) gets 401.", _always),
    _Row("AC-CRITICAL", "token:critical-header", "critical_header", "A token with `crit`, `b64` or `zip` in the header gets 401.", _always),
    _Row("AC-SESSION-TOKEN", "error:unauthenticated", "session_token", "The Better Auth session token, sent as a Bearer token, gets 401.", _always),
    _Row("AC-ROTATION", "key:rotation", "key_rotation", "During rotation the API accepts tokens of the old and of the new key, and none of a retired one.", _always),
    _Row("AC-ONE-PLACE", "transport:one-place", "token_elsewhere", "A valid token in the query string, a form field or a cookie gets 401.", _always),
    _Row("AC-ONE-CREDENTIAL", "transport:one-credential", "two_credentials", "A request with two Authorization headers gets 400 or 401.", _always),
    _Row("AC-BODY", "error:body", "refusal_body", "Every refusal is JSON with `detail` and `code`.", _always),
    _Row("AC-NO-LEAK", "error:no-leak", "refusal_leaks", "No refusal repeats the token, a secret, a stack or the text of a library.", _always),
    _Row("AC-FAIL-CLOSED", "error:fail-closed", "hostile_input", "Hostile input (deep nesting, control characters, invalid UTF-8) gets 400 or 401, never 5xx.", _always),
    _Row("AC-FOREIGN-PATH", "ownership:foreign-path", "foreign_path", "A valid token on a path of another user gets {foreign_path} on every method.", _owned_path),
    _Row("AC-FOREIGN-RESOURCE", "ownership:foreign-resource", "foreign_resource", "A valid token on the object of another user gets {foreign_resource} on every method, and the object is unchanged.", _owned_objects),
    _Row("AC-LIST", "ownership:list-scope", "list_scope", "A list never contains an object of another user.", _owned_creation),
    _Row("AC-OWNER-BODY", "ownership:owner-from-token", "owner_in_body", "An owner id in the body of a request does not change the owner.", _owned_creation),
    _Row("AC-NO-ORACLE", "ownership:no-oracle", "existence_oracle", "A foreign and an absent object get the same status and body.", _hidden_objects),
    _Row("AC-ROLE", "access:role", "role_refused", 'A user without the role gets 403 with `error="insufficient_scope"`; a user with the role is let in.', _has("role")),
    _Row("AC-PERMISSION", "access:permission", "permission_refused", "A user whose roles do not grant the permission gets 403; a user whose roles do is let in.", _has("permission")),
    _Row("AC-TENANT-MEMBER", "tenant:claim", "tenant_of_member", "An issued token names the active organization of a member, and none once the membership has ended.", _tenants),
    _Row("AC-TENANT-SHAPE", "tenant:claim", "tenant_shapes", "A token whose organization is empty or not a string gets 401.", _tenants),
    _Row("AC-TENANT-REQUIRED", "tenant:required", "tenant_missing", "A valid token that names no organization gets 403 on every operation of an organization.", _tenant_operations),
    _Row("AC-TENANT-PATH", "tenant:foreign-path", "tenant_path", "A valid token of another organization on a path of this one gets {foreign_path} on every method.", _tenant_path),
    _Row("AC-TENANT-RESOURCE", "tenant:foreign-resource", "tenant_resource", "A valid token of another organization on an object of this one gets {foreign_resource} on every method, and the object is unchanged.", _tenant_objects),
    _Row("AC-DENY", "access:deny-by-default", "undeclared_route", "Every route the API describes in its OpenAPI document has a rule in the contract.", _always),
    _Row("AC-NO-LOGIN", "identity:no-second-login", "second_login", "The API has no route that logs in, registers or issues a token.", _always),
    _Row("AC-CORS", "browser:cors", "cors_preflight", "A preflight of a listed origin is allowed and one of any other origin is not; refusals carry CORS headers too.", _always),
    _Row("AC-SIGN-OUT", "session:sign-out", "sign_out", "After sign-out the old session cookie gets no further token.", _always),
    _Row("AC-AFTER-SIGN-OUT", "session:token-after-sign-out", "token_after_sign_out", "{after_sign_out}", _always),
    _Row("AC-REISSUE", "session:reissue", "reissue", "After a token expired the same session gets a new one, and the API accepts it.", _silent),
)
# fmt: on


def _values(contract: Contract) -> dict[str, object]:
    gone = (
        f"{render_duration(contract.token.lifetime)} plus "
        f"{render_duration(contract.token.leeway)} leeway"
    )
    after = (
        f"A token issued before sign-out is accepted until it expires, at most {gone} later, and not longer."
        if contract.revocation.mode == "none"
        else "A token issued before sign-out gets 401 and the code `token_revoked` within 5 seconds."
    )
    return {
        "foreign_path": contract.ownership.foreign_path,
        "foreign_resource": contract.ownership.foreign_resource,
        "after_sign_out": after,
    }


def criteria(contract: Contract) -> tuple[Criterion, ...]:
    """Return the criteria that apply to this contract, in the order the specification prints."""
    values = _values(contract)
    return tuple(
        Criterion(
            row.id,
            row.requirement,
            row.probe,
            row.sentence.format(**values) if row.sentence.count("{") else row.sentence,
        )
        for row in _ROWS
        if row.applies(contract)
    )
