import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._text import lines_matching

_PAGE: Final = re.compile(
    r"(?:^|/)(?:app|pages)/(?:.*/)?(?:debug[\w-]*|test-?(?:auth|login|session|token|jwt)\w*"
    r"|(?:auth|session|token|jwt)-?(?:test|debug))(?:/page)?\.[jt]sx$"
)
_SHOWN: Final = re.compile(
    r"\{\s*JSON\.stringify\(\s*\w*(?:session|result|token|auth|user|cookie)\w*", re.IGNORECASE
)
_CREDENTIAL: Final = re.compile(r"\bpassword\s*:\s*[\"'`][^\"'`\s]{6,}[\"'`]")
_REFUSED: Final = re.compile(r"NODE_ENV\b[^\n]*(?:production|development)|\bnotFound\(")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield pages made for trying sign-in out that show a session or sign in with a written password."""
    for module in facts.scripts:
        if not _PAGE.search(module.path) or _REFUSED.search(module.code):
            continue
        found = next(lines_matching(module.code, _CREDENTIAL), None)
        found = found or next(lines_matching(module.code, _SHOWN), None)
        if found:
            yield at(module, found[0], "A page for trials shows a session to whoever opens it.")


RULE = Rule(
    requirement="access:public",
    category="debug-endpoint-exposed",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A page for trials is served.",
    why="It shows the token of the session on the screen, or holds a password that works.",
    remedy="Remove it, or answer `notFound()` in production.",
    check=check,
    flagged=(
        Case(
            {
                "web/app/debug-session/page.tsx": """\
"use client";
import { useSession } from "@/lib/auth-client";
export default function Page() {
  const { data: session } = useSession();
  return <pre>{JSON.stringify(session, null, 2)}</pre>;
}
"""
            }
        ),
        Case(
            {
                "web/app/test-login/page.tsx": """\
"use client";
const enter = () => authClient.signIn.email({ email: "a@b.test", password: "opensesame" });
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/app/debug-session/page.tsx": """\
export default async function Page() {
  if (process.env.NODE_ENV === "production") notFound();
  const session = await auth.api.getSession({ headers: await headers() });
  return <pre>{JSON.stringify(session, null, 2)}</pre>;
}
""",
                "web/app/test-results/page.tsx": """\
export default async function Page() {
  const session = await auth.api.getSession({ headers: await headers() });
  return <pre>{JSON.stringify(results)}</pre>;
}
""",
            }
        ),
    ),
)
