"""One row for each switch of the lab: what is wrong, and the probe that claims to find it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Flaw:
    slug: str
    """The switch; two, separated by a blank, where only together they let a run begin."""
    probe: str
    algorithm: str = "HS256"
    revocation: Literal["none", "backchannel"] = "none"
    tenant: Literal["none", "organization"] = "none"
    spread: int = 3
    """How many probes may name it, the claiming one included."""


FLAWS = (
    # the issuer
    Flaw("sign-up-201", "sign_up"),
    Flaw("sign-in-without-cookie", "sign_in"),
    Flaw("distinct-sign-in-errors", "sign_in_refused"),
    Flaw("no-session-needed", "issue_needs_session"),
    Flaw("origin-unchecked", "issue_origin"),
    Flaw("no-store-missing", "issue_not_cached"),
    Flaw("host-decides-issuer", "issue_fixed_identity"),
    Flaw("get-token-open", "issue_one_endpoint"),
    Flaw("session-header-token", "issue_one_endpoint"),
    Flaw("two-hour-tokens lifetime-uncapped", "token_claims"),
    Flaw("personal-data", "token_payload"),
    Flaw("role-at-sign-up", "role_at_sign_up"),
    Flaw("token-after-sign-out", "sign_out"),
    Flaw("one-token-per-session", "reissue"),
    Flaw("ended-although-stated-otherwise", "token_after_sign_out"),
    # what an access token has to be
    Flaw("valid-refused", "authenticated_request"),
    Flaw("scheme-case-sensitive", "scheme_case"),
    Flaw("public-closed", "public_endpoint"),
    Flaw("padding-accepted", "malformed_token"),
    Flaw("duplicate-names-accepted", "malformed_token"),
    Flaw("challenge-missing", "malformed_token", spread=4),
    Flaw("size-unlimited", "oversized_token"),
    Flaw("expiry-ignored", "expired_token", spread=4),
    Flaw("expired-wrong-code", "expired_token"),
    Flaw("future-accepted", "not_yet_valid"),
    Flaw("lifetime-uncapped", "excessive_lifetime"),
    Flaw("text-dates-accepted", "date_shapes"),
    Flaw("audience-unchecked", "foreign_audience"),
    Flaw("issuer-unchecked", "foreign_issuer"),
    Flaw("type-ignored", "foreign_type"),
    Flaw("client-ignored", "foreign_client"),
    Flaw("subject-number-accepted", "subject_shapes"),
    Flaw("claims-optional", "missing_claims"),
    Flaw("revocation-ignored", "token_after_sign_out", revocation="backchannel"),
    # how it has to be signed
    Flaw("signature-off", "tampered_token", spread=12),
    Flaw("alg-none-accepted", "unsigned_token", spread=4),
    Flaw("algorithm-open", "other_algorithm"),
    Flaw("public-key-as-secret", "key_confusion", algorithm="RS256"),
    Flaw("public-key-as-secret", "key_confusion", algorithm="ES256"),
    Flaw("auth-secret-accepted", "auth_secret_signed"),
    Flaw("published-secret-accepted", "auth_secret_signed"),
    Flaw("kid-ignored", "unknown_key_id"),
    Flaw("kid-ignored", "unknown_key_id", algorithm="EdDSA"),
    Flaw("header-jwk-trusted", "key_in_token"),
    Flaw("header-jwk-trusted", "key_in_token", algorithm="EdDSA"),
    Flaw("crit-ignored", "critical_header"),
    Flaw("session-token-accepted", "session_token"),
    Flaw("one-key-only", "key_rotation"),
    Flaw("retired-key-accepted", "key_rotation"),
    Flaw("retired-key-accepted", "key_rotation", algorithm="ES256"),
    # where it is carried, and how it is refused
    Flaw("token-in-query-accepted", "token_elsewhere"),
    Flaw("token-in-cookie-accepted", "token_elsewhere"),
    Flaw("token-in-form-accepted", "token_elsewhere"),
    Flaw("two-headers-accepted", "two_credentials"),
    Flaw("missing-403", "missing_token", spread=5),
    Flaw("missing-with-error", "missing_token"),
    Flaw("body-without-code", "refusal_body", spread=4),
    Flaw("leaks-exception", "refusal_leaks"),
    Flaw("garbage-500", "hostile_input", spread=4),
    # who may
    Flaw("path-get", "foreign_path"),
    Flaw("path-post", "foreign_path"),
    Flaw("path-put", "foreign_path"),
    Flaw("path-delete", "foreign_path"),
    Flaw("path-patch", "foreign_path"),
    Flaw("foreign-path-404", "foreign_path"),
    Flaw("foreign-get", "foreign_resource"),
    Flaw("foreign-put", "foreign_resource"),
    Flaw("foreign-delete", "foreign_resource"),
    Flaw("foreign-patch", "foreign_resource"),
    Flaw("foreign-403", "foreign_resource"),
    Flaw("refused-but-done", "foreign_resource"),
    Flaw("list-unscoped", "list_scope"),
    Flaw("list-filter-trusted", "list_scope"),
    Flaw("owner-from-body", "owner_in_body"),
    Flaw("owner-moved-by-put", "owner_in_body"),
    Flaw("existence-told", "existence_oracle"),
    Flaw("role-unchecked", "role_refused"),
    Flaw("role-locked", "role_refused"),
    Flaw("scope-error-missing", "role_refused"),
    Flaw("permission-unchecked", "permission_refused"),
    Flaw("permission-locked", "permission_refused"),
    Flaw("undeclared-route", "undeclared_route"),
    Flaw("own-login", "second_login"),
    Flaw("hidden-login", "second_login"),
    # which organization
    Flaw("organization-left-out", "tenant_of_member", tenant="organization"),
    Flaw("stranger-activates", "tenant_of_member", tenant="organization"),
    Flaw("ended-membership-issued", "tenant_of_member", tenant="organization"),
    Flaw("organization-list-accepted", "tenant_shapes", tenant="organization"),
    Flaw("organization-optional", "tenant_missing", tenant="organization", spread=4),
    Flaw("organization-missing-404", "tenant_missing", tenant="organization"),
    Flaw("tenant-path-get", "tenant_path", tenant="organization"),
    Flaw("tenant-path-post", "tenant_path", tenant="organization"),
    Flaw("tenant-path-delete", "tenant_path", tenant="organization"),
    Flaw("tenant-path-404", "tenant_path", tenant="organization"),
    Flaw("tenant-projects-get", "tenant_resource", tenant="organization"),
    Flaw("tenant-projects-delete", "tenant_resource", tenant="organization"),
    Flaw("tenant-plans-put", "tenant_resource", tenant="organization"),
    Flaw("tenant-drafts-get", "tenant_resource", tenant="organization"),
    Flaw("tenant-refused-but-done", "tenant_resource", tenant="organization"),
    # what a browser is told
    Flaw("cors-reflected", "cors_preflight"),
    Flaw("cors-wildcard", "cors_preflight"),
    Flaw("cors-null", "cors_preflight"),
    Flaw("cors-prefix", "cors_preflight"),
    Flaw("cors-missing-on-refusal", "cors_preflight"),
)
