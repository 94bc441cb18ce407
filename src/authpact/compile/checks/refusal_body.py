from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="error:body",
    severity=Severity.LOW,
    summary="The body of a refusal is stated: `detail` and a stable `code`.",
    why="Without a code the frontend cannot tell an expired token from a wrong one.",
    remedy="State that every refusal is a JSON object with `detail` and `code`, and list "
    "the codes.",
    flagged=(Case("## Error Handling\n\n- 401 when the token is missing.\n"),),
    accepted=(Case("- The body MUST have `detail` and `code`.\n"),),
    check=demand(
        r"\bdetail\b[^\n]{0,80}\bcode\b|\bcode\b[^\n]{0,80}\bdetail\b",
        r"error|unauthenticated|^security",
        "the body of a 401 is not stated",
    ),
)
