import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_PRIVATE: Final = lazy(r"process\.env\.(?!NEXT_PUBLIC_|NODE_ENV|VERCEL_ENV)(\w+)")


_LOCAL: Final = lazy(
    r"process\.env\.(?!NEXT_PUBLIC_|NODE_ENV|VERCEL_ENV)(\w*(?:URL|API|HOST|BACKEND)\w*)\s*(?:\|\||\?\?)\s*[\"'`]https?://(?:localhost|127)"
)


_SENDS: Final = lazy(r"\bfetch\(|\baxios\b|\bky\b")


def _bundled(facts: Facts) -> frozenset[str]:
    """Return files that call somebody and that client components import, and nothing else does."""
    users: dict[str, set[bool]] = {}
    for module in facts.scripts:
        for one in module.imports:
            found = facts.project.module_of(module, one.module)
            if found is not None:
                users.setdefault(found.path, set()).add(is_client(module))
    return frozenset(
        path
        for path, kinds in users.items()
        if kinds == {True}
        and _SENDS.search(facts.project.by_path[path].code)
        and not re.search(
            r"[\"'](?:use server|server-only)[\"']|typeof window", facts.project.by_path[path].text
        )
    )


def _in_pages(facts: Facts) -> Iterator[Hit]:
    """Yield addresses that a client component reads from a variable of the server."""
    bundled = _bundled(facts)
    handed = " ".join(m.code for m in facts.scripts if "next.config" in m.path)
    for module in facts.scripts:
        runs = is_client(module) or module.path in bundled
        found = next(lines_matching(module.code, _LOCAL), None) if runs else None
        own = found and "NEXT_PUBLIC_" in module.lines[found[0] - 1] and module.path in bundled
        if found and found[1][1] not in handed and not own:
            yield at(module, found[0], f"{found[1][1]} does not reach the browser.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield clients whose address is in a variable that browsers do not get."""
    clients = {c.module.path for c in facts.issuers.clients}
    yield from (hit for hit in _in_pages(facts) if hit.file not in clients)
    for client in facts.issuers.clients:
        text = client.options.get("baseURL", "")
        found = _PRIVATE.search(text)
        if found and "NEXT_PUBLIC_" not in text and "typeof window" not in text:
            line = next(
                (
                    n
                    for n in range(client.call.line, client.call.end_line + 1)
                    if found[1] in client.module.lines[n - 1]
                ),
                client.call.line,
            )
            yield at(client.module, line, f"{found[1]} does not reach the browser.")


RULE = Rule(
    requirement="environment:complete",
    category="env-not-public",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The auth client reads a server variable.",
    why="Next.js gives browsers NEXT_PUBLIC_ variables only; the deployed client falls back to localhost.",
    remedy="Leave baseURL out when both are on one origin, or use a NEXT_PUBLIC_ variable.",
    check=check,
    flagged=(
        Case(
            {
                "lib/api.ts": """\
const API = process.env.API_URL || "http://localhost:8000";
export const load = () => fetch(`${API}/tasks`);
""",
                "app/list.tsx": '"use client";\nimport { load } from "../lib/api";\nfetch("/x");\n',
            }
        ),
        Case(
            {
                "lib/client.ts": """\
export const client = createAuthClient({
  baseURL: process.env.BETTER_AUTH_URL || "http://localhost:3000",
});
"""
            }
        ),
        Case(
            {
                "app/tasks.tsx": """\
"use client";
const API = process.env.API_URL || "http://localhost:8000";
export const load = () => fetch(`${API}/tasks`);
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/api.ts": """\
const API = process.env.API_URL || "http://localhost:8000";
export const load = () => fetch(`${API}/tasks`);
""",
                "app/list.tsx": '"use client";\nimport { load } from "../lib/api";\nfetch("/x");\n',
                "app/page.tsx": 'import { load } from "../lib/api";\nfetch("/x");\n',
            }
        ),
        Case(
            {
                "app/tasks.tsx": """\
"use client";
const API = process.env.API_URL || "http://localhost:8000";
export const load = () => fetch(`${API}/tasks`);
""",
                "next.config.ts": "export default { env: { API_URL: process.env.API_URL } };\n",
            }
        ),
        Case(
            {
                "lib/client.ts": """\
export const client = createAuthClient({
  baseURL: process.env.NEXT_PUBLIC_APP_URL,
});
"""
            }
        ),
    ),
)
