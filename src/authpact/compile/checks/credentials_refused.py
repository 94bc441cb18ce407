from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="identity:credentials-refused",
    severity=Severity.MEDIUM,
    summary="Wrong credentials get one answer that does not tell which part was wrong.",
    why="An answer that tells the two apart is a list of who has an account.",
    remedy="State that a wrong password and an unknown address get the same 401.",
    flagged=(Case("## Flows\n\n- A wrong password gets 401.\n"),),
    accepted=(Case("- A wrong password and an unknown address get the same answer.\n"),),
    check=demand(
        r"\b(?:wrong password|unknown (?:address|user|e-?mail))\b[^\n]*\b(?:same|alike|"
        r"one (?:answer|message)|not which)\b|INVALID_EMAIL_OR_PASSWORD",
        r"log.?in|sign.?in|flows?\b",
        "it is not said that wrong credentials get one answer",
    ),
)
