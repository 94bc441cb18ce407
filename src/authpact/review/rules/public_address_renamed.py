import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, once
from authpact.review.facts._environment import Variable
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_API: Final = lazy(
    r"^(?:NEXT_PUBLIC|VITE|REACT_APP)_(?!.*(?:AUTH|SITE|APP_URL|WS|SOCKET))"
    r"\w*(?:API|BACKEND|SERVER)\w*$"
)
_ADDRESS: Final = lazy(r"(?:_UR[IL]|_BASE|_HOST|_ENDPOINT|_ORIGIN|_BACKEND|_API|_SERVER)$")
_OTHER: Final = lazy(r"KEY|TOKEN|VERSION|TIMEOUT|DOCS|IMAGE")
_DRAFT: Final = lazy(r"(^|/)(?:specs?|plans?|history|prompts?|archive|adr|docs?|\.claude)/")


def _is_address(name: str) -> bool:
    return bool(_API.search(name) and _ADDRESS.search(name)) and not _OTHER.search(name)


def _set(facts: Facts) -> Iterator[Variable]:
    """Yield addresses of the API that a file of the deployment sets for the browser bundle."""
    for one in (*facts.environment.variables, *facts.environment.deployed):
        if _is_address(one.name) and not _DRAFT.search(one.file):
            yield one


def _all(facts: Facts) -> Iterator[tuple[str, Hit]]:
    texts = "\n".join(m.code for m in facts.scripts)
    given: dict[str, set[str]] = {}
    for one in _set(facts):
        given.setdefault(one.file, set()).add(one.name)
    wanted = sorted({r.name for r in facts.variables.reads if _is_address(r.name)})
    for one in _set(facts):
        prefix = one.name.partition("_")[0]
        same = [n for n in wanted if n.partition("_")[0] == prefix]
        if len(same) != 1 or re.search(rf"\b{one.name}\b", texts):
            continue
        if same[0] not in given[one.file]:
            message = f"Sets {one.name}; the code reads {same[0]}."
            yield one.name, Hit(one.file, one.line, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield addresses for the bundle under a name that nothing reads, where it reads another."""
    yield from once(_all(facts))


_CLIENT: Final = """\
const API = process.env.NEXT_PUBLIC_API_URL || "http://localhost:8000";
export const load = () => fetch(`${API}/tasks`);
"""

RULE = Rule(
    requirement="environment:complete",
    category="env-mismatch",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="The address of the API is set under another name than the frontend reads.",
    why="The bundle keeps its default address, so every call of a deployed frontend goes to localhost.",
    remedy="Use the name that the code reads.",
    check=check,
    flagged=(
        Case(
            {
                "web/lib/api.ts": _CLIENT,
                "web/app/page.tsx": 'import { load } from "../lib/api";\nfetch("/x");\n',
                "web/.env.example": "NEXT_PUBLIC_BACKEND_URL=http://localhost:8000\n",
            }
        ),
        Case(
            {
                "web/lib/api.ts": _CLIENT,
                "web/app/page.tsx": 'import { load } from "../lib/api";\nfetch("/x");\n',
                "k8s/web.yaml": """\
          env:
            - name: NEXT_PUBLIC_API_BASE_URL
              value: "http://api:8000"
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/lib/api.ts": _CLIENT,
                "web/app/page.tsx": 'import { load } from "../lib/api";\nfetch("/x");\n',
                "web/.env.example": "NEXT_PUBLIC_API_URL=http://localhost:8000\nNEXT_PUBLIC_API_KEY=\n",
            }
        ),
        Case(
            {
                "web/lib/api.ts": _CLIENT,
                "web/app/page.tsx": 'import { load } from "../lib/api";\nfetch("/x");\n',
                "web/.env.example": """\
NEXT_PUBLIC_API_URL=http://localhost:8000
NEXT_PUBLIC_SERVER_URL=http://localhost:8000
""",
            }
        ),
        Case(
            {
                "web/lib/config.ts": 'const env = process.env;\nfetch(env["NEXT_PUBLIC_BACKEND_URL"]);\n',
                "web/.env.example": "NEXT_PUBLIC_BACKEND_URL=http://localhost:8000\n",
            }
        ),
    ),
)
