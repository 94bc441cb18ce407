from authpact.compile._check import Case, DocumentCheck, demand
from authpact.compile._phrases import ALGORITHM_NAMES
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="algorithm:pinned",
    severity=Severity.HIGH,
    summary="The one signature algorithm is named.",
    why="Where none is named, the token chooses it.",
    remedy="Name exactly one algorithm, for example HS256 or EdDSA.",
    flagged=(Case("## JWT Verification\n\n- The signature is verified.\n"),),
    accepted=(Case("- The algorithm MUST be `HS256`.\n"),),
    check=demand(
        rf"\b(?:{'|'.join(ALGORITHM_NAMES)})\b",
        r"(jwt|token) verification|backend flow",
        "the signature algorithm is not named",
    ),
)
