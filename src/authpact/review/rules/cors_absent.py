import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_CALLS_API: Final = lazy(r"NEXT_PUBLIC_\w*(?:API|BACKEND)\w*")
_SETS: Final = lazy(r"CORSMiddleware|Access-Control-Allow-Origin", re.IGNORECASE)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield applications without CORS that a browser calls from another origin."""
    called = any(
        _CALLS_API.search(m.code) and re.search(r"\bfetch\(|axios", m.code) for m in facts.browser
    )
    proxied = any("rewrites" in m.code for m in facts.scripts if "next.config" in m.path)
    if not called or proxied or any(_SETS.search(m.code) for m in facts.python):
        return
    for router in facts.application.routers.values():
        own = [
            r
            for r in facts.routes
            if r.module.path.partition("/")[0] == router.module.path.partition("/")[0]
        ]
        if router.is_application and any(r.protected and r.reachable for r in own):
            yield at(
                router.module,
                router.line,
                "The browser calls this API from another origin, but there is no CORS set-up.",
            )
            return


RULE = Rule(
    requirement="browser:cors",
    category="cors-missing",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="The API has no CORS set-up.",
    why="Browsers refuse every answer to a cross-origin call.",
    remedy="Add CORSMiddleware with the exact origins of the frontend, or proxy through Next.js.",
    check=check,
    flagged=(
        Case(
            {
                "web/lib/api.ts": """\
export const tasks = (token) => fetch(`${process.env.NEXT_PUBLIC_API_URL}/tasks`, { headers: { Authorization: token } });
""",
                "api/main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/tasks")
def tasks(user=Depends(get_current_user)):
    return []
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/lib/api.ts": """\
export const tasks = (token) => fetch(`${process.env.NEXT_PUBLIC_API_URL}/tasks`, { headers: { Authorization: token } });
""",
                "api/main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=[settings.web])

@app.get("/tasks")
def tasks(user=Depends(get_current_user)):
    return []
""",
            }
        ),
    ),
)
