import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._mends import swap
from authpact.review._rule import Case, Hit, Rule, at

_SCHEME: Final = re.compile(r"scheme(\s*(?:==|!=)\s*)[\"']Bearer[\"']")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield comparisons of the scheme that regard case."""
    for module, line, found in facts.matches(facts.python, _SCHEME):
        mend = swap(module.text, line, found[0], f'scheme.lower(){found[1]}"bearer"', safe=True)
        yield at(module, line, "The scheme is compared with regard to case.", mend=mend)


RULE = Rule(
    requirement="transport:scheme",
    category="scheme-case-sensitive",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="`bearer` in lower case is refused.",
    why="Authentication schemes have no case (RFC 9110 11.1); correct clients are turned away.",
    remedy='Compare `scheme.lower() == "bearer"`.',
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
def ok(credentials):
    return credentials.scheme == "Bearer"
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
def ok(credentials):
    return credentials.scheme.lower() == "bearer"
"""
            }
        ),
    ),
)
