from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="replay:stated",
    severity=Severity.LOW,
    summary="Replay protection is used or said to be not implemented.",
    why="A `jti` in the token looks like replay protection even where nobody reads it.",
    remedy="State what `jti` does, or that replay protection is not implemented.",
    flagged=(Case("## Security\n\n- HTTPS only.\n"),),
    accepted=(Case("- Replay protection by `jti` is not implemented.\n"),),
    check=demand(
        r"^(?!#).*\breplay|\n(?!#)[^\n]*\breplay", r"^security", "nothing is said about replay"
    ),
)
