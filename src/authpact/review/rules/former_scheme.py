import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule

_FORMER: Final = (
    ("next-auth", re.compile(r"^NEXTAUTH_(?:SECRET|URL)$")),
    ("@clerk/", re.compile(r"^(?:NEXT_PUBLIC_)?CLERK_\w+$")),
    ("auth0", re.compile(r"^AUTH0_\w+$")),
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield the first variable of each scheme that the tree no longer uses."""
    packages = " ".join(s.text for s in facts.environment.plain(r"(^|/)package\.json$"))
    if "better-auth" not in packages:
        return
    for package, names in _FORMER:
        if package in packages or any(
            package in i.module for m in facts.scripts for i in m.imports
        ):
            continue
        found = next((v for v in facts.environment.variables if names.match(v.name)), None)
        if found and not any(
            re.search(rf"\b{found.name}\b", m.code) for m in facts.project.modules
        ):
            yield Hit(
                found.file,
                found.line,
                f"{found.name} configures a scheme that the code does not use.",
            )


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
