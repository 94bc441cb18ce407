import posixpath
import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Assignment, Module
from authpact.review.source._pattern import lazy

_AUTH: Final = lazy(
    r"^(?:BETTER_AUTH_(?:SECRET|URL|ISSUER|AUDIENCE|JWKS\w*)|JWT_\w+|JWKS_\w+|(?:AUTH_|SESSION_|APP_)?SECRET_KEY|AUTH_SECRET|SESSION_SECRET|ALGORITHM"
    r"|(?:ACCESS|REFRESH)_TOKEN_\w+|NEXTAUTH_\w+|CLERK_\w+|AUTH0_\w+)$",
    re.IGNORECASE,
)
_CHECKS: Final = lazy(r"valid|check|ensure|assert|warn|verify", re.IGNORECASE)


_PRESENCE: Final = lazy(r"^\s*(?:(?:if|elif)\s+not\b|\w+\.append\(|raise\b|[\w.]*log\w*\.\w+\()")
_TESTS: Final = lazy(r"\.test(?:ing)?$")
_REPLACES: Final = lazy(r"^\s*self\.\w+\s*=[^=]")


def _inside_reads(module: Module, field: Assignment) -> bool:
    """Whether the settings class hands a field on, by anything but a check of its presence."""
    word = re.compile(rf"\b(?:self|cls)\.{re.escape(field.target)}\b")
    methods = [f for f in module.functions if f.owner == field.owner]
    lines = (
        t
        for f in methods
        if not _CHECKS.search(f.name)
        for t in f.text.split("\n")
        if word.search(t) and not t.lstrip().startswith("#")
    )
    # A constructor that refuses or replaces a weak value does not use it either.
    return any(not _PRESENCE.match(t) and not _REPLACES.match(t) for t in lines)


def _outside_reads(facts: Facts, module: Module, field: Assignment) -> bool:
    """Whether anything besides the settings class names a field."""
    kind = next((c for c in module.classes if c.name == field.owner), None)
    word = re.compile(rf"\b{re.escape(field.target)}\b", re.IGNORECASE)
    own = module.code.replace(kind.text, "") if kind else module.code
    if word.search(own):
        return True
    if facts.project.words.get(field.target.lower(), module.path) == module.path:
        return False
    # A parameter or a local of the same name elsewhere is another thing.
    reads = re.compile(
        rf"\.{re.escape(field.target)}\b|[\"']{re.escape(field.target)}[\"']", re.IGNORECASE
    )
    return any(reads.search(m.code) for m in facts.python if m.path != module.path)


def _fields(facts: Facts) -> Iterator[tuple[str, Hit]]:
    for module in facts.python:
        if "env_prefix" in module.code or facts.is_left_behind(module):
            continue
        named = {c.name for c in module.classes if "Settings" in " ".join((c.name, *c.bases))}
        home = module.path.partition("/")[0]
        fields = (a for a in module.assignments if a.owner in named and a.function < 0)
        for one in (f for f in fields if _AUTH.match(f.target)):
            if not (_inside_reads(module, one) or _outside_reads(facts, module, one)):
                yield home, at(module, one.line, f"Nothing reads the setting {one.target}.")


def _is_only_checked(facts: Facts, folder: str, name: str) -> bool:
    """Whether the Python below a folder asks whether a variable is set, and nothing more."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    modules = [m for m in facts.python if m.path.startswith(f"{folder}/") and name in m.code]
    lines = [
        t for m in modules for t in m.lines if word.search(t) and not t.lstrip().startswith("#")
    ]
    return bool(lines) and all(_PRESENCE.match(t) for t in lines)


def _runs_better_auth(facts: Facts, folder: str) -> bool:
    """Whether a library below a folder reads variables by itself."""
    inside = f"{folder}/" if folder else ""
    return any(
        m.path.startswith(inside)
        and any(
            re.match(r"better-auth$|next-auth|@auth/|@clerk|@auth0", i.module) for i in m.imports
        )
        for m in facts.scripts
    )


def _examples(facts: Facts) -> Iterator[tuple[str, Hit]]:
    """Yield documented variables that no code beside the environment file reads."""
    compose = {
        posixpath.dirname(s.path) for s in facts.environment.plain(r"compose[\w.-]*\.ya?ml$")
    }
    for one in facts.environment.variables:
        folder = posixpath.dirname(one.file)
        if one.is_compose or not one.is_example or not folder or folder in compose:
            continue
        if _TESTS.search(one.file):
            continue  # nobody is handed out what tests run with
        mentioned = facts.variables.mentioned_below(folder) if _AUTH.match(one.name) else None
        if not mentioned:
            continue
        unread = one.name not in mentioned or _is_only_checked(facts, folder, one.name)
        if unread and not _runs_better_auth(facts, folder):
            home = one.file.partition("/")[0]
            yield home, Hit(one.file, one.line, f"No code beside it reads {one.name}.")


def _clients(facts: Facts) -> Iterator[tuple[str, Hit]]:
    """Yield clients of Better Auth that nobody imports, in a tree without an instance."""
    if facts.issuers.servers or any("api/auth/[" in p for p in facts.tree.paths):
        return
    for client in facts.issuers.clients:
        path = client.module.path
        alone = facts.loaded.home_of(path) is None and path not in facts.imported
        if alone or facts.loaded.is_dead(path):
            home = client.module.path.partition("/")[0]
            yield f"{home} client", at(client.module, client.call, "Nobody uses this auth client.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield what is left of a former scheme: settings, variables and clients, once a service."""
    fields = list(_fields(facts))
    homes = {home for home, _ in fields}
    yield from once(fields)
    examples = [row for row in _examples(facts) if row[0] not in homes]
    yield from once(examples)
    if not fields and not examples:
        yield from once(_clients(facts))


RULE = Rule(
    requirement="environment:complete",
    category="stale-auth-config",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="An authentication setting is read by nothing.",
    why="Operators hand out a secret that no code needs, which only widens who holds it, and miss the one that counts.",
    remedy="Remove the setting, its variable and what else is left of the former scheme.",
    check=check,
    flagged=(
        Case(
            {
                "api/config.py": """\
@dataclass
class Settings:
    secret_key: str = os.getenv("SECRET_KEY", "")

    def __post_init__(self):
        if not self.secret_key or self.secret_key == "change-me":
            self.secret_key = "for-tests"
""",
                # A parameter of the same name is another thing.
                "api/storage.py": "def connect(access, secret_key): return client(access, secret_key)\n",
            }
        ),
        Case(
            {
                "api/.env.example": "BETTER_AUTH_SECRET=\n",
                "api/main.py": """\
import os

def ready():
    missing = []
    if not os.getenv("BETTER_AUTH_SECRET"):
        missing.append("BETTER_AUTH_SECRET")
    return missing
""",
            }
        ),
        Case(
            {
                "api/config.py": """\
class Settings(BaseSettings):
    better_auth_secret: str = ""

    def validate_production(self):
        if not self.better_auth_secret:
            raise ValueError("BETTER_AUTH_SECRET")
""",
                "api/main.py": "from api.config import Settings\n",
            }
        ),
        Case(
            {
                "api/.env.example": "DATABASE_URL=\nACCESS_TOKEN_EXPIRE_MINUTES=30\n",
                "api/db.py": "import os\nURL = os.environ['DATABASE_URL']\n",
            }
        ),
        Case(
            {
                "web/lib/auth-client.ts": """\
import { createAuthClient } from "better-auth/react";
export const authClient = createAuthClient();
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/.env.example": "BETTER_AUTH_SECRET=\n",
                "api/.env.test": "SECRET_KEY=for-tests-only\n",
                "api/main.py": """\
import os

if not os.getenv("BETTER_AUTH_SECRET"):
    raise RuntimeError("BETTER_AUTH_SECRET is missing")
""",
                "api/auth.py": """\
import os
KEY = os.environ["BETTER_AUTH_SECRET"]
""",
            }
        ),
        Case(
            {
                "api/config.py": """\
class Settings(BaseSettings):
    better_auth_secret: str = ""
    jwt_secret: str = ""

    @property
    def key(self):
        return self.jwt_secret
""",
                "api/auth.py": """\
import jwt
from api.config import settings

def read(token):
    return jwt.decode(token, settings.better_auth_secret or settings.key, algorithms=["HS256"])
""",
                "api/.env.example": "BETTER_AUTH_SECRET=\n",
                "web/.env.example": "BETTER_AUTH_SECRET=\nBETTER_AUTH_URL=\n",
                "web/lib/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
            }
        ),
    ),
)
