import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import NEGATION
from authpact.contract import Contract
from authpact.findings import Severity

_CALL = re.compile(r"\bjwt\(\s*\{(?P<body>.*?)\}\s*\)", re.DOTALL)
_OPTION = re.compile(
    r"^\s*(algorithm|secret|expiresIn|jwtSecret|signingKey)\s*:|[{,]\s*(algorithm|secret|expiresIn|jwtSecret|signingKey)\s*:",
    re.MULTILINE,
)
_SESSION = re.compile(r"\bsession\s*:\s*\{\s*(strategy|jwt)\s*:")
_PROSE = re.compile(
    r"\bjwt\b[`()]* plugin\b[^.]*\b(HS256|shared secret|symmetric)\b|"
    r"\b(HS256|shared secret)\b[^.]*\bjwt\b[`()]* plugin\b",
    re.IGNORECASE,
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    text = document.text
    for match in _CALL.finditer(text):
        option = _OPTION.search(match["body"]) or _OPTION.search("{" + match["body"])
        if option:
            name = option[1] or option[2]
            yield Remark(text.count("\n", 0, match.start()) + 1, f"jwt() has no option {name}")
    for match in _SESSION.finditer(text):
        yield Remark(text.count("\n", 0, match.start()) + 1, f"session has no option {match[1]}")
    for statement in document.stated:
        if _PROSE.search(statement.text) and not NEGATION.search(statement.text):
            yield Remark(statement.line, "the jwt() plugin cannot sign with a shared secret")


CHECK = DocumentCheck(
    requirement="algorithm:pinned",
    severity=Severity.HIGH,
    summary="No option of Better Auth is invented: jwt() has no algorithm, secret or expiresIn.",
    why="Better Auth ignores unknown options without a word and signs EdDSA for 15 minutes.",
    remedy="Sign HS256 in a plugin endpoint with jose, or use the jwt() plugin with its key set.",
    flagged=(
        Case('```ts\njwt({ algorithm: "HS256", expiresIn: "7d" })\n```\n'),
        Case("```ts\njwt({\n  secret: process.env.KEY,\n})\n```\n"),
        Case("- The JWT plugin signs HS256 tokens.\n"),
        Case('```ts\nsession: { strategy: "jwt" }\n```\n'),
    ),
    accepted=(
        Case("```ts\njwt({ disableSettingJwtHeader: true })\n```\n"),
        Case("- The `jwt()` plugin cannot sign HS256.\n"),
    ),
    check=_check,
)
