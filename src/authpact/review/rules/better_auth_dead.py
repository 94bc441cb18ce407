import re
from collections.abc import Iterator, Sequence
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._issuers import Client, Issuer

_COPY: Final = re.compile(r"backup|old|legacy|archive|examples?/", re.IGNORECASE)


def _has_pages(facts: Facts, home: str) -> bool:
    """Whether a folder is a front end whose pages load everything else of it."""
    folders = tuple(f"{home}{f}/" for f in ("app", "src/app", "pages", "src/pages"))
    return any(p.startswith(folders) for p in facts.loaded.paths)


def _all_dead(facts: Facts, made: Sequence[Issuer | Client]) -> dict[str, Issuer | Client]:
    """Return front ends with the first of their instances, where nothing served loads any."""
    homes: dict[str, list[Issuer | Client]] = {}
    for one in made:
        home = facts.loaded.home_of(one.module.path)
        if home is not None and _has_pages(facts, home) and not _COPY.search(one.module.path):
            homes.setdefault(home, []).append(one)
    return {
        home: min(found, key=lambda one: one.module.path)
        for home, found in homes.items()
        if all(facts.loaded.is_dead(one.module.path) for one in found)
    }


def check(facts: Facts) -> Iterator[Hit]:
    """Yield servers of Better Auth that nothing mounts, and clients beside live ones unused."""
    servers = _all_dead(facts, facts.issuers.servers)
    for one in servers.values():
        message = "No page or handler that is served loads this instance of Better Auth."
        yield at(one.module, one.call, message, Severity.MEDIUM)
    # Without any server the clients are what is left of a former scheme.
    for home, one in _all_dead(facts, facts.issuers.clients).items():
        if facts.issuers.servers and home not in servers:
            yield at(one.module, one.call, "Nothing that is served loads this auth client.")


_PAGE: Final = {
    "web/package.json": '{"dependencies": {"next": "16.0.0"}}\n',
    "web/app/page.tsx": 'import { signIn } from "@/lib/own";\n',
}
_SERVER: Final = """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ database });
"""
_CLIENT: Final = """\
import { createAuthClient } from "better-auth/react";
export const authClient = createAuthClient();
"""
_HANDLER: Final = """\
import { toNextJsHandler } from "better-auth/next-js";
import { auth } from "@/lib/auth";
export const { GET, POST } = toNextJsHandler(auth);
"""

RULE = Rule(
    requirement="access:documented",
    category="auth-dependency-unused",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Better Auth is set up, and nothing that is served loads it.",
    why="Readers take its options for the rules of sign-in, which another code decides.",
    remedy="Mount it under /api/auth/[...all], or remove it.",
    check=check,
    flagged=(
        Case({**_PAGE, "web/lib/auth.ts": _SERVER}),
        Case(
            {
                **_PAGE,
                "web/lib/auth.ts": _SERVER,
                "web/lib/client.ts": _CLIENT,
                "web/app/api/auth/[...all]/route.ts": _HANDLER,
            }
        ),
    ),
    accepted=(
        Case(
            {
                **_PAGE,
                "web/lib/auth.ts": _SERVER,
                "web/lib/client.ts": _CLIENT,
                "web/app/enter/page.tsx": 'import { authClient } from "@/lib/client";\n',
                "web/app/api/auth/[...all]/route.ts": _HANDLER,
            }
        ),
        Case({"packages/auth/src/index.ts": _SERVER}),
    ),
)
