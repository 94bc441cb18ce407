import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, once
from authpact.review.facts._cors import Cors
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_SET: Final = r"\.ya?ml$|(^|/)(?:\.env[\w.-]*|[\w-]*\.env(?:\.\w+)?|Dockerfile[\w.-]*|fly\.toml)$"
_DRAFT: Final = lazy(r"(^|/)(?:specs?|plans?|history|prompts?|archive|tests?|\.github)/")
_STAR: Final = r"(?:[\"'\[]*|[\"']?\$\{{\w+:-)\*[\"'\]}}]*[ \t]*(?:#[^\n]*)?$"
_PATTERN: Final = (
    r"^[ \t]*(?:-[ \t]+)?(?:(?:export|ENV)[ \t]+)?[\"']?{name}[\"']?[ \t]*[:=][ \t]*" + _STAR + r"|"
    r"^[ \t]*-?[ \t]*name:[ \t]*[\"']?{name}[\"']?[ \t]*\n[ \t]+value:[ \t]*" + _STAR
)
_REFUSED: Final = lazy(r"[\"']\*[\"']\s*(?:not\s+)?in\b|[=!]=\s*[\"']\*[\"']")


def _takes(cors: Cors) -> bool:
    """Whether an application hands on what the environment says, with credentials."""
    return cors.credentials and not _REFUSED.search(cors.module.code)


def _all(facts: Facts) -> Iterator[tuple[str, Hit]]:
    rows = [c for c in facts.cors if _takes(c) and c.module.path in facts.running.kept]
    for name in sorted({name for c in rows for name in c.origins.environment}):
        pattern = re.compile(_PATTERN.format(name=re.escape(name)), re.MULTILINE)
        for source in facts.environment.plain(_SET):
            if name not in source.text or _DRAFT.search(source.path):
                continue
            for line, match in lines_matching(source.text, pattern):
                place = line + match[0].count("\n")
                message = f"{name} lets every origin in, with credentials."
                yield name, Hit(source.path, place, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield deployments that set the origins of an application with credentials to a wildcard."""
    yield from once(_all(facts))


_API: Final = """\
import os
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
origins = [o.strip() for o in os.getenv("FRONTEND_URL", "http://localhost:3000").split(",")]
app.add_middleware(CORSMiddleware, allow_origins=origins, allow_credentials=True)
"""

RULE = Rule(
    requirement="browser:cors",
    category="cors-wildcard-with-credentials",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A deployment sets the allowed origins to a wildcard.",
    why="The code hands the value on with credentials, so every web site may act for the user there.",
    remedy="List the origins of the frontend, and let the code refuse `*`.",
    check=check,
    flagged=(
        Case({"api/main.py": _API, "chart/values-dev.yaml": 'env:\n  FRONTEND_URL: "*"\n'}),
        Case(
            {
                "api/main.py": _API,
                "k8s/api.yaml": '  env:\n    - name: FRONTEND_URL\n      value: "*"\n',
            }
        ),
        Case(
            {
                "api/config.py": """\
class Settings(BaseSettings):
    web_origins: str = "http://localhost:3000"

    @property
    def origins(self):
        return [o.strip() for o in self.web_origins.split(",")]

settings = Settings()
""",
                "api/main.py": """\
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from api.config import settings

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=settings.origins, allow_credentials=True)
""",
                "chart/values.yaml": 'env:\n  WEB_ORIGINS: "*"\n',
            }
        ),
        Case({"api/main.py": _API, "api/Dockerfile": "FROM python\nENV FRONTEND_URL=*\n"}),
        Case(
            {
                "api/main.py": _API,
                "compose.yaml": "    environment:\n      - FRONTEND_URL=${FRONTEND_URL:-*}\n",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/main.py": _API,
                "chart/values.yaml": 'env:\n  FRONTEND_URL: "https://a.example"\n',
            }
        ),
        Case({"api/main.py": _API, "chart/values.yaml": 'env:\n  ALLOWED_HOSTS: "*"\n'}),
        Case(
            {
                "api/main.py": f'{_API}if "*" in origins:\n    raise RuntimeError("no wildcard")\n',
                "chart/values.yaml": 'env:\n  FRONTEND_URL: "*"\n',
            }
        ),
        Case(
            {
                "api/main.py": _API.replace(", allow_credentials=True", ""),
                "chart/values.yaml": 'env:\n  FRONTEND_URL: "*"\n',
            }
        ),
    ),
)
