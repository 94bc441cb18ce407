"""What each field of the contract stands for: the requirement it settles."""

from types import MappingProxyType
from typing import Final

FIELD_REQUIREMENTS: Final = MappingProxyType(
    {
        "project.scope": "scope:bounded",
        "token.mode": "algorithm:one-family",
        "token.algorithm": "algorithm:pinned",
        "token.issuer": "token:issuer",
        "token.audience": "token:audience",
        "token.type": "token:type",
        "token.lifetime": "token:lifetime",
        "token.leeway": "token:expiry",
        "token.client": "token:client",
        "token.roles_claim": "token:roles",
        "keys.secret_env": "key:dedicated",
        "keys.key_id_env": "key:by-id",
        "keys.verification_keys_env": "key:rotation",
        "keys.issuer_env": "issue:fixed-identity",
        "keys.audience_env": "issue:fixed-identity",
        "keys.jwks_url_env": "keyset:source",
        "keys.jwks_path": "keyset:source",
        "keys.cache": "keyset:unavailable",
        "keys.cooldown": "keyset:bounded-refresh",
        "keys.stale_if_error": "keyset:unavailable",
        "keys.timeout": "keyset:source",
        "session.lifetime": "session:lifetime",
        "session.reissue": "session:reissue",
        "session.storage": "browser:storage",
        "ownership.subject": "token:subject",
        "ownership.foreign_path": "ownership:foreign-path",
        "ownership.foreign_resource": "ownership:foreign-resource",
        "tenant.mode": "tenant:claim",
        "tenant.claim": "tenant:claim",
        "roles": "access:role",
        "roles.*.permissions": "access:permission",
        "endpoints": "access:documented",
        "endpoints.*.method": "access:documented",
        "endpoints.*.path": "access:documented",
        "endpoints.*.access": "access:deny-by-default",
        "endpoints.*.owner_from": "ownership:foreign-path",
        "endpoints.*.tenant_from": "tenant:foreign-path",
        "endpoints.*.summary": "access:documented",
        "endpoints.*.example": "document:testable",
        "frontend.origins": "browser:cors",
        "frontend.api_url_env": "environment:complete",
        "revocation.mode": "session:token-after-sign-out",
        "revocation.store": "session:token-after-sign-out",
        "revocation.when_unavailable": "session:token-after-sign-out",
        "revocation.path": "session:token-after-sign-out",
        "decisions": "document:decided",
        "decisions.*.value": "document:decided",
        "decisions.*.origin": "document:decided",
        "decisions.*.rationale": "document:decided",
        "deviations": "scope:bounded",
        "deviations.*.kind": "scope:bounded",
        "deviations.*.why": "document:decided",
        "deviations.*.text": "document:decided",
        "suppressions": "document:decided",
        "suppressions.*.rule": "document:decided",
        "suppressions.*.file": "document:decided",
        "suppressions.*.reason": "document:decided",
        "suppressions.*.until": "document:decided",
    }
)
"""Field path, `*` for a name or an index, → requirement id."""


def requirement_of(path: tuple[str | int, ...]) -> str | None:
    """Return the requirement that the field at this key path settles, None where there is none."""
    wild = {"roles", "endpoints", "decisions", "deviations", "suppressions"}
    parts = ["*" if i == 1 and path[0] in wild else str(p) for i, p in enumerate(path)]
    while parts:
        found = FIELD_REQUIREMENTS.get(".".join(parts))
        if found is not None:
            return found
        parts.pop()
    return None
