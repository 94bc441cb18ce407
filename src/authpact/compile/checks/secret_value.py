import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract, secret_kind
from authpact.findings import Severity

_ASSIGNED = re.compile(
    r"\b([A-Z][A-Z0-9_]*(?:SECRETS?|PASSWORD|PRIVATE_KEY|API_KEY|JWT_KEYS?))[`*]*\s*[=:]\s*[`\"']*"
    r"([^\s`\"'|,;)]{8,})"
)
_PLACEHOLDER = re.compile(
    r"replace|change|your|example|placeholder|generate|openssl|process\.|os\.|env|settings|"
    r"<|\$|…|\.\.\.|base64url|random|kid:secret|xxx|\*\*",
    re.IGNORECASE,
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    if not secret_kind(document.text) and not _ASSIGNED.search(document.text):
        return
    for number, line in enumerate(document.lines, start=1):
        kind = secret_kind(line) or _assigned(line)
        if kind:
            yield Remark(number, f"this line holds {kind}")


def _assigned(line: str) -> str | None:
    match = _ASSIGNED.search(line)
    if match is None or _PLACEHOLDER.search(match[2]):
        return None
    return f"a value for {match[1]}"


_TOKEN_LIKE = ".".join(("eyJ" + "h" * 12, "eyJ" + "p" * 12, "c2ln"))

CHECK = DocumentCheck(
    requirement="environment:no-secrets",
    severity=Severity.CRITICAL,
    summary="The document holds no secret: no token, key, password or value of a secret variable.",
    why="Documents are shared and kept; a secret in one is known to everybody who can read it.",
    remedy="Replace the secret, then write a placeholder or the command that makes a new one.",
    flagged=(
        Case(f"Send `{_TOKEN_LIKE}` to the API.\n"),
        Case("- `API_JWT_SECRET=hunter2hunter2`\n"),
        Case("-----BEGIN PRIVATE KEY-----\n"),
    ),
    accepted=(
        Case("- `API_JWT_SECRET=replace-me`\n"),
        Case("- `API_JWT_KEYS`: `kid:secret[,kid:secret]`\n"),
    ),
    check=_check,
)
