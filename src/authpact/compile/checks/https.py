from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="transport:https",
    severity=Severity.MEDIUM,
    summary="HTTPS is demanded outside of local development.",
    why="A bearer token is whoever reads it from the wire.",
    remedy="State that tokens and cookies travel over HTTPS only.",
    flagged=(Case("## Security\n\n- CORS is exact.\n"),),
    accepted=(Case("- Tokens MUST travel over HTTPS only.\n"),),
    check=demand(
        r"\b(?:HTTPS|TLS)\b[^\n]{0,60}\b(?:only|MUST|required|always)\b|\b(?:only|MUST|required)\b[^\n]{0,60}\b(?:HTTPS|TLS)\b",
        r"^security",
        "HTTPS is not demanded",
    ),
)
