import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_CACHED: Final = re.compile(
    r"cache|global\s|_jwks\w*\s*is\s+None|if\s+not\s+\w*jwks(?!\w*(?:resp|_res\b|url|uri|endpoint))|self\.\w+\s*=|ttl",
    re.IGNORECASE,
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield functions that fetch the key set again for each request."""
    for module in facts.python:
        for call in module.calls:
            function = module.function_of(call)
            if function is None or function.name in {"__init__", "lifespan"}:
                continue
            is_client = call.last == "PyJWKClient"
            is_fetch = call.last in {"get", "urlopen"} and re.search(
                r"jwks", " ".join(a.text for a in call.arguments), re.IGNORECASE
            )
            is_fetch = is_fetch and re.search(r"requests|httpx|client|urlopen|session", call.name)
            if not (is_client or is_fetch):
                continue
            decorated = any("cache" in d.name for d in function.decorators)
            if decorated or _CACHED.search(function.text):
                continue
            yield at(module, call, "The key set is fetched again for each token.")


RULE = Rule(
    requirement="keyset:bounded-refresh",
    category="jwks-refetch-every-request",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The key set is not remembered.",
    why="Each request waits for the issuer, and anybody can make the API flood it.",
    remedy="Make one PyJWKClient per process, or keep the keys with an age limit.",
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
from jwt import PyJWKClient

def read(token):
    return PyJWKClient(URL).get_signing_key_from_jwt(token)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import requests

def keys(jwks_url):
    jwks_answer_response = requests.get(jwks_url, timeout=5)
    if not jwks_answer_response.ok:
        return None
    return jwks_answer_response.json()
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
from jwt import PyJWKClient

client = PyJWKClient(URL)

def read(token):
    return client.get_signing_key_from_jwt(token)
"""
            }
        ),
    ),
)
