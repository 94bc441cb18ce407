import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._cors import Cors
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Assignment, Module
from authpact.review.source._pattern import lazy


def _fixed(facts: Facts) -> Iterator[tuple[str, Hit]]:
    for cors in facts.cors:
        origins = cors.origins
        if origins.environment or not origins.literals or not origins.known or cors.pattern:
            continue
        local = all(re.search(r"localhost|127\.0\.0\.1|0\.0\.0\.0", o) for o in origins.literals)
        home, variable = _constant(facts, cors)
        # A field of a settings class is read from the environment, a list of a module is not.
        written = variable.value if variable and not variable.owner else cors.origins_text
        grows = rf"\b{re.escape(cors.origins_text)}(?:\.(?:append|extend|add|insert)\(|\s*\+=)"
        if variable and re.search(grows, cors.module.code + home.code):
            continue
        if written.startswith(("[", "(", "{")) and "*" not in written and local:
            line = cors.origins_line if home is cors.module or not variable else variable.line
            yield "", at(home, line, "The origins are fixed to localhost.")


def _constant(facts: Facts, cors: Cors) -> tuple[Module, Assignment | None]:
    """Return the constant that holds the origins, here or in the module it is imported from."""
    found = facts.project.symbol(cors.module, cors.origins_text)
    if not re.fullmatch(r"[A-Za-z_][\w.]*", cors.origins_text) or found is None:
        return cors.module, cors.module.variables.get(cors.origins_text)
    variable = found.module.variables.get(found.name)
    return (found.module, variable) if variable else (cors.module, None)


_HEADER: Final = lazy(
    r"(?:key:\s*)?[\"'`]Access-Control-Allow-Origin[\"'`]\s*[,:]\s*(?:value:\s*)?"
    r"[\"'`]https?://(?:localhost|127\.0\.0\.1)[^\"'`]*[\"'`]",
    re.IGNORECASE,
)


def _sent(facts: Facts) -> Iterator[Hit]:
    """Yield headers of the frontend that name this machine wherever it runs."""
    asked = tuple(m for m in facts.project.modules if "localhost" in m.code or "127." in m.code)
    for module, line, match in facts.matches(asked, _HEADER):
        around = "\n".join(module.lines[max(0, line - 4) : line])
        if not re.search(r"NODE_ENV|development|\bdev\b", around):
            yield at(module, line + match[0].count("\n"), "The origin is fixed to localhost.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield the first application whose origins are fixed to this machine."""
    yield from _sent(facts)
    yield from once(_fixed(facts))


RULE = Rule(
    requirement="browser:cors",
    category="cors-hardcoded-localhost",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="CORS origins are fixed to localhost.",
    why="The deployed frontend cannot call the API.",
    remedy="Read the origins from the environment.",
    check=check,
    flagged=(
        Case(
            {
                "conf/origins.py": 'PAGES = ["http://localhost:5173"]\n',
                "main.py": """\
from conf.origins import PAGES
app.add_middleware(CORSMiddleware, allow_origins=PAGES)
""",
            }
        ),
        Case(
            {
                "main.py": """\
origins = ["http://localhost:3000"]
app.add_middleware(CORSMiddleware, allow_origins=origins)
"""
            }
        ),
        Case(
            {
                "next.config.ts": """\
export default {
  async headers() {
    return [{ source: "/api/auth/:path*", headers: [
      { key: "Access-Control-Allow-Origin", value: "http://localhost:8000" },
    ] }];
  },
};
"""
            }
        ),
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:3000"])
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "conf/origins.py": """\
import os
PAGES = ["http://localhost:5173"]
PAGES += os.environ["MORE_PAGES"].split()
""",
                "main.py": """\
from conf.origins import PAGES
app.add_middleware(CORSMiddleware, allow_origins=PAGES)
""",
            }
        ),
        Case(
            {
                "main.py": """\
import os
origins = ["http://localhost:3000"]
extra = os.getenv("FRONTEND_URL")
if extra:
    origins.append(extra)
app.add_middleware(CORSMiddleware, allow_origins=origins)
"""
            }
        ),
        Case(
            {
                "next.config.ts": """\
const local = process.env.NODE_ENV === "development";
const headers = local ? [{ key: "Access-Control-Allow-Origin", value: "http://localhost:8000" }] : [];
export default { headers: async () => [{ source: "/api/auth/:path*", headers }] };
"""
            }
        ),
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=[settings.frontend_url])
"""
            }
        ),
    ),
)
