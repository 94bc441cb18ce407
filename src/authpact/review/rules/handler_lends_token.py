import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._handlers import Handler, handlers, walled
from authpact.review.facts._proxies import is_open, targets
from authpact.review.source._pattern import lazy

_GIFT: Final = lazy(r"\bBearer\s+\$\{[^{}]*(?:\|\||\?\?)\s*[\"'`]\w[\w.-]*[\"'`]\s*\}")
"""A credential for callers who have none."""
_OPTIONAL: Final = lazy(
    r"\bif\s*\(\s*(\w+)\s*\)\s*\{?\s*\w+(?:\.|\[\s*[\"'])Authorization\b[^\n]*\b\1\b", re.IGNORECASE
)
_REFUSES: Final = lazy(r"\b40[13]\b|\bredirect\(|\bthrow\b|unauthori[sz]ed", re.IGNORECASE)


def _lets_through(facts: Facts, handler: Handler) -> bool:
    """Whether a handler sends requests without a token on to an operation that asks for none."""
    text = handler.function.text
    if not _OPTIONAL.search(text) or _REFUSES.search(text):
        return False
    return any(is_open(r) for r in targets(facts, handler) or ())


def check(facts: Facts) -> Iterator[Hit]:
    """Yield route handlers that pass on requests of callers who have no token."""
    for handler in handlers(facts):
        if _GIFT.search(handler.function.text):
            message = f"{handler.method} {handler.path} gives callers without a token one."
            yield at(handler.module, handler.function, message, Severity.CRITICAL)
        elif _lets_through(facts, handler) and not walled(facts, handler):
            message = f"{handler.method} {handler.path} passes on requests without a token."
            yield at(handler.module, handler.function, message)


RULE = Rule(
    requirement="access:public",
    category="unprotected-endpoint",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A route handler works for callers without a token.",
    why="Anybody may call it, and what stands behind it takes the request for one of the frontend.",
    remedy="Answer 401 when there is no token, and let the API verify the one there is.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/parcels/route.ts": """\
export async function POST(request) {
  const { token, text } = await request.json();
  return fetch(`${process.env.API}/parcels`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token ?? "house_key"}` },
    body: text,
  });
}
"""
            }
        ),
        Case(
            {
                "app/api/parcels/route.ts": """\
export async function POST(request) {
  const token = await tokenOf(request);
  const headers = {};
  if (token) headers["Authorization"] = `Bearer ${token}`;
  return fetch(`${process.env.API}/parcels`, { method: "POST", headers, body: request.body });
}
""",
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.post("/parcels")
def parcel(data: Parcel, db=Depends(get_db)):
    return db.add(data)
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/parcels/route.ts": """\
export async function POST(request) {
  const token = await tokenOf(request);
  if (!token) return Response.json({}, { status: 401 });
  const headers = {};
  if (token) headers["Authorization"] = `Bearer ${token ?? ""}`;
  return fetch(`${process.env.API}/parcels`, { method: "POST", headers, body: request.body });
}
export async function GET(request) {
  const token = await tokenOf(request);
  const headers = {};
  if (token) headers["Authorization"] = `Bearer ${token}`;
  return fetch(`${process.env.API}/parcels`, { headers });
}
""",
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/parcels")
def parcels(user=Depends(get_current_user)):
    return user.parcels

@app.post("/parcels")
def parcel(data: Parcel, db=Depends(get_db)):
    return db.add(data)
""",
            }
        ),
    ),
)
