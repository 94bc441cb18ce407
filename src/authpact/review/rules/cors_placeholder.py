from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_STAND_IN: Final = lazy(
    r"(?:your|my|example|placeholder)[\w-]*\.(?:vercel\.app|netlify\.app|com|herokuapp\.com|onrender\.com)|(?:^|//)(?:todo|todo-?app|frontend|app|hackathon)\.vercel\.app"
)


def _is_previewed(origin: str, origins: list[str]) -> bool:
    """Whether a glob of the same list means the origin's own previews: then it is the project's."""
    shared = origin.strip().rstrip("/").partition(".")[2]
    return any(o.strip().rstrip("/") == f"https://*.{shared}" for o in origins)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield default origins that nobody of the project owns."""
    for cors in facts.cors:
        origins = ",".join(cors.origins.literals).split(",")
        for origin in origins:
            if cors.credentials and _STAND_IN.search(origin) and not _is_previewed(origin, origins):
                home = facts.project.by_path.get(cors.origins.place[0], cors.module)
                line = next(
                    (n for n, t in enumerate(home.lines, 1) if origin.strip() in t), cors.call.line
                )
                yield at(home, line, f"{origin.strip()} may belong to anybody.")
                break


RULE = Rule(
    requirement="browser:cors",
    category="cors-placeholder-origin",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="A placeholder origin is allowed with credentials.",
    why="Whoever registers that name acts for the users.",
    remedy="Allow only origins you own, from the environment.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["https://your-app.vercel.app"], allow_credentials=True)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://*.vercel.app", "https://hackathon-plan.vercel.app"],
    allow_credentials=True,
)
"""
            }
        ),
        Case(
            {
                "main.py": """\
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://hackathon-shopping-list.vercel.app"],
    allow_credentials=True,
)
"""
            }
        ),
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:3000"], allow_credentials=True)
"""
            }
        ),
    ),
)
