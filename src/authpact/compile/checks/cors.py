import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import NEGATION
from authpact.contract import Contract
from authpact.findings import Severity

_WILDCARD = re.compile(
    r"""allow_origins\s*=\s*\[\s*["']\*["']|Access-Control-Allow-Origin:\s*\*|"""
    r"""\b(all|any) origins?\b|"""
    r"""origins?`?\s*[:=]\s*`?["']?\*(?!\*)""",
    re.IGNORECASE,
)
_SAID = r"\bCORS\b|cross-origin"


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    said = [line for line, _ in document.find(_SAID)]
    if not [line for line in said if not document.lines[line - 1].lstrip().startswith("#")]:
        yield Remark(document.anchor(r"^security"), "nothing is said about CORS")
    for line, _match in document.scan(_WILDCARD):
        if not NEGATION.search(document.lines[line - 1]):
            yield Remark(line, "every origin may call the API")
    if contract is None:
        return
    for origin in contract.frontend.origins:
        if origin not in document.rules:
            yield Remark(document.anchor(r"cors|^security"), f"the origin {origin} is not listed")


CHECK = DocumentCheck(
    requirement="browser:cors",
    severity=Severity.MEDIUM,
    summary="CORS names the exact origins that may call the API.",
    why="Without CORS the browser calls nothing; with a wildcard every site may.",
    remedy="List the origins; compare them exactly; no wildcard.",
    flagged=(
        Case("## Security\n\n- HTTPS only.\n"),
        Case('- CORS: allow_origins=["*"]\n'),
        Case("- CORS allows the frontend.\n", judged=True),
    ),
    accepted=(
        Case("- CORS allows `http://localhost:3000` only; no wildcard.\n", judged=True),
        Case("**Origins:** CORS allows `http://localhost:3000`.\n", judged=True),
    ),
    check=_check,
)
