import posixpath
import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule
from authpact.review.facts._facts import Facts
from authpact.review.facts._images import copied, holds, language
from authpact.review.facts._variables import Read, Service
from authpact.review.source._pattern import lazy

_ENCRYPTS: Final = lazy(r"ENCRYPT|FERNET|CIPHER|MASTER")
_BACK_DOOR: Final = lazy(r"(?:^|_)(?:TESTS?|TESTING|E2E|BYPASS|DEBUG|MOCK)(?:_|$)")


def _are_alternatives(read: Read, name: str) -> bool:
    """Whether either of two variables is enough: both on a line, or both returned by a function."""
    if name in read.module.lines[read.line - 1].upper().replace(read.name, "", 1):
        return True
    both = (rf"\breturn\b[^\n]*\b{n}\b" for n in (read.name, name))
    patterns = [re.compile(p, re.IGNORECASE) for p in both]
    return any(all(p.search(f.text) for p in patterns) for f in read.module.functions)


def _known(facts: Facts, service: Service) -> set[str]:
    """Return what an operator sets for the containers: beside the compose file, or in it."""
    folder = posixpath.dirname(service.file)
    beside = {
        v.name
        for v in facts.environment.variables
        if not v.is_compose and posixpath.dirname(v.file) == folder
    }
    others = (s.environment for s in facts.variables.services if s.file == service.file)
    return beside.union(*others)


def _bakes_none(facts: Facts, service: Service) -> bool:
    """Whether the image leaves environment files out."""
    path = posixpath.join(service.context, ".dockerignore")
    sources = facts.environment.plain(r"(^|/)\.dockerignore$")
    return any(
        s.path == path and re.search(r"^(?:\*\*/)?\.env(?:\*|\.\*)?\s*$", s.text, re.MULTILINE)
        for s in sources
    )


def _nearer(facts: Facts, service: Service) -> tuple[str, ...]:
    """Return the folders inside of a service's that other services are built from."""
    inside = f"{service.context}/" if service.context else ""
    others = {f"{s.context}/" for s in facts.variables.services if s.context != service.context}
    return tuple(o for o in others if o.startswith(inside) and o != "/")


def _image(facts: Facts, service: Service) -> tuple[tuple[str, ...], str]:
    """Return what the image of a service copies, the root when it is not told, and its language.

    Several images are often built from one folder, each of a part of it.
    """
    path = service.dockerfile or posixpath.join(service.context, "Dockerfile")
    source = next((s for s in facts.environment.plain("") if s.path == path), None)
    if source is None:
        return (".",), ""
    paths = (m.path for m in facts.project.modules)
    return copied(source, paths) if service.dockerfile else (".",), language(source)


def _needed(facts: Facts, service: Service) -> Iterator[str]:
    """Yield the secrets that the code of a service reads and an operator may believe to be set."""
    inside = f"{service.context}/" if service.context else ""
    known, bakes_none = _known(facts, service), _bakes_none(facts, service)
    nearer, (image, runs) = _nearer(facts, service), _image(facts, service)
    reads = [
        r
        for r in facts.variables.secrets
        if r.module.path.startswith(inside)
        and runs in {"", r.module.language}
        and not r.module.path.startswith(nearer)
        and any(holds(part, r.module.path) for part in image)
    ]
    given = {r.name for r in reads} & service.environment
    needed = (r for r in reads if r.name in known or bakes_none)
    for read in needed:
        as_file = f"{read.name}_FILE" in read.module.code
        if not as_file and not any(_are_alternatives(read, name) for name in given):
            yield read.name
    servers = (s.module.path for s in facts.issuers.servers)
    if (
        bakes_none
        and runs != "python"
        and any(p.startswith(inside) and not p.startswith(nearer) for p in servers)
    ):
        yield "BETTER_AUTH_SECRET"


def check(facts: Facts) -> Iterator[Hit]:
    """Yield services of a compose file that do not get a secret their code reads, each name once."""
    seen: set[tuple[str, str, str]] = set()
    for service in facts.variables.services:
        if service.is_open:
            continue
        given = service.environment | {
            n
            for n in _needed(facts, service)
            if any(e.endswith(f"{n}_FILE") for e in service.environment)
        }
        for name in sorted(set(_needed(facts, service)) - given):
            # What opens a door for tests is shut while it is unset; a worker shares the settings
            # of the server, but verifies and signs nothing.
            if _BACK_DOOR.search(name) or (service.is_worker and not _ENCRYPTS.search(name)):
                continue
            cause = (service.file, service.context, name)
            if cause not in seen:
                seen.add(cause)
                message = f"The service {service.name} does not get {name}."
                yield Hit(service.file, service.line, message)


_READER = """\
import os

KEY = os.getenv("ENCRYPTION_SECRET", "")
"""

RULE = Rule(
    requirement="environment:complete",
    category="env-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A container does not get a secret that its code reads.",
    why="What an operator sets has no effect: the code falls back to nothing or to a default, and checks that need it fail open or fail always.",
    remedy="Name the variable in the service's `environment`, or give it an `env_file`.",
    check=check,
    flagged=(
        Case(
            {
                "compose.yaml": """\
services:
  api:
    build:
      context: .
      dockerfile: Dockerfile.api
    environment:
      PORT: "8001"
""",
                "Dockerfile.api": 'COPY api/ ./api/\nCMD ["python", "-m", "api.settings"]\n',
                ".env.example": "ENCRYPTION_SECRET=\n",
                "api/settings.py": _READER,
            }
        ),
        Case(
            {
                "docker-compose.yml": """\
services:
  api:
    build: ./api
    environment:
      - ENCRYPTION_SECRET=${ENCRYPTION_SECRET}
  worker:
    build:
      context: ./api
    command: celery -A jobs worker
    environment:
      - QUEUE=jobs
""",
                "api/settings.py": _READER,
            }
        ),
        Case(
            {
                "compose.yaml": """\
services:
  api:
    build: ./api
    environment:
      DATABASE_URL: ${DATABASE_URL}
""",
                ".env.example": "ENCRYPTION_SECRET=\n",
                "api/settings.py": _READER,
            }
        ),
        Case(
            {
                "compose.yaml": """\
services:
  web:
    build: ./web
    environment:
      PORT: "3000"
""",
                "web/.dockerignore": "node_modules\n.env\n",
                "web/lib/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
            }
        ),
    ),
    accepted=(
        Case(
            {
                "compose.yaml": """\
services:
  jobs:
    build: ./api
    command: celery -A jobs worker
    environment:
      QUEUE: jobs
  live:
    build: ./live
    volumes: ["./live:/app"]
    environment:
      QUEUE: live
  tests:
    build: ./tests
    environment:
      QUEUE: tests
""",
                ".env.example": "SESSION_SECRET=\nENCRYPTION_SECRET=\nTEST_BYPASS_SECRET=\n",
                "api/settings.py": 'import os\nKEY = os.getenv("SESSION_SECRET", "")\n',
                "live/settings.py": _READER,
                "tests/settings.py": 'import os\nDOOR = os.getenv("TEST_BYPASS_SECRET")\n',
            }
        ),
        Case(
            {
                "compose.yaml": """\
services:
  api:
    build:
      context: .
      dockerfile: api/Dockerfile
    environment:
      PORT: "8000"
""",
                ".env.example": "ENCRYPTION_SECRET=\n",
                "api/Dockerfile": "FROM python:3.12-slim\nCOPY . .\n",
                "web/lib/seal.ts": "export const key = process.env.ENCRYPTION_SECRET;\n",
            }
        ),
        Case(
            {
                "compose.yaml": """\
services:
  tools:
    build:
      context: .
      dockerfile: Dockerfile.tools
    environment:
      PORT: "8001"
""",
                "Dockerfile.tools": 'COPY tools/ ./tools/\nCMD ["python", "-m", "tools.main"]\n',
                ".env.example": "ENCRYPTION_SECRET=\n",
                "api/settings.py": _READER,
                "tools/main.py": "import os\nPORT = os.getenv('PORT')\n",
            }
        ),
        Case(
            {
                "compose.yaml": """\
services:
  api:
    build: .
    environment:
      PORT: "8000"
  web:
    build: ./web
    environment:
      APP_BETTER_AUTH_SECRET_FILE: /run/secrets/auth
""",
                ".dockerignore": ".env\n",
                "web/.dockerignore": ".env\n",
                "web/lib/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
            }
        ),
        Case(
            {
                "docker-compose.yml": """\
services:
  api:
    build: ./api
    env_file: .env
    environment:
      - QUEUE=jobs
  worker:
    build: ./api
    environment:
      - ENCRYPTION_SECRET=${ENCRYPTION_SECRET}
  mail:
    build: ./mail
    environment:
      - QUEUE=mail
""",
                ".env.example": "ENCRYPTION_SECRET=\n",
                "api/settings.py": _READER,
                "api/token.ts": """\
const key = process.env.TOKEN_SECRET || process.env.ENCRYPTION_SECRET;
""",
                "mail/main.py": "import os\nQUEUE = os.getenv('QUEUE')\n",
            }
        ),
    ),
)
