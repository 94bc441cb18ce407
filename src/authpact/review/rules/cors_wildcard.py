import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching


def _lets_in_all(pattern: str) -> bool:
    """Whether a pattern matches an origin that nobody thought of."""
    try:
        return bool(pattern) and bool(re.fullmatch(pattern, "https://q7.unthought-of.example"))
    except re.error:
        return False


_EMBEDDED: Final = lazy(
    r"CORSMiddleware\s*,(?:(?!CORSMiddleware)[^)]){0,400}?\ballow_origins\s*=\s*\[\s*[\"']\*[\"']"
)
"""An application that a manifest or a script writes out when it starts."""
_CREDENTIALS: Final = lazy(r"\ballow_credentials\s*=\s*True\b")


def _embedded(facts: Facts) -> Iterator[Hit]:
    """Yield applications inside of manifests and shell scripts that let every origin in."""
    for source in facts.environment.plain(
        r"\.(?:ya?ml|sh)$|(^|/)(?:Dockerfile|Containerfile)[\w.-]*$"
    ):
        if "CORSMiddleware" not in source.text:
            continue
        for line, match in lines_matching(source.text, _EMBEDDED):
            rest = source.text[match.start() : match.end() + 300]
            last = line + match[0].count("\n")
            is_comment = source.text.split("\n")[last - 1].lstrip().startswith("#")
            if _CREDENTIALS.search(rest.partition("\n\n")[0]) and not is_comment:
                message = "Every origin may send requests with credentials."
                yield Hit(source.path, last, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield wildcard origins together with credentials."""
    yield from _embedded(facts)
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
                "conf.py": """\
class Settings(BaseSettings):
    web_origins: list[str] = ["*"]
    with_cookies: bool = Field(default=True)

settings = Settings()
""",
                "main.py": """\
from conf import settings
from fastapi.middleware.cors import CORSMiddleware as Cross

app.add_middleware(Cross, allow_origins=settings.web_origins, allow_credentials=settings.with_cookies)
""",
            }
        ),
        Case(
            {
                "main.py": """\
WIDE = {"allow_origins": ["*"], "allow_credentials": True}
app.add_middleware(CORSMiddleware, **WIDE)
"""
            }
        ),
        Case(
            {
                "k8s/api.yaml": """\
          main = '''
          app = FastAPI()
          app.add_middleware(
              CORSMiddleware,
              allow_origins=["*"],  # narrow this later
              allow_credentials=True,
          )
          '''
"""
            }
        ),
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
                "conf.py": "with_cookies = False\n",
                "main.py": """\
import conf
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=conf.with_cookies)
""",
            }
        ),
        Case(
            {
                "k8s/api.yaml": """\
          app.add_middleware(CORSMiddleware, allow_origins=["*"])

          login(allow_credentials=True)
""",
                "deploy.sh": 'echo "app.add_middleware(CORSMiddleware, allow_origins=[URL], allow_credentials=True)"\n',
            }
        ),
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
