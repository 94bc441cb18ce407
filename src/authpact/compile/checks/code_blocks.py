import re
from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document, Fence
from authpact.contract import Contract
from authpact.findings import Severity

_PSEUDOCODE = frozenset({"", "text", "txt", "plain", "pseudo", "pseudocode"})
_JSON = re.compile(r'^\s*[{\[]\s*("|\{|\[|\}|\])', re.DOTALL)
_CODE = re.compile(
    r"^\s*(import |from \S+ import |export |const |let |async def |@app\.)|=>|\);\s*$",
    re.MULTILINE,
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    for fence in document.fences:
        problem = _problem(fence)
        if problem:
            yield Remark(fence.line, problem)


def _problem(fence: Fence) -> str | None:
    if fence.language.startswith("json") or _JSON.match(fence.text):
        return "a JSON block"
    if fence.language.split()[:1] and fence.language.split()[0] not in _PSEUDOCODE:
        return f"a block of {fence.language.split()[0]}: only pseudocode belongs here"
    if _CODE.search(fence.text):
        return "a block of program code: only pseudocode belongs here"
    return None


CHECK = DocumentCheck(
    requirement="document:form",
    severity=Severity.LOW,
    summary="A specification has no code blocks but pseudocode, and no JSON.",
    why="Code in a specification is copied and grows old; the rule behind it is what binds.",
    remedy="State the rule in a sentence or a table; keep code for the design document.",
    flagged=(
        Case('```json\n{"sub": "1"}\n```\n'),
        Case('```\n{"sub": "1"}\n```\n'),
        Case("```python\nprint(1)\n```\n"),
        Case("```\nimport jwt\n```\n"),
    ),
    accepted=(Case("```text\nif token is absent: refuse 401\n```\n"),),
    check=_check,
    kinds=SPEC,
)
