import re
from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at


def _lets_in_all(pattern: str) -> bool:
    """Whether a pattern matches an origin that nobody thought of."""
    try:
        return bool(pattern) and bool(re.fullmatch(pattern, "https://q7.unthought-of.example"))
    except re.error:
        return False


def check(facts: Facts) -> Iterator[Hit]:
    """Yield wildcard origins together with credentials."""
    for cors in facts.cors:
        if not cors.credentials or facts.is_left_behind(cors.module):
            continue
        if "*" in cors.origins.literals or _lets_in_all(cors.pattern):
            yield at(
                cors.module, cors.origins_line, "Every origin may send requests with credentials."
            )


RULE = Rule(
    requirement="browser:cors",
    category="cors-wildcard-with-credentials",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="Any origin is allowed with credentials.",
    why="Starlette then answers with the caller's own origin, so every web site may act for the user.",
    remedy="List the exact origins of the frontend.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
app = FastAPI(middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)])
"""
            }
        ),
        Case(
            {
                "main.py": """\
import os

origins = os.getenv("ORIGINS", "*").split(",")
app.add_middleware(CORSMiddleware, allow_origins=origins, allow_credentials=True)
"""
            }
        ),
        Case(
            {
                "main.py": """\
import os

app.add_middleware(
    CORSMiddleware,
    allow_origins=[o.strip() for o in os.getenv("ORIGINS", "*").split(",")],
    allow_credentials=True,
)
"""
            }
        ),
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origin_regex=r"https?://.+", allow_credentials=True)
"""
            }
        ),
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "Dockerfile": 'COPY api/ .\nCMD ["uvicorn", "main:app"]\n',
                "api/main.py": "app = FastAPI()\n",
                "old/main.py": 'app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)\n',
            }
        ),
        Case(
            {
                "main.py": """\
import os

origins = os.getenv("ORIGINS", "http://localhost:3000").split(",")
app.add_middleware(CORSMiddleware, allow_origins=origins, allow_credentials=True)
"""
            }
        ),
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["https://todo.example.com"], allow_credentials=True)
"""
            }
        ),
        Case(
            {
                "main.py": """\
app.add_middleware(CORSMiddleware, allow_origins=["*"])
"""
            }
        ),
    ),
)
