from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="error:unauthenticated",
    severity=Severity.MEDIUM,
    summary="401 carries WWW-Authenticate.",
    why="RFC 9110 requires the header, and clients and API consoles read it.",
    remedy='State `WWW-Authenticate: Bearer` and, for a bad token, `error="invalid_token"`.',
    flagged=(Case("## Error Handling\n\n- 401 when the token is missing.\n"),),
    accepted=(Case("- 401 MUST carry `WWW-Authenticate: Bearer`.\n"),),
    check=demand(
        r"WWW-Authenticate", r"error|unauthenticated|^security", "WWW-Authenticate is not stated"
    ),
)
