import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_URL: Final = lazy(r"[\"'][^\"'\n]*?(/(?:api/auth/)?[\w./-]*jwks[\w./-]*)[\"']")


def _expected(facts: Facts) -> set[str]:
    servers = [s for s in facts.issuers.servers if "jwt" in s.plugins]
    return {s.base_path + s.jwks_path for s in servers} or {"/api/auth/jwks"}


def _fits(facts: Facts, path: str, expected: str) -> bool:
    """Whether an address may end in the path that is served; a front end may stand below another."""
    if not path.endswith(expected):
        return expected.endswith(path)
    below = path.removesuffix(expected)
    moved = (m.code for m in facts.scripts if "next.config" in m.path)
    return below != "/api" or any(re.search(r"basePath|rewrites", code) for code in moved)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield key set addresses that Better Auth does not serve."""
    if not facts.issuers.is_used:
        return
    expected = _expected(facts)
    for module, line, match in facts.matches(facts.python, _URL):
        path = re.sub(r"^//[^/]+", "", match[1])
        if not any(_fits(facts, path, e) for e in expected) and (
            "/api/auth" in path or "well-known" in path
        ):
            yield at(
                module,
                line,
                f"Better Auth serves its key set at {min(expected)}, not at {path}.",
            )


RULE = Rule(
    requirement="keyset:source",
    category="jwks-url-wrong",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The key set is fetched from an address that does not exist.",
    why="No key can be had, so every token is refused.",
    remedy="Use `/api/auth/jwks`, or what `jwks.jwksPath` says, below the auth base path.",
    check=check,
    flagged=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ basePath: "/auth", plugins: [jwt()] });
""",
                "api/auth.py": 'URL = BASE + "/api/auth/jwks"\n',
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt()] });
""",
                "api/auth.py": """\
URL = f"{BASE}/api/auth/.well-known/jwks.json"
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
const WHERE = "/api/auth";
export const auth = betterAuth({ basePath: WHERE, plugins: [jwt()] });
""",
                "api/auth.py": 'URL = "https://web.example/api/auth/jwks"\n',
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt({ jwks: { jwksPath: "/.well-known/jwks.json" } })] });
""",
                "api/auth.py": """\
URL = f"{BASE}/api/auth/.well-known/jwks.json"
""",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [jwt()] });
""",
                "api/auth.py": 'URL = f"{BASE}/api/auth/jwks"\n',
            }
        ),
    ),
)
