import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_HEADER: Final = re.compile(
    r"headers(?:\.get\(|\[)\s*[\"']x-forwarded-(?:proto|host)[\"']", re.IGNORECASE
)
_ANY: Final = re.compile(
    r"ProxyHeadersMiddleware[^\n]*trusted_hosts\s*=\s*\[?\s*[\"']\*[\"']|forwarded_allow_ips\s*=\s*[\"']\*[\"']|--forwarded-allow-ips[= ]?[\"']?\*"
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield forwarded headers that anybody may send."""
    for module, line, _ in facts.matches(facts.python, _HEADER):
        if re.search(r"request\.scope\[|scope\[[\"']scheme", module.code):
            yield at(module, line, "Forwarded headers are taken from any client.")
    for module, line, _ in facts.matches(facts.python, _ANY):
        yield at(module, line, "Forwarded headers are taken from any client.")


RULE = Rule(
    requirement="transport:https",
    category="trusted-proxy-headers",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Forwarded headers are trusted from anybody.",
    why="A client chooses the scheme and host that the API believes.",
    remedy="Name the addresses of the proxy.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=["*"])
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=["10.0.0.1"])
"""
            }
        ),
    ),
)
