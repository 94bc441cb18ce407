import posixpath
import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Import, Module
from authpact.review.source._project import folders_of

_FILES: Final = (
    r"(^|/)(?:requirements[\w./-]*\.(?:txt|in)|pyproject\.toml|setup\.(?:py|cfg)|Pipfile)$"
)
_SOURCES: Final = rf"{_FILES}|(^|/)(?:Dockerfile[\w.-]*|[\w.-]+\.sh)$"
_USERS: Final = r"fastapi[-_]users"
_PACKAGES: Final = {
    "jwt": rf"pyjwt|jwt|{_USERS}|mcp|fastmcp|openai-agents|supabase|gotrue|twilio|msal|azure-\w+"
    r"|redis|flask-jwt|fastapi-jwt|fastapi-another-jwt|pygithub|snowflake|clerk|firebase-admin"
    r"|livekit|zhipuai|stytch|workos|djangorestframework|auth0|langchain|crewai|composio|google-adk"
    r"|litellm|chainlit|langgraph|zep|gradio|python-a2a|a2a-sdk|authx|fief|propelauth",
    "jose": r"python-jose|jose|fastapi-cognito|fastapi-azure-auth|moto|python-keycloak",
    "passlib": rf"passlib|{_USERS}",
    "bcrypt": rf"bcrypt|{_USERS}|chromadb|paramiko|crewai|fabric",
    "argon2": rf"argon2|\[argon2|{_USERS}",
    "pwdlib": rf"pwdlib|{_USERS}",
    "joserfc": r"joserfc|authlib",
    "authlib": r"authlib",
    "jwcrypto": r"jwcrypto|python-keycloak",
    "nacl": r"pynacl|paramiko|pygithub|fabric",
    "better_auth": r"better[-_]auth",
}
"""Modules that authenticate, and the packages that bring them, themselves or by what they need."""


def _text_around(facts: Facts, module: Module) -> str:
    """Return what the tree installs for a module; empty when no list is told to be the API's."""
    sources = facts.environment.plain(_SOURCES)
    lists = [s for s in sources if re.search(_FILES, s.path)]
    homes = {posixpath.dirname(s.path) for s in lists if "fastapi" in s.text.lower()}
    home = next((f for f in folders_of(module.path) if f in homes), None)
    if home is None:
        return ""
    root = home.partition("/")[0]
    near = (s for s in sources if "/" not in s.path or not root or s.path.startswith(f"{root}/"))
    return "\n".join(s.text for s in near)


def _is_tried(module: Module, one: Import) -> bool:
    """Whether the import stands in a block, where its failure may be met."""
    return module.lines[one.line - 1][:1].isspace()


def _all(facts: Facts) -> Iterator[tuple[str, Hit]]:
    texts: dict[str, str] = {}
    for module in facts.python:
        if module.path not in facts.running.kept:
            continue
        for one in module.imports:
            top = one.module.partition(".")[0]
            brings = _PACKAGES.get(top)
            if brings is None or facts.project.has_module(module, top) or _is_tried(module, one):
                continue
            folder = posixpath.dirname(module.path)
            if folder not in texts:
                texts[folder] = _text_around(facts, module)
            text = texts[folder]
            if text and not re.search(rf"(?<![\w-])(?:{brings})", text, re.IGNORECASE):
                yield from _hit(facts, module, one, top)


def _hit(facts: Facts, module: Module, one: Import, top: str) -> Iterator[tuple[str, Hit]]:
    place = partial(at, module, one.line, f"No requirement brings the module {top}.")
    if module.path in facts.running.served:
        yield f"{module.path.partition('/')[0]} {top}", place()
    elif top == "better_auth":
        yield f"{module.path.partition('/')[0]} {top}", place(Severity.LOW)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield packages for tokens and passwords that the API imports and nothing installs."""
    yield from once(_all(facts))


RULE = Rule(
    requirement="access:deny-by-default",
    category="broken-auth-import",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="A package that authenticates is imported and not required.",
    why="An installation by the list of requirements does not start, or only where the package happens to be.",
    remedy="Add the package to the requirements; `jwt` is PyJWT, `jose` python-jose. Better Auth has no Python package.",
    check=check,
    flagged=(
        Case(
            {
                "api/requirements.txt": "fastapi\npython-jose[cryptography]\n",
                "api/main.py": "from security import read\napp = FastAPI()\n",
                "api/security.py": "import jwt\n\ndef read(token): ...\n",
            }
        ),
        Case(
            {
                "api/pyproject.toml": '[project]\ndependencies = ["fastapi", "pyjwt"]\n',
                "api/main.py": "from passlib.context import CryptContext\napp = FastAPI()\n",
            }
        ),
        Case(
            {
                "api/requirements.txt": "fastapi\n",
                "api/main.py": "app = FastAPI()\n",
                "api/auth.py": "from better_auth import auth\n",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/requirements/base.txt": "fastapi\n",
                "api/requirements/auth.txt": "PyJWT[crypto]>=2.8\npasslib[bcrypt]\n",
                "api/main.py": "import bcrypt\nimport jwt\napp = FastAPI()\n",
            }
        ),
        Case(
            {
                "api/requirements.txt": "fastapi\nfastapi-users[sqlalchemy]\n",
                "api/main.py": "import jwt\napp = FastAPI()\n",
            }
        ),
        Case(
            {
                "api/requirements.txt": "fastapi\n",
                "api/main.py": """\
try:
    import jwt
except ImportError:
    jwt = None
app = FastAPI()
""",
                "api/notes/tried.py": "import jwt\n",
            }
        ),
        Case({"api/main.py": "import jwt\napp = FastAPI()\n"}),
    ),
)
