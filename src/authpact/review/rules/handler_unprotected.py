import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._handlers import (
    SESSION,
    Handler,
    actions,
    handlers,
    reach,
    relays,
    walled,
)
from authpact.review.facts._proxies import is_guarded, targets
from authpact.review.facts._work import FILE, MODEL, STORE, spends, works
from authpact.review.source._pattern import lazy

_PUBLIC: Final = lazy(
    r"(?:^|[/_-])(?:auth|health\w*|ping|status|login|log-in|sign-?in|sign-?up|register|log-?out|sign-?out"
    r"|forgot\w*|reset\w*|verify\w*|confirm\w*|callback|oauth\w*|webhooks?|hooks|cron|\.?well-known|jwks(?:\.json)?|csrf|og"
    r"|contact|newsletter|waitlist|subscribe|unsubscribe|leads?|feedback|public|config|version|robots|sitemap"
    r"|debug\w*|test\w*|diagnos\w*|init\w*|seed\w*|migrat\w*|setup\w*|revalidate|track\w*|analytics|uploadthing"
    r"|pricing|plans|demo|docs|search-?params|stripe|polar|telemetry|metrics|simple-\w+)(?:$|[/_.-])",
    re.IGNORECASE,
)
_OPEN_ACTION: Final = lazy(
    r"sign|log_?in|log_?out|register|contact|subscribe|reset|verify|forgot|waitlist|lead|public|locale|theme|feedback",
    re.IGNORECASE,
)


def _asks_nobody(facts: Facts, handler: Handler, text: str) -> bool:
    """Whether a handler works for anybody; one that hands on an open request opens nothing."""
    if not works(text) or SESSION.search(text) or relays(text):
        return False
    if any(p.search(text) for p in (STORE, MODEL, FILE)):
        return True
    behind = targets(facts, handler)
    return behind is None or not all(is_guarded(r) for r in behind)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield route handlers and server actions that work for anybody."""
    for handler in handlers(facts):
        if _PUBLIC.search(handler.path):
            continue
        text = reach(facts, handler)
        if not _asks_nobody(facts, handler, text) and not spends(text):
            continue
        if not walled(facts, handler):
            message = f"{handler.method} {handler.path} asks for no session."
            severity = Severity.HIGH if handler.method != "GET" else None
            yield at(handler.module, handler.function, message, severity)
    for action in actions(facts):
        text = reach(facts, action)
        if _OPEN_ACTION.search(action.function.name) or not STORE.search(text):
            continue
        if not SESSION.search(text) and not relays(text):
            message = f"The server action {action.function.name} asks for no session."
            yield at(action.module, action.function, message, Severity.HIGH)


RULE = Rule(
    requirement="access:public",
    category="unprotected-endpoint",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="A route handler or server action asks for no session.",
    why="Anybody may call it; what stands behind it believes the frontend, not the caller.",
    remedy="Read the session with `auth.api.getSession` and answer 401 when there is none.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/live/route.ts": "export async function GET() { return fetch(`${API}/api/all/metrics`); }\n",
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/api/all/metrics")
def metrics(db=Depends(get_db)):
    return db.scalars(select(Metric)).all()
""",
            }
        ),
        Case(
            {
                "app/api/pictures/route.ts": """\
export async function POST(request) {
  const picture = (await request.formData()).get("picture");
  await writeFile(join("public", picture.name), await picture.arrayBuffer());
  return Response.json({ ok: true });
}
"""
            }
        ),
        Case(
            {
                "app/api/leave/route.ts": """\
export async function POST(request) {
  const { wanted } = await request.json();
  const signature = pictures.utils.api_sign_request(wanted, process.env.PICTURES_API_SECRET);
  return Response.json({ signature });
}
"""
            }
        ),
        Case(
            {
                "app/api/judge/route.ts": """\
export async function POST(request) {
  const { text } = await request.json();
  const answer = await gemini.models.generateContent({ model, contents: text });
  return Response.json({ answer: answer.text });
}
"""
            }
        ),
        Case(
            {
                "app/api/assistant/route.ts": """\
export async function POST(request) {
  const { messages } = await request.json();
  const apiKey = process.env.MODEL_API_KEY;
  const answer = await fetch("https://models.example/v1/chat/completions", {
    method: "POST",
    headers: { Authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ messages }),
  });
  return Response.json(await answer.json());
}
"""
            }
        ),
        Case(
            {
                "web/app/api/events/route.ts": """\
export async function GET() {
  const response = await fetch(`${base}/api/events`);
  return new Response(response.body);
}
""",
                "web/middleware.ts": """\
export async function middleware(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  if (!session) return NextResponse.redirect("/login");
}
export const config = { matcher: ["/((?!api/events|_next/static).*)"] };
""",
            }
        ),
        Case(
            {
                "app/api/notes/[id]/route.ts": """\
export const DELETE = async (request, { params }) => {
  await prisma.note.delete({ where: { id: params.id } });
  return Response.json({});
};
"""
            }
        ),
        Case(
            {
                "app/api/chat/route.ts": """\
export async function POST(request) {
  const { messages } = await request.json();
  return streamText({ model, messages }).toResponse();
}
"""
            }
        ),
        Case(
            {
                "lib/actions.ts": """\
"use server";

export async function removeNote(id: string) {
  await db.delete(notes).where(eq(notes.id, id));
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/voices/route.ts": "export async function GET() { return fetch(`${API}/voices`); }\n",
                "app/api/parcels/route.ts": "export async function GET() { return fetch(`${API}/parcels`); }\n",
                "app/api/shared/[id]/route.ts": """\
export async function GET(request, { params }) {
  const token = request.nextUrl.searchParams.get("token") ?? "";
  return fetch(`${API}/shared/${params.id}?token=${encodeURIComponent(token)}`);
}
""",
                "app/.well-known/keys/route.ts": """\
export async function GET() { return Response.json({ keys: await db.select().from(keys) }); }
""",
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/voices")
def voices(user=Depends(get_current_user)):
    return user.voices

@app.get("/parcels")
def parcels(user=Depends(get_current_user)):
    return user.parcels
""",
            }
        ),
        Case(
            {
                "app/api/assistant/route.ts": """\
export async function POST(request) {
  const { apiKey } = await request.json();
  if (apiKey !== process.env.CALLERS_API_KEY) return new Response(null, { status: 401 });
  const answer = await fetch("https://models.example/v1/chat/completions", {
    headers: { Authorization: `Bearer ${process.env.MODEL_API_KEY}` },
  });
  return Response.json(await answer.json());
}
"""
            }
        ),
        Case(
            {
                "app/api/assistant/route.ts": """\
export async function POST(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  if (!session) return new Response(null, { status: 401 });
  const answer = await fetch("https://models.example/v1/chat/completions", {
    headers: { Authorization: `Bearer ${process.env.MODEL_API_KEY}` },
  });
  return Response.json(await answer.json());
}
"""
            }
        ),
        Case(
            {
                "app/api/notes/route.ts": """\
import { who } from "@/lib/who";

export async function GET() {
  const user = await who();
  return Response.json(await db.select().from(notes).where(eq(notes.owner, user.id)));
}
""",
                "lib/who.ts": """\
export async function who() {
  const session = await auth.api.getSession({ headers: await headers() });
  if (!session) throw new Error("401");
  return session.user;
}
""",
            }
        ),
        Case(
            {
                "app/api/notes/route.ts": """\
export async function POST(request) {
  return fetch(`${API}/notes`, { method: "POST", headers: request.headers, body: request.body });
}
"""
            }
        ),
        Case(
            {
                "src/app/api/notes/route.ts": """\
export async function GET() {
  return Response.json(await prisma.note.findMany());
}
""",
                "src/middleware.ts": """\
export async function middleware(request) {
  const session = await auth.api.getSession(request);
  if (!session) return new Response("no", { status: 401 });
}
export const config = { matcher: ["/api/:path*"] };
""",
            }
        ),
        Case(
            {
                "app/api/health/route.ts": """\
export async function GET() {
  await db.execute("select 1");
  return Response.json({ ok: true });
}
"""
            }
        ),
    ),
)
