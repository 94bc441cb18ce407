import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_FORMER: Final = (
    ("next-auth", re.compile(r"^NEXTAUTH_(?:SECRET|URL)$")),
    ("@clerk/", re.compile(r"^(?:NEXT_PUBLIC_)?CLERK_\w+$")),
    ("auth0", re.compile(r"^AUTH0_\w+$")),
    ("better-auth", re.compile(r"^BETTER_AUTH_\w+$")),
)
_SCHEMES: Final = lazy(r"\"(?:better-auth|next-auth|@auth/[\w-]+|@clerk/[\w-]+|@auth0/[\w-]+)\"")


def _decides(facts: Facts, name: str) -> bool:
    """Whether a token is signed or verified with a variable."""
    keys = (k for m in facts.tokens.mints for k in m.key.environment)
    return name in keys or any(name in v.key.environment for v in facts.verifications)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield the first variable of each scheme that the tree no longer uses."""
    packages = " ".join(s.text for s in facts.environment.plain(r"(^|/)package\.json$"))
    if not _SCHEMES.search(packages):
        return
    for package, names in _FORMER:
        if package in packages or any(
            package in i.module for m in facts.scripts for i in m.imports
        ):
            continue
        found = next((v for v in facts.environment.variables if names.match(v.name)), None)
        if found is None or _decides(facts, found.name):
            continue
        # Health pages often tell whether a variable of the former library is set.
        readers = (m for m in facts.project.modules if not re.search(r"health|debug|test", m.path))
        if not any(re.search(rf"\b{found.name}\b", m.code) for m in readers):
            message = f"{found.name} configures a scheme that the code does not use."
            yield Hit(found.file, found.line, message)


RULE = Rule(
    requirement="environment:complete",
    category="stale-auth-config",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Configuration of a former scheme is left in place.",
    why="Operators set secrets that nothing reads and miss those that count.",
    remedy="Remove the variable.",
    check=check,
    flagged=(
        Case(
            {
                "package.json": """\
{"dependencies": {"better-auth": "1.4.0"}}
""",
                ".env.example": "NEXTAUTH_SECRET=\n",
            }
        ),
        Case(
            {
                "package.json": """\
{"dependencies": {"next-auth": "5.0.0"}}
""",
                ".env.example": "BETTER_AUTH_SECRET=\n",
                "app/api/health/route.ts": "const ok = process.env.BETTER_AUTH_SECRET ? 1 : 0;\n",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "package.json": """\
{"dependencies": {"better-auth": "1.4.0"}}
""",
                ".env.example": "BETTER_AUTH_SECRET=\n",
            }
        ),
    ),
)
