"""Every exception authpact raises on purpose.

AuthpactError
├── ContractError           the contract file cannot be used; carries every diagnostic at once
├── CompileError            a target could not be rendered or written
├── ProbeError              the target cannot be probed: unreachable, no control
├── ConfigurationError      the API must not start: a secret or a route rule is missing or unsafe
├── VerificationError       a token authenticates nobody (HTTP 401); carries a stable `code`
│   ├── TokenMissing        `token_missing`    no credentials in the request
│   ├── TokenMalformed      `token_malformed`  not a token of the contract's shape
│   ├── TokenExpired        `token_expired`    was good, is over: ask for a new one
│   ├── TokenRevoked        `token_revoked`    its session was ended
│   └── TokenInvalid        `token_invalid`    signature or a claim does not hold
├── AccessError             the principal is known but may not (HTTP 403, or 404 where hidden)
│   ├── RoleMissing         `role_missing`
│   ├── PermissionMissing   `permission_missing`
│   ├── TenantMissing       `tenant_missing`   the token names no organization
│   ├── NotMember           `not_member`       the path names another organization
│   ├── NotOwner            `not_owner`
│   │   └── ForeignObject   `not_owner`        the object, not the path, is somebody else's
│   └── ObjectAbsent        `not_found`        no such object; a hidden foreign one looks the same
└── KeysUnavailable         `keys_unavailable` no key set or revocation store now (HTTP 503)

`str(error)` says what happened without any part of a token or secret. The HTTP statuses appear
here as prose only: they are assigned in `authpact.fastapi`.
"""

from typing import ClassVar


class AuthpactError(Exception):
    """Root of the tree."""


class CompileError(AuthpactError):
    """A target could not be rendered or written."""


class ProbeError(AuthpactError):
    """The target cannot be probed."""


class ConfigurationError(AuthpactError):
    """The API must not start; `problems` lists every reason."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class VerificationError(AuthpactError):
    """A token does not authenticate anybody; `reason` is for the log, `code` for the client."""

    code: ClassVar[str] = "token_invalid"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class TokenMissing(VerificationError):
    """The request carries no credentials."""

    code = "token_missing"


class TokenMalformed(VerificationError):
    """What came is not a token of the contract's shape."""

    code = "token_malformed"


class TokenExpired(VerificationError):
    """The token was good and is over."""

    code = "token_expired"


class TokenRevoked(VerificationError):
    """The session behind the token was ended."""

    code = "token_revoked"


class TokenInvalid(VerificationError):
    """The signature or a claim does not hold."""

    code = "token_invalid"


class AccessError(AuthpactError):
    """The principal is known but may not do this."""

    code: ClassVar[str] = "forbidden"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class RoleMissing(AccessError):
    """The principal lacks the role."""

    code = "role_missing"


class PermissionMissing(AccessError):
    """None of the principal's roles grants the permission."""

    code = "permission_missing"


class TenantMissing(AccessError):
    """The token names no organization."""

    code = "tenant_missing"


class NotMember(AccessError):
    """The path names an organization that is not the token's."""

    code = "not_member"


class NotOwner(AccessError):
    """The path or the object belongs to another subject."""

    code = "not_owner"


class ForeignObject(NotOwner):
    """The object is another subject's or organization's; its status is stated apart."""


class ObjectAbsent(AccessError):
    """There is no such object."""

    code = "not_found"


class KeysUnavailable(AuthpactError):
    """Nothing can be decided now; `retry_after` is in seconds."""

    code: ClassVar[str] = "keys_unavailable"

    def __init__(self, reason: str, retry_after: int = 5) -> None:
        self.reason = reason
        self.retry_after = retry_after
        super().__init__(reason)
