import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_AUTH_URL: Final = lazy(r"AUTH\w*_UR[IL]$|JWKS|ISSUER")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield addresses that the API reads under the name the browser bundle has for them."""
    for read in facts.variables.reads:
        plain = re.sub(r"^(?:NEXT_PUBLIC|VITE)_", "", read.name)
        if plain == read.name or read.module.language != "python" or not _AUTH_URL.search(plain):
            continue
        home = facts.environment.home_of(read.module.path)
        names = facts.environment.documented(home) if home is not None else set[str]()
        if plain in names and read.name not in names and f'"{plain}"' not in read.module.code:
            message = f"The API reads {read.name}, but its environment has {plain}."
            yield at(read.module, read.line, message)


RULE = Rule(
    requirement="environment:complete",
    category="env-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The API reads an address under the name the browser bundle has for it.",
    why="Its environment has the plain name, so it asks its default address for keys and refuses every call.",
    remedy="Read the name that the environment of the API has.",
    check=check,
    flagged=(
        Case(
            {
                "api/keys.py": """\
import os
KEYS = os.getenv("NEXT_PUBLIC_BETTER_AUTH_URL", "http://localhost:3000") + "/api/auth/jwks"
""",
                ".env.example": "BETTER_AUTH_URL=http://localhost:3000\n",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/keys.py": """\
import os
KEYS = os.getenv("NEXT_PUBLIC_BETTER_AUTH_URL") or os.getenv("BETTER_AUTH_URL")
""",
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ baseURL: process.env.BETTER_AUTH_URL || "http://localhost:3000" });
""",
                ".env.example": "BETTER_AUTH_URL=http://localhost:3000\n",
            }
        ),
    ),
)
