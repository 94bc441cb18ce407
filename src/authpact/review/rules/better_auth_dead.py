import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._issuers import Issuer
from authpact.review.source._pattern import lazy

_COPY: Final = lazy(r"backup|old|legacy|archive|examples?/", re.IGNORECASE)


def _has_pages(facts: Facts, home: str) -> bool:
    """Whether a folder is a front end whose pages load everything else of it."""
    folders = tuple(f"{home}{f}/" for f in ("app", "src/app", "pages", "src/pages"))
    return any(p.startswith(folders) for p in facts.loaded.paths)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield a server of Better Auth of each front end that loads none of its servers."""
    homes: dict[str, list[Issuer]] = {}
    for one in facts.issuers.servers:
        home = facts.loaded.home_of(one.module.path)
        if home is not None and _has_pages(facts, home) and not _COPY.search(one.module.path):
            homes.setdefault(home, []).append(one)
    for found in homes.values():
        if all(facts.loaded.is_dead(one.module.path) for one in found):
            first = min(found, key=lambda one: one.module.path)
            message = "No page or handler that is served loads this instance of Better Auth."
            yield at(first.module, first.call, message)


_PAGE: Final = {
    "web/package.json": '{"dependencies": {"next": "16.0.0"}}\n',
    "web/app/page.tsx": 'import { signIn } from "@/lib/own";\n',
}
_SERVER: Final = """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ database });
"""
_HANDLER: Final = """\
import { toNextJsHandler } from "better-auth/next-js";
import { auth } from "@/lib/auth";
export const { GET, POST } = toNextJsHandler(auth);
"""

RULE = Rule(
    requirement="access:documented",
    category="auth-dependency-unused",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="Better Auth is set up, and nothing that is served loads it.",
    why="Readers take its options for the rules of sign-in, which another code decides.",
    remedy="Mount it under /api/auth/[...all], or remove it.",
    check=check,
    flagged=(Case({**_PAGE, "web/lib/auth.ts": _SERVER}),),
    accepted=(
        Case(
            {
                **_PAGE,
                "web/lib/auth.ts": _SERVER,
                "web/app/api/auth/[...all]/route.ts": _HANDLER,
            }
        ),
        Case({"packages/auth/src/index.ts": _SERVER}),
    ),
)
