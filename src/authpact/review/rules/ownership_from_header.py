import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_HEADER: Final = re.compile(
    r"headers(?:\.get\(|\[)\s*[\"']x-user-?(?:id)?[\"']|Header\([^)\n]*alias\s*=\s*[\"']x-user-?id[\"']|\bx_user_id\s*:[^=\n,)]*=\s*Header\(",
    re.IGNORECASE,
)
_PROVED: Final = re.compile(
    r"hmac|compare_digest|signature|internal_?(?:key|secret|token)|verify", re.IGNORECASE
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield functions that believe a header about who calls."""
    for module in facts.python:
        for function in module.functions:
            found = next(lines_matching(function.text, _HEADER), None)
            if found and not _PROVED.search(function.text) and function.parent < 0:
                yield at(
                    module,
                    function.line + found[0] - 1,
                    "Who calls is read from a header that anybody can set.",
                )


RULE = Rule(
    requirement="ownership:owner-from-token",
    category="ownership-trusts-client-user-id",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    summary="The user is taken from a plain header.",
    why="Anybody writes another id into the header and is that user.",
    remedy="Take the user from the verified token.",
    check=check,
    flagged=(
        Case(
            {
                "deps.py": """\
def current_user(request):
    return request.headers.get("X-User-Id")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "deps.py": """\
def current_user(request):
    verify_signature(request)
    return request.headers.get("X-User-Id")
"""
            }
        ),
    ),
)
