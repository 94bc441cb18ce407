import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._tokens import Verification
from authpact.review.source._pattern import lazy

_FROM_TOKEN: Final = lazy(r"header(?:\.get\(|\[)\s*[\"']alg|unverified_header")

_ALL: Final = lazy(
    r"get_default_algorithms|Registry\.\w*algorithms|ALGORITHMS\.(?:ALL|SUPPORTED)\b|algorithms\.(?:keys|values)\("
)
_NAME: Final = lazy(r"^[\[(\s]*([A-Za-z_]\w*)[\])\s]*(?:if\b|,|$)")


def _behind(facts: Facts, v: Verification) -> str:
    """Return what the name of the algorithm was last given before the call, helpers included."""
    named = _NAME.match(v.algorithms_text)
    if named is None or v.function is None:
        return ""
    given = [
        a
        for a in v.module.assignments
        if named[1] in re.split(r"[\s,()]+", a.target) and v.function.line <= a.line <= v.call.line
    ]
    if not given:
        return ""
    between = "\n".join(v.module.lines[given[-1].line - 1 : v.call.line])
    return "" if _is_compared(between, named[1]) else _helped(facts, v, given[-1].value)


def _helped(facts: Facts, v: Verification, text: str) -> str:
    """Return an expression, followed by the code of the function of the tree that it calls."""
    called = re.match(r"(?:await\s+)?([\w.]+)\(", text)
    found = facts.project.function(v.module, called[1]) if called else None
    inside = found[1].text if found else ""
    compares = re.search(r"\bnot\s+in\b|!=", inside)
    return text if compares else f"{text}\n{inside}"


def _is_compared(body: str, name: str) -> bool:
    """Whether a name is refused where it is none of a list, or not the one."""
    return bool(re.search(rf"\b{name}\s+not\s+in\b|\b{name}\s*!=", body))


def _problem(facts: Facts, v: Verification) -> str:
    behind = _behind(facts, v)
    if _ALL.search(f"{v.algorithms_text}{behind}"):
        return "Every algorithm of the library is accepted."
    direct = _helped(facts, v, v.algorithms_text.strip("[( "))
    if _FROM_TOKEN.search(direct) or _FROM_TOKEN.search(behind):
        return "The algorithm is taken from the token itself."
    if not v.algorithms_given:
        return "" if v.library == "joserfc" else "No algorithm is fixed."
    names = {a.lower() for a in v.algorithms.literals}
    if "none" in names:
        return "The algorithm `none` is accepted."
    families = {n[:2] for n in names if n.startswith(("hs", "rs", "es", "ps", "ed"))}
    if "hs" in families and len(families) > 1:
        return "Symmetric and asymmetric algorithms are accepted side by side."
    return ""


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications that leave the choice of the algorithm open."""
    for v in facts.verifications:
        problem = _problem(facts, v)
        if problem and not re.search(r"JsonWebToken\(\[", v.module.code):
            yield at(v.module, v.call, problem)


RULE = Rule(
    requirement="algorithm:pinned",
    category="alg-not-pinned",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The verifier does not fix one algorithm.",
    why="Whoever makes a token may choose how it is checked; with two families a public key becomes a shared secret.",
    remedy='Name the one algorithm of the issuer: `algorithms=["EdDSA"]`.',
    check=check,
    flagged=(
        Case(
            {
                "auth.py": """\
from jose import jwt

def head(token):
    found = jwt.get_unverified_header(token)
    return found.get("alg", "RS256"), found.get("kid")

def read(token):
    algorithm, kid = head(token)
    return jwt.decode(token, key_of(kid), algorithms=algorithm)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
from joserfc import jwt
from joserfc.jws import JWSRegistry

def read(token, keys):
    return jwt.decode(token, keys, algorithms=list(JWSRegistry.algorithms))
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def read(token, key):
    named = jwt.get_unverified_header(token)["alg"]
    return jwt.decode(token, key, algorithms=[named])
"""
            }
        ),
        Case(
            {
                "auth.py": """\
from jose import jwt

def read(token, key):
    header = json.loads(decoded(token.split(".")[0]))
    alg = header.get("alg")
    if alg.startswith("HS"):
        return jwt.decode(token, SECRET, algorithms=[alg])
    alg = key.get("alg")
    return jwt.decode(token, key, algorithms=[alg])
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt
from jwt.algorithms import get_default_algorithms

def read(token, key):
    return jwt.decode(token, key, algorithms=list(get_default_algorithms()))
"""
            }
        ),
        Case(
            {
                "auth.py": """\
from jose import jwt

def read(token, key):
    return jwt.decode(token, key)
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["HS256", "RS256"])
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "auth.py": """\
from jose import jwt

def read(token, key):
    alg = jwt.get_unverified_header(token).get("alg")
    if alg not in ("EdDSA",):
        raise Refused()
    return jwt.decode(token, key, algorithms=[alg])
"""
            }
        ),
        Case(
            {
                "auth.py": """\
import jwt

ALG = "EdDSA"

def read(token, key):
    return jwt.decode(token, key, algorithms=[ALG])
"""
            }
        ),
    ),
)
