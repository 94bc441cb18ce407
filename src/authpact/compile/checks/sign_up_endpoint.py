from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="identity:sign-up",
    severity=Severity.LOW,
    summary="Sign-up names its endpoint at Better Auth.",
    why="A document that leaves it open gets a second registration in FastAPI.",
    remedy="Name `POST /api/auth/sign-up/email` and what it answers.",
    flagged=(Case("## Flows\n\n- Users register.\n"),),
    accepted=(Case("- `POST /api/auth/sign-up/email` opens a session.\n"),),
    check=demand(
        r"/sign-up/|signUp\.",
        r"sign.?up|registration|flows?\b",
        "the endpoint of sign-up is not named",
    ),
)
