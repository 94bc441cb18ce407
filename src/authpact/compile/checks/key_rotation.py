from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="key:rotation",
    severity=Severity.MEDIUM,
    summary="How keys are replaced is described, with an overlap of old and new.",
    why="A key that cannot be replaced without an outage is not replaced after a leak.",
    remedy="Describe the steps: accept the new key, sign with it, wait one lifetime, drop "
    "the old one.",
    flagged=(Case("## Security\n\n- Secrets are rotated.\n"),),
    accepted=(Case("- During rotation the API accepts both keys for the overlap.\n"),),
    check=demand(
        r"\brotation\b[^\n]*\b(?:overlap|both keys|old and (?:the )?new|old key)|"
        r"\b(?:overlap|both keys)\b[^\n]*\brotat|\bold (?:key|pair|secret|row)\b",
        r"rotation|^security",
        "the rotation of keys is not described",
    ),
)
