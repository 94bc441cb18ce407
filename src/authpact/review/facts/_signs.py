"""Words that tell authentication code from other code."""

import re
from typing import Final

from authpact.review.source._pattern import lazy

METHODS: Final = frozenset(
    ["get", "post", "put", "patch", "delete", "head", "options", "websocket", "api_route"]
)
ROUTER: Final = lazy(r"^(?:[\w.]+\.)?(FastAPI|APIRouter|Router)\(")
DEPENDS: Final = lazy(r"(?:Depends|Security)\(\s*([\w.]+)?")
DEEP: Final = 7
GUARD_FILE: Final = lazy(r"(?:^|/)(?:middleware|proxy)\.[jt]s$")
"""Where Next.js keeps what runs before its pages."""
SIGNS_UP: Final = lazy(r"sign_?up|register|callback|login|webhook|seed|sync", re.IGNORECASE)
NAMES_AUTH: Final = lazy(
    r"^(?:get_|fetch_|load_|resolve_)?(?:optional_)?(?:current|verified|authenticated|authed|authorized|active|admin)_"
    r"?\w*(?:user|principal|claims|identity|account|member|admin|tenant|practice|org\w*|session|auth)"
    r"|^(?:verify|validate|check|require|ensure|enforce)_\w*(?:token|jwt|auth\w*|user\w*|access|session"
    r"|api_?key|secret|admin|role\w*|permission\w*|owner\w*|credentials|signature|login)"
    r"|^require_\w+|^requires?_(?:auth|login)|^(?:jwt|auth|token|login|user|role|admin)_(?:required|bearer|dependency|guard|user)"
    r"|^(?:get_)?(?:auth|jwt|token)_?(?:context|claims|payload|user\w*|subject)$|^get_(?:user|claims)_(?:id_)?from_\w+|^get_user_id\b"
    r"|^authenticate|^authenticated|^authorize|^(?:user|current)_?(?:user)?_?id_?from_|^protected$|^get_principal"
    r"|(?:RoleChecker|JWTBearer|PermissionChecker|AuthBearer|CurrentUser|CurrentPrincipal|RequireRole|RequirePermission)"
)
EVIDENCE: Final = lazy(
    r"\bjwt\.decode\(|\.get_signing_key_from_jwt\(|compare_digest\(|jwt\.get_unverified"
    r"|HTTPAuthorizationCredentials|verify_id_token\(|\.decode_token\(|Webhook\(|construct_event\("
)
READS_CREDENTIAL: Final = lazy(
    r"headers(?:\.get\(|\[)\s*[\"'](?:authorization|x-api-key|x-[\w-]*(?:secret|token|key|signature))[\"']"
    r"|cookies(?:\.get\(|\[)|Header\(|Cookie\(|session_token|authorization",
    re.IGNORECASE,
)
REFUSES: Final = lazy(
    r"\b401\b|HTTP_401|\b403\b|HTTP_403|Unauthorized|unauthorized|1008|4001|close\("
)
SCHEMES: Final = lazy(
    r"(?:HTTPBearer|OAuth2PasswordBearer|APIKeyHeader|APIKeyCookie|HTTPBasic|OAuth2)\("
)
BEARERS: Final = frozenset({"HTTPBearer", "OAuth2PasswordBearer", "APIKeyHeader"})
