from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="browser:csrf",
    severity=Severity.MEDIUM,
    summary="CSRF is dealt with, or said to be not applicable and why.",
    why="Whether a forged form can act as the user depends on where the credential is kept.",
    remedy="Write N/A for header tokens with the reason, and the origin check for cookies.",
    flagged=(Case("## Security\n\n- HTTPS only.\n"),),
    accepted=(Case("- CSRF is N/A: the token is in a header.\n"),),
    check=demand(
        r"^(?!#).*\bCSRF\b|\n(?!#)[^\n]*\bCSRF\b", r"^security", "nothing is said about CSRF"
    ),
)
