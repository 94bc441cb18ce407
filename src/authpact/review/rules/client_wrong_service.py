import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_API: Final = re.compile(r"NEXT_PUBLIC_\w*(?:API|BACKEND)\w*|:8000|:8080")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield auth clients that ask the API server for sessions."""
    serves = any("toNextJsHandler" in m.code for m in facts.scripts)
    imitates = any(re.search(r"/api/auth", p) for r in facts.routes for p in r.paths)
    for client in facts.issuers.clients:
        text = client.options.get("baseURL", "")
        value = facts.evaluator.value(client.module, text)
        shown = f"{text} {' '.join(value.literals)} {' '.join(value.environment)}"
        if serves and not imitates and _API.search(shown) and "AUTH" not in shown:
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
    ),
    accepted=(
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
