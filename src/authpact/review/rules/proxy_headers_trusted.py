import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function
from authpact.review.source._pattern import lazy
from authpact.review.source._text import members

_MEDIUM: Final = Severity.MEDIUM
_HEADER: Final = lazy(
    r"headers(?:\.get\(|\[)\s*[\"']x-forwarded-(?:proto|host)[\"']", re.IGNORECASE
)
_ANY: Final = lazy(
    r"ProxyHeadersMiddleware[^\n]*trusted_hosts\s*=\s*\[?\s*[\"']\*[\"']|forwarded_allow_ips\s*=\s*[\"']\*[\"']|--forwarded-allow-ips[= ]?[\"']?\*"
)

_ADDRESS: Final = lazy(
    r"headers(?:\.get\(|\[)\s*[\"'](?:x-forwarded-for|x-real-ip|x-client-ip)[\"']", re.IGNORECASE
)
_TRUST: Final = lazy(r"trust|proxies|allowed_hosts|peer|production", re.IGNORECASE)
_LIMIT: Final = lazy(r"limit|throttl|bucket|attempts", re.IGNORECASE)


def _counts(facts: Facts, function: Function) -> bool:
    """Whether the address that a function returns is what a limit counts."""
    name = re.escape(function.name)
    key = re.compile(rf"key_func\s*=\s*(?:\w+\.)*{name}\b")
    if _LIMIT.search(function.name) or any(key.search(m.code) for m in facts.python):
        return True
    outer = [m.function_of(c) for m in facts.python for c in m.called(function.name)]
    return any(f is not None and _LIMIT.search(f.name + f.owner) for f in outer)


def _limit_keys(facts: Facts) -> Iterator[Hit]:
    """Yield limits that count by an address the client writes itself."""
    for module, line, _ in facts.matches(facts.python, _ADDRESS):
        around = [f for f in module.functions if f.line <= line <= f.end_line]
        if around and not _TRUST.search(around[-1].text) and _counts(facts, around[-1]):
            yield at(
                module, line, "A limit counts by an address the client writes itself.", _MEDIUM
            )


def _origins(facts: Facts) -> Iterator[Hit]:
    """Yield issuers whose own address is whatever a client forwards."""
    for issuer in facts.issuers.servers:
        advanced = members(issuer.options.get("advanced", ""))
        if advanced.get("trustedProxyHeaders") == "true" and "baseURL" not in issuer.options:
            line = issuer.line_of(r"trustedProxyHeaders")
            yield at(issuer.module, line, "The address of the issuer is what a client forwards.")


_HOST: Final = lazy(r"\.get\(\s*[\"']x-forwarded-host[\"']", re.IGNORECASE)
_MADE: Final = lazy(r"`\$\{\w+\}://\$\{\w+\}")
_ALLOWED: Final = lazy(r"allow|trusted|\.includes\(\s*\w*host|\.has\(\s*\w*host", re.IGNORECASE)


def _addresses(facts: Facts) -> Iterator[Hit]:
    """Yield servers that call themselves by the host that a client forwards."""
    for module in facts.scripts:
        if not _HOST.search(module.code):
            continue
        for function in module.functions:
            text = function.text
            returned = re.search(r"\breturn\b", text) and _MADE.search(text)
            if returned and _HOST.search(text) and not _ALLOWED.search(text):
                line = next(n for n in range(function.line, function.end_line + 1)
                            if "x-forwarded-host" in module.lines[n - 1].lower())  # fmt: skip
                yield at(module, line, "A client chooses the address that is made of its host.")
                break


def check(facts: Facts) -> Iterator[Hit]:
    """Yield forwarded headers that anybody may send."""
    yield from _limit_keys(facts)
    yield from _origins(facts)
    yield from _addresses(facts)
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
                "lib/server.ts": """\
export async function address() {
  const sent = await headers();
  const host = sent.get("x-forwarded-host") ?? sent.get("host");
  return `${scheme}://${host}`;
}
export const read = async () => fetch(`${await address()}/api/notes`);
"""
            }
        ),
        Case(
            {
                "limits.py": """\
def client_address(request):
    sent = request.headers.get("X-Forwarded-For")
    return sent.split(",")[0] if sent else request.client.host

limiter = Limiter(key_func=client_address)
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ advanced: { trustedProxyHeaders: true } });
"""
            }
        ),
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
                "lib/server.ts": """\
export async function address() {
  const host = (await headers()).get("x-forwarded-host");
  if (!ALLOWED.has(host)) throw new Error("unknown host");
  return `${scheme}://${host}`;
}
export const read = async () => fetch(`${await address()}/api/notes`);
"""
            }
        ),
        Case(
            {
                "limits.py": """\
def client_address(request):
    if request.client.host in settings.trusted_proxies:
        return request.headers["X-Forwarded-For"].split(",")[-1]
    return request.client.host

def seen_from(request):
    return request.headers.get("X-Forwarded-For")

limiter = Limiter(key_func=client_address)
"""
            }
        ),
        Case(
            {
                "main.py": """\
app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=["10.0.0.1"])
"""
            }
        ),
    ),
)
