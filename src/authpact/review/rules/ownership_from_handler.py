import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._handlers import handlers, reach, relays
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_NAME: Final = r"(?:user_?[iI]d|owner_?[iI]d)"
_READS: Final = lazy(
    rf"searchParams\.get\(\s*[\"']{_NAME}[\"']|\bbody\.{_NAME}\b|\{{[^}}\n]*\b{_NAME}\b[^}}\n]*\}}\s*=\s*await\s+(?:req|request)\.json\(\)"
    rf"|params\.{_NAME}\b|\{{[^}}\n]*\b{_NAME}\b[^}}\n]*\}}\s*=\s*(?:await\s+)?(?:context\.)?params\b"
)
_USES_SESSION: Final = lazy(
    r"user\??\.id\b|session\??\.user|\.userId\b\s*[!=]==|sub\b|role|admin|verify|secret|timingSafeEqual",
    re.IGNORECASE,
)
_WORKS: Final = lazy(
    r"\bfetch\(|prisma\.|\bdb\.|query\(|\bsql`|\.find\w*\(|SignJWT|\.sign\(|insert|update\("
)
_STORES: Final = lazy(r"prisma\.|\b(?:db|pool|client)\.|query\(|\bsql`|SignJWT|\.sign\(")
_OPEN: Final = lazy(r"/(?:webhooks?|auth/\[|sign-?up|register|admin)", re.IGNORECASE)


def _passes_on(text: str) -> bool:
    """Whether a handler only sends the caller's credential to a service, which then decides."""
    return "fetch(" in text and relays(text) and not _STORES.search(text)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield route handlers that take the user from the request and know no session."""
    for handler in handlers(facts):
        found = next(lines_matching(handler.function.text, _READS), None)
        if found is None or _OPEN.search(handler.path):
            continue
        text = reach(facts, handler)
        if _passes_on(text):
            continue
        if _WORKS.search(text) and not _USES_SESSION.search(text):
            line = handler.function.line + found[0] - 1
            yield at(handler.module, line, "Whose data it is, the caller writes into the request.")


RULE = Rule(
    requirement="ownership:owner-from-token",
    category="ownership-trusts-client-user-id",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A route handler takes the user from the request.",
    why="Anybody writes another id into the request and is that user for the store or service behind it.",
    remedy="Take the user from `auth.api.getSession`.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/notes/route.ts": """\
export async function GET(request) {
  const userId = new URL(request.url).searchParams.get("userId");
  return Response.json(await prisma.note.findMany({ where: { userId } }));
}
"""
            }
        ),
        Case(
            {
                "app/api/token/route.ts": """\
export async function POST(request) {
  const { userId, email } = await request.json();
  return Response.json({ token: await new SignJWT({ id: userId }).sign(key) });
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/[userId]/notes/route.ts": """\
export async function GET(request, { params }) {
  const { userId } = await params;
  const shown = request.headers.get("authorization");
  const answer = await fetch(`${API}/api/${userId}/notes`, {
    headers: { ...(shown ? { Authorization: shown } : {}) },
  });
  return Response.json(await answer.json());
}
"""
            }
        ),
        Case(
            {
                "app/api/notes/route.ts": """\
export async function GET(request) {
  const userId = new URL(request.url).searchParams.get("userId");
  const session = await auth.api.getSession({ headers: request.headers });
  if (session.user.id !== userId) return new Response("", { status: 403 });
  return Response.json(await prisma.note.findMany({ where: { userId } }));
}
"""
            }
        ),
    ),
)
