"""Run time: a token becomes a principal or a refusal. No web framework, no waiting."""

from authpact.verify._deployment import Deployment, deploy
from authpact.verify._gate import MAXIMUM_BYTES
from authpact.verify._jwk import UnusableKeyError, read_key, read_key_set
from authpact.verify._key_set import KeySet
from authpact.verify._keys import KeySource, StaticKeys, UnknownKey
from authpact.verify._policy import (
    require_membership,
    require_owner,
    require_permission,
    require_role,
    require_subject,
    require_tenancy,
    require_tenant,
)
from authpact.verify._principal import Principal
from authpact.verify._redis import RedisRevocations
from authpact.verify._remote import ForgottenError, RemoteRevocations
from authpact.verify._revocation import Logout, MemoryRevocations, RevocationStore
from authpact.verify._routes import (
    AUTHENTICATED,
    SOCKET,
    DeclaredRoute,
    judge_routes,
    rules_by_route,
    without_converters,
)
from authpact.verify._secrets import SharedSecrets
from authpact.verify._signature import SignatureKey
from authpact.verify._verifier import Verifier

__all__ = [
    "AUTHENTICATED",
    "MAXIMUM_BYTES",
    "SOCKET",
    "DeclaredRoute",
    "Deployment",
    "ForgottenError",
    "KeySet",
    "KeySource",
    "Logout",
    "MemoryRevocations",
    "Principal",
    "RedisRevocations",
    "RemoteRevocations",
    "RevocationStore",
    "SharedSecrets",
    "SignatureKey",
    "StaticKeys",
    "UnknownKey",
    "UnusableKeyError",
    "Verifier",
    "deploy",
    "judge_routes",
    "read_key",
    "read_key_set",
    "require_membership",
    "require_owner",
    "require_permission",
    "require_role",
    "require_subject",
    "require_tenancy",
    "require_tenant",
    "rules_by_route",
    "without_converters",
]
