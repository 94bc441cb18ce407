from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="token:subject",
    severity=Severity.MEDIUM,
    summary="One claim is named as the user id.",
    why="If one route trusts `sub` and another an e-mail address, ownership has two meanings.",
    remedy="Write: the canonical user id is `sub`, the Better Auth user id.",
    flagged=(Case("## Auth Model & Claims\n\n- Tokens carry claims.\n"),),
    accepted=(Case("- The canonical user id is `sub`.\n"),),
    check=demand(
        r"user.?id[^.\n]{0,60}\bsub\b|\bsub\b[^.\n]{0,60}user.?id",
        r"auth model|claims|backend flow",
        "the claim that is the user id is not named",
    ),
)
