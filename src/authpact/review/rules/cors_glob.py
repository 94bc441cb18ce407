import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_PATH: Final = lazy(r"[\"'](https?://[^/\"'\s*,]+/[^\"'\s,]*)[\"']")


def _with_path(facts: Facts) -> Iterator[Hit]:
    """Yield origins that end in a slash or a path: a browser sends neither."""
    for cors in facts.cors:
        home = facts.project.by_path.get(cors.origins.place[0], cors.module)
        if re.search(r"strip\(\s*[\"']/", home.code + cors.module.code):
            continue
        texts = [a for a in cors.call.arguments if a.name == "allow_origins"]
        written = [m for a in texts for m in _PATH.findall(a.text)]
        known = [o for o in cors.origins.literals if _PATH.match(f"'{o.strip()}'")]
        for origin in [*written, *known][:1]:
            place = home if any(origin in t for t in home.lines) else cors.module
            line = next((n for n, t in enumerate(place.lines, 1) if origin in t), cors.call.line)
            yield at(place, line, f"{origin} never matches: an origin ends with its host.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield origins with a star inside."""
    for cors in facts.cors:
        for origin in cors.origins.literals:
            if "*" in origin and origin.strip() != "*" and "://" in origin:
                home = facts.project.by_path.get(cors.origins.place[0], cors.module)
                line = next((n for n, t in enumerate(home.lines, 1) if origin in t), cors.call.line)
                yield at(home, line, f"{origin} never matches: origins are compared exactly.")
                break
    yield from _with_path(facts)


RULE = Rule(
    requirement="browser:cors",
    category="cors-glob-not-matched",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="An origin holds a star.",
    why="Starlette compares `allow_origins` exactly, so the deployed frontend is blocked.",
    remedy="Write the exact origin, or a narrow `allow_origin_regex`.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["https://*.vercel.app"], allow_credentials=True)
"""
            }
        ),
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["https://notes.example.org/"])
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
ORIGINS = os.getenv("ORIGINS", "http://localhost:3000,http://localhost:3001").split(",")
app.add_middleware(CORSMiddleware, allow_origins=ORIGINS)
"""
            }
        ),
        Case(
            {
                "main.py": """\
origins = [o.rstrip("/") for o in ["https://notes.example.org/"]]
app.add_middleware(CORSMiddleware, allow_origins=origins)
"""
            }
        ),
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["https://todo.vercel.app"], allow_credentials=True)
"""
            }
        ),
    ),
)
