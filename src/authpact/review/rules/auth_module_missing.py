import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_AUTH: Final = re.compile(r"toNextJsHandler|auth\.handler|toNodeHandler")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield handlers of Better Auth whose configuration is not in the tree."""
    for module in facts.scripts:
        if not _AUTH.search(module.code):
            continue
        for one in module.imports:
            local = one.module.startswith((".", "@/", "~/"))
            if (
                local
                and "auth" in one.module.lower()
                and not facts.project.has_module(module, one.module)
            ):
                yield at(module, one.line, f"{one.module} is not in the repository.")


RULE = Rule(
    requirement="issue:one-endpoint",
    category="missing-auth-module",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The configuration of Better Auth is missing.",
    why="The frontend cannot be built, and what its tokens look like cannot be reviewed.",
    remedy="Commit the file; a .gitignore line such as `lib/` often drops it.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/auth/[...all]/route.ts": """\
import { auth } from "@/lib/auth";
import { toNextJsHandler } from "better-auth/next-js";
export const { GET, POST } = toNextJsHandler(auth);
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/auth.ts": "export const auth = betterAuth({});\n",
                "app/api/auth/[...all]/route.ts": """\
import { auth } from "@/lib/auth";
import { toNextJsHandler } from "better-auth/next-js";
export const { GET, POST } = toNextJsHandler(auth);
""",
            }
        ),
    ),
)
