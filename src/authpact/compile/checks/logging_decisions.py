from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="logging:decisions",
    severity=Severity.LOW,
    summary="What is logged about a refusal or a success is stated.",
    why="Without code, subject and token id nobody can tell an attack from a bug.",
    remedy="State that refusals are logged with code, reason and subject.",
    flagged=(Case("## Security\n\n- Logs contain no token.\n"),),
    accepted=(Case("- A refusal is logged with code and subject.\n"),),
    check=demand(
        r"\b(?:logs?|logged|logging)\b[^\n]*\b(?:code|reason|subject|\bsub\b|jti)\b|\b(?:code|reason|subject|jti)\b[^\n]*\blogged\b",
        r"logging|^security",
        "it is not said what is logged",
    ),
)
