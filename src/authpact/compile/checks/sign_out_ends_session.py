from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="session:sign-out",
    severity=Severity.MEDIUM,
    summary="Sign-out ends the session at the server.",
    why="A sign-out that only forgets the token leaves a session that issues the next one.",
    remedy="State that Better Auth deletes the session and that it issues no further token.",
    flagged=(Case("## Flows\n\n### Logout\n\n- The page forgets the token.\n"),),
    accepted=(Case("- Sign-out deletes the session.\n"),),
    check=demand(
        r"\b(?:delet|end|remov|invalidat|revok|destroy|clos)(?:e?s|ed|e)?\b (?:the |its |"
        r"this |their )?session|\bsession\b (?:is |was |gets )?(?:deleted|ended|removed|"
        r"revoked|invalidated)\b",
        r"log.?out|sign.?out|flows?\b",
        "it is not said that sign-out ends the session",
    ),
)
