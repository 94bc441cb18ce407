from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._key_sets import is_kept, is_key_fetch


def check(facts: Facts) -> Iterator[Hit]:
    """Yield functions that fetch the key set again for each request."""
    for module in facts.python:
        for call in module.calls:
            if module.function_of(call) is None:
                continue
            if call.last != "PyJWKClient" and not is_key_fetch(module, call):
                continue
            if not is_kept(facts.project, module, call):
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
import jwt

def key_for(token):
    found = jwt.PyJWKClient(URL, cache_keys=True)
    return found.get_signing_key_from_jwt(token)

def read(token):
    return jwt.decode(token, key_for(token), algorithms=["EdDSA"])
"""
            }
        ),
        Case(
            {
                "keys.py": """\
class Keys:
    def __init__(self, base):
        self.web = httpx.AsyncClient(base_url=base)
        self.http = self.web

    async def all(self):
        return KeySet.import_key_set((await self.http.get("/api/auth/jwks")).json())
"""
            }
        ),
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
                "keys.py": """\
import requests

class Keys:
    def ask(self):
        return requests.get(self.jwks_url, timeout=3).json()

    def load(self):
        self.known = self.ask()
"""
            }
        ),
        Case(
            {
                "health.py": """\
import requests

def health_check():
    return requests.get(JWKS_URL, timeout=3).json() is not None
"""
            }
        ),
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
