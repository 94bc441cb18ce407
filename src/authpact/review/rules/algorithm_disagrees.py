import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._tokens import Verification
from authpact.review.source._pattern import lazy

_ASKS: Final = lazy(r"\bjwtClient\(|/api/auth/token\b|authClient\.(?:token|getToken)\(")


def _asks_plugin(facts: Facts) -> bool:
    return any("jwt" in s.plugins for s in facts.issuers.servers) or (
        not facts.issuers.servers and any(_ASKS.search(m.code) for m in facts.scripts)
    )


def _plugin_algorithms(facts: Facts) -> set[str]:
    plugins = [s for s in facts.issuers.servers if "jwt" in s.plugins]
    found = {s.algorithm for s in plugins}
    if "" in found:
        return set()
    if any(re.search(r"\bsign\s*:", s.plugins.get("jwt", "")) for s in facts.issuers.servers):
        return set()
    return found or {"EdDSA"}


def _minted(facts: Facts, v: Verification) -> set[str]:
    """Return the algorithms of tokens that the frontend signs itself, or this service does."""
    here = v.module.path.partition("/")[0]
    return {
        a
        for m in facts.tokens.mints
        for a in m.algorithm.literals
        if m.module.language == "script"
        or (
            m.module.path.partition("/")[0] == here
            and m.function
            and facts.is_reached(m.module, m.function)
        )
    }


def _own_tokens(facts: Facts) -> Iterator[Hit]:
    """Yield verifications that accept none of the tokens the frontend signs by itself."""
    signed = [m.algorithm for m in facts.tokens.mints if m.module.language == "script"]
    names = {a for algorithm in signed for a in algorithm.literals}
    if not names or not all(a.known and a.literals for a in signed):
        return
    for v in facts.verifications:
        accepted = set(v.algorithms.literals)
        if not v.algorithms.known or not accepted or not v.is_for_access:
            continue
        if not accepted & (names | _minted(facts, v)):
            message = f"Accepts {_listed(accepted)} only, but the frontend signs {_listed(names)}."
            yield at(v.module, v.call, message)


def _line_of(v: Verification) -> int:
    """Return where the algorithms are written: where a decoder is made, or where it is called."""
    owner = v.call.name.rpartition(".")[0]
    made = v.module.variables.get(owner)
    return made.line if made and "JsonWebToken(" in made.value else v.call.line


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield verifications whose algorithm no issuer of the tree uses."""
    if not _asks_plugin(facts):
        yield from _own_tokens(facts)
        return
    plugin = _plugin_algorithms(facts)
    for v in facts.verifications:
        accepted = set(v.algorithms.literals)
        if not accepted or not plugin or accepted & plugin or accepted & _minted(facts, v):
            continue
        message = f"Accepts {_listed(accepted)} only, but Better Auth signs {_listed(plugin)}."
        yield at(v.module, _line_of(v), message)


RULE = Rule(
    requirement="algorithm:pinned",
    category="alg-mismatch-with-issuer",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The verifier's algorithm is not the issuer's.",
    why="Every real token is refused. The jwt plugin of Better Auth signs EdDSA unless `keyPairConfig.alg` says otherwise, and has no HS256.",
    remedy="Verify with the key set of Better Auth and its algorithm, or issue HS256 tokens by an endpoint of your own with a dedicated secret.",
    check=check,
    flagged=(
        Case(
            {
                "web/token.ts": """\
import jwt from "jsonwebtoken";
export const sign = (id) => jwt.sign({ sub: id }, process.env.API_KEY, { algorithm: "HS512" });
""",
                "api/auth.py": """\
from functools import partial
from jose import jwt

verified = partial(jwt.decode, key=KEY, algorithms=["HS256"])
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt({ jwt: { audience: "api" } })] });
""",
                "api/auth.py": """\
from authlib.jose import JsonWebToken

reader = JsonWebToken(["RS256"])

def read(token, keys):
    return reader.decode(token, keys)
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt()] });
""",
                "api/auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["HS256"])
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
import { options } from "./options";
export const auth = betterAuth({ plugins: [jwt(options)] });
""",
                "web/options.ts": """\
const alg = "ES256";
export const options = { jwks: { keyPairConfig: { alg } } };
""",
                "api/auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["ES256"])
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt({ jwks: { keyPairConfig: { alg: ALGORITHM } } })] });
""",
                "api/auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["ES256"])
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt({ jwks: { keyPairConfig: { alg: "ES256" } } })] });
""",
                "api/auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["ES256"])
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt()] });
""",
                "web/token.ts": """\
import { SignJWT } from "jose";
export const sign = () => new SignJWT({ sub: "a" }).setProtectedHeader({ alg: "HS256" }).sign(key);
""",
                "api/auth.py": """\
import jwt

def read(token, key):
    return jwt.decode(token, key, algorithms=["HS256"])
""",
            }
        ),
    ),
)
