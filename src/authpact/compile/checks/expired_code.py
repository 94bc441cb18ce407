from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="error:expired-code",
    severity=Severity.MEDIUM,
    summary="An expired token has a code of its own.",
    why="Without it the frontend re-issues after every 401, or after none.",
    remedy="Name the code `token_expired` for an expired token.",
    flagged=(Case("## Error Handling\n\n- 401 when the token is bad.\n"),),
    accepted=(Case("- An expired token gets 401 with the code `token_expired`.\n"),),
    check=demand(
        r"\btoken_expired\b|\bexpired\b[^\n]*\bcode\b",
        r"error|verification|expir",
        "an expired token has no code of its own",
    ),
)
