import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_API: Final = lazy(r"NEXT_PUBLIC_\w*(?:API|BACKEND)\w*")
_PROXY: Final = lazy(r"(^|/)(?:nginx[\w.-]*\.conf|Caddyfile|traefik[\w.-]*|ingress[\w.-]*)$")


def _is_api(facts: Facts, shown: str) -> bool:
    """Whether an address is that of the API: by the name of its variable, or by its port."""
    if _API.search(shown):
        return True
    if any(_PROXY.search(p) for p in facts.tree.paths):
        return False
    calls = (c for m in facts.python for c in m.calls if c.name == "uvicorn.run")
    ports = {"8000", *(c.text_of("port") for c in calls)}
    return any(re.search(rf":{p}\b", shown) for p in ports if p.isdigit())


def check(facts: Facts) -> Iterator[Hit]:
    """Yield auth clients that ask the API server for sessions."""
    serves = any("toNextJsHandler" in m.code for m in facts.scripts)
    imitates = any(re.search(r"/api/auth", p) for r in facts.routes for p in r.paths)
    for client in facts.issuers.clients:
        text = client.options.get("baseURL", "")
        value = facts.evaluator.value(client.module, text)
        shown = f"{text} {' '.join(value.literals)} {' '.join(value.environment)}"
        if serves and not imitates and _is_api(facts, shown) and "AUTH" not in shown:
            line = next(
                (
                    n
                    for n in range(client.call.line, client.call.end_line + 1)
                    if "baseURL" in client.module.lines[n - 1]
                ),
                client.call.line,
            )
            yield at(
                client.module,
                line,
                "The auth client asks the API server, but Better Auth runs in Next.js.",
            )


RULE = Rule(
    requirement="identity:sign-in",
    category="auth-baseurl-wrong-service",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The auth client points at FastAPI.",
    why="FastAPI has no /api/auth routes; nobody can sign in.",
    remedy="Leave baseURL out, or give the address of the Next.js application.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/auth/[...all]/route.ts": """\
import { toNextJsHandler } from "better-auth/next-js";
export const { GET, POST } = toNextJsHandler(auth);
""",
                "lib/client.ts": """\
export const client = createAuthClient({
  baseURL: process.env.NEXT_PUBLIC_API_URL || "http://localhost:8000",
});
""",
            }
        ),
        Case(
            {
                "app/api/auth/[...all]/route.ts": """\
import { toNextJsHandler } from "better-auth/next-js";
export const { GET, POST } = toNextJsHandler(auth);
""",
                "lib/client.ts": 'export const client = createAuthClient({ baseURL: "http://localhost:9001" });\n',
                "api/main.py": "import uvicorn\nuvicorn.run(app, port=9001)\n",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/auth/[...all]/route.ts": """\
import { toNextJsHandler } from "better-auth/next-js";
export const { GET, POST } = toNextJsHandler(auth);
""",
                "lib/client.ts": 'export const client = createAuthClient({ baseURL: "http://localhost:8080" });\n',
            }
        ),
        Case(
            {
                "app/api/auth/[...all]/route.ts": """\
import { toNextJsHandler } from "better-auth/next-js";
export const { GET, POST } = toNextJsHandler(auth);
""",
                "lib/client.ts": """\
export const client = createAuthClient({
  baseURL: process.env.NEXT_PUBLIC_APP_URL,
});
""",
            }
        ),
    ),
)
