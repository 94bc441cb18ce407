import posixpath
import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._environment import is_secret_name
from authpact.review.facts._facts import Facts
from authpact.review.facts._issuers import Client
from authpact.review.facts._variables import Read
from authpact.review.source._pattern import lazy

_SECRETS: Final = lazy(r"^(?!.*(?:REFRESH|RESET|CSRF|COOKIE|WEBHOOK|CRON|ENCRYPT))")
_TOKENS: Final = lazy(r"AUTH|JWT|SESSION|TOKEN|SIGN|^(?:APP_)?SECRET")
"""What every deployment needs for signing in; another secret may have been left out on purpose."""
_DRAFT: Final = lazy(r"(^|/)(?:specs?|plans?|history|prompts?|archive|adr)/")
"""Notes of the past, which nobody deploys by."""
_CORS: Final = lazy(r"CORS|(?:ALLOWED|TRUSTED)_ORIGIN|ORIGINS$|ORIGINS_")
_ORIGINS: Final = lazy(r"CORS|ORIGIN|^(?:FRONTEND|CLIENT|WEB)_(?:URL|HOST)")


def _is_origins_field(read: Read) -> bool:
    """Whether a settings field holds origins as text, for a property to cut into a list.

    A prefix of the settings class gives every field another name than its own.
    """
    code = read.module.code
    is_field = bool(re.match(rf"\s*{read.name.lower()}\s*:", read.module.lines[read.line - 1]))
    renamed = re.search(
        r"env_prefix[\"']?\s*[=:]\s*[\"']\w|env_nested_delimiter|alias_generator", code
    )
    return is_field and bool(_CORS.search(read.name)) and not renamed


def _kinds(facts: Facts) -> Iterator[tuple[Read, re.Pattern[str], bool]]:
    """Yield reads that decide, what else may be meant by them, and whether those are secrets."""
    origins = {name for c in facts.cors for name in c.origins.environment}
    for read in facts.variables.reads:
        if read.module.language == "python" and read.module.path not in facts.running.run:
            continue
        if is_secret_name(read.name) and _SECRETS.match(read.name):
            yield read, _SECRETS, True
        elif read.name in origins:
            yield read, _ORIGINS, False
        elif _is_origins_field(read):
            yield read, _CORS, False


def _is_nowhere(facts: Facts, name: str) -> bool:
    """Whether no environment file, document or deployment file of the tree names a variable."""
    return name.lower() not in facts.environment.words_outside(_DRAFT)


def _has_alternative(read: Read, names: set[str]) -> bool:
    """Whether the function that reads a secret goes on to a documented one when it is missing."""
    inside = [f for f in read.module.functions if f.line <= read.line <= f.end_line]
    texts = [f.text for f in inside] or [read.module.lines[read.line - 1]]
    return any(is_secret_name(n) and f'"{n}"' in t.replace("'", '"') for n in names for t in texts)


def _place(facts: Facts, read: Read, home: str, other: str) -> Hit:
    """Return where the name is wrong: in the environment file when all else agrees with the code."""
    message = f"Reads {read.name}, but the environment file has {other}."
    modules = {r.module.path for r in facts.variables.reads if r.name == read.name}
    inside = f"{home}/" if home else ""
    several = sum(p.startswith(inside) for p in modules) > 1
    if several and not _is_nowhere(facts, read.name):
        for one in facts.environment.variables:
            if one.name == other and posixpath.dirname(one.file) == home:
                return Hit(one.file, one.line, f"The code reads {read.name}, not {other}.")
    return at(read.module, read.line, message)


def _renamed(facts: Facts) -> Iterator[tuple[str, Hit]]:
    """Yield reads of a variable while documents name another one that nothing reads."""
    mentioned: dict[str, frozenset[str]] = {}
    for read, pattern, secret in _kinds(facts):
        home = facts.environment.home_of(read.module.path)
        if home is None:
            continue
        names = facts.environment.documented(home)
        if home not in mentioned:
            mentioned[home] = facts.variables.mentioned_below(home)
        unread = {
            n for n in names - mentioned[home] if pattern.search(n) and is_secret_name(n) is secret
        }
        if read.name in names or not (unread or (secret and _is_nowhere(facts, read.name))):
            continue
        if unread:
            yield f"{home} {read.name}", _place(facts, read, home, min(unread))
        elif not _has_alternative(read, names) and _TOKENS.search(read.name):
            message = f"Reads {read.name}, which no file names."
            yield f"{home} {read.name}", at(read.module, read.line, message)


def _address(facts: Facts, client: Client) -> Iterator[Hit]:
    """Yield the address of an auth client when nothing but the code knows its variable."""
    value = facts.evaluator.value(client.module, client.options.get("baseURL", ""))
    home = facts.environment.home_of(client.module.path)
    local = any(re.search(r"//(?:localhost|127\.)", text) for text in value.literals)
    own = "location.origin" in client.module.code  # in a browser the page's address stands in
    if home is None or len(value.environment) != 1 or not local or own:
        return
    name = value.environment[0]
    if not _is_nowhere(facts, name):
        return
    numbers = range(client.call.line, client.call.end_line + 1)
    line = next((n for n in numbers if "baseURL" in client.module.lines[n - 1]), client.call.line)
    yield at(client.module, line, f"No environment file or document names {name}.")


def _of_server(facts: Facts) -> Iterator[Hit]:
    """Yield the address of a Better Auth instance when documents know another variable for it."""
    words = facts.environment.words_outside(_DRAFT)
    for issuer in facts.issuers.servers:
        value = facts.evaluator.value(issuer.module, issuer.options.get("baseURL", ""))
        local = any(re.search(r"//(?:localhost|127\.)", text) for text in value.literals)
        if local and len(value.environment) == 1 and "better_auth_url" in words:
            name = value.environment[0]
            if _is_nowhere(facts, name):
                message = f"Reads {name}, which no file names; documents have BETTER_AUTH_URL."
                line = issuer.line_of(r"\bbaseURL\s*:")
                yield at(issuer.module, line, message, Severity.MEDIUM)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield variables that decide about sign-in and are documented under another name or not."""
    yield from once(_renamed(facts))
    yield from _of_server(facts)
    if facts.issuers.servers:
        for client in facts.issuers.clients:
            path = client.module.path
            if "auth" in posixpath.basename(path) and path not in facts.imported:
                continue  # what nobody imports reads nothing; importers of it name auth, so are read
            yield from _address(facts, client)


RULE = Rule(
    requirement="environment:complete",
    category="env-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The code reads a variable under another name than is documented.",
    why="A deployment by the documents leaves it unset: the code runs with its default or refuses every call.",
    remedy="Use one name in the code, in .env.example and in the deployment files.",
    check=check,
    flagged=(
        Case(
            {
                "api/sign.py": 'import os\nKEY = os.environ.get("BETTER_AUTH_SECRET", "x")\n',
                "api/verify.py": 'import os\nKEY = os.environ.get("BETTER_AUTH_SECRET", "x")\n',
                "api/.env.example": "JWT_SECRET=\n",
                "DEPLOY.md": "Set BETTER_AUTH_SECRET.\n",
            }
        ),
        Case(
            {
                "api/settings.py": """\
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    cors_origins_text: str = ""
    model_config = SettingsConfigDict(env_prefix="", extra="ignore")

    @property
    def cors_origins(self):
        return [o.strip() for o in self.cors_origins_text.split(",") if o]
""",
                "api/.env.example": "CORS_ORIGINS=https://app.example.com\n",
            }
        ),
        Case(
            {
                "web/auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ baseURL: process.env.AUTH_BASE || "http://localhost:3000" });
""",
                "README.md": "Set BETTER_AUTH_URL to the address of the site.\n",
            }
        ),
        Case(
            {
                "api/auth.py": 'import os\n\nSECRET = os.getenv("BETTER_AUTH_SECRET", "x")\n',
                "api/.env.example": "SECRET_KEY=\nDATABASE_URL=\n",
            }
        ),
        Case(
            {
                "api/main.py": """\
import os
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=[os.getenv("FRONTEND_URL", "http://localhost:3000")])
""",
                "api/.env.example": "CORS_ORIGINS=https://app.example.com\n",
            }
        ),
        Case(
            {
                "web/lib/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
                "web/lib/client.ts": """\
export const client = createAuthClient({
  baseURL: process.env.NEXT_PUBLIC_APP_URL || "http://localhost:3000",
});
""",
                "web/.env.example": "BETTER_AUTH_URL=\n",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "settings.py": """\
from pydantic_settings import BaseSettings, SettingsConfigDict

class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="DESK_")
    jwt_secret: str
""",
                "main.py": "from settings import Settings\n\nsettings = Settings()\n",
                ".env.example": "DESK_JWT_SECRET=\n",
            }
        ),
        Case(
            {
                "api/main.py": "app = FastAPI()\n",
                "api/draft.py": 'import os\nKEY = os.getenv("BETTER_AUTH_SECRET", "x")\n',
                "api/proxy.py": 'import os\nfrom main import app\nKEY = os.getenv("PROXY_SECRET", "x")\n',
                "web/proxy.ts": 'const key = process.env.PROXY_SECRET || "x";\n',
                ".env.example": "DATABASE_URL=\n",
            }
        ),
        Case(
            {
                "api/settings.py": """\
class Settings(BaseSettings):
    cors_origins_text: str = Field("", validation_alias="CORS_ORIGINS")
""",
                "api/.env.example": "CORS_ORIGINS=https://app.example.com\n",
                "jobs/settings.py": """\
class Settings(BaseSettings):
    cors_origins: str = ""
    model_config = SettingsConfigDict(env_prefix="JOBS_")
""",
                "jobs/.env.example": "JOBS_CORS_ORIGINS=https://app.example.com\n",
            }
        ),
        Case(
            {
                "api/auth.py": """\
import os

def secret():
    found = os.getenv("LEGACY_JWT_SECRET")
    if not found:
        found = os.getenv("BETTER_AUTH_SECRET")
    return found
""",
                "api/.env.example": "BETTER_AUTH_SECRET=\n",
            }
        ),
        Case(
            {
                "web/lib/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
                "web/lib/auth-unused.ts": """\
export const client = createAuthClient({
  baseURL: process.env.NEXT_PUBLIC_APP_URL || "http://localhost:3000",
});
""",
                "web/.env.example": "BETTER_AUTH_URL=\n",
            }
        ),
        Case(
            {
                "api/auth.py": """\
import os

SECRET = os.getenv("BETTER_AUTH_SECRET", "x")
OTHER = os.getenv("SECRET_KEY")
""",
                "api/.env.example": "SECRET_KEY=\nBETTER_AUTH_SECRET=\n",
                "web/lib/auth.ts": 'import { betterAuth } from "better-auth";\nexport const auth = betterAuth({});\n',
                "web/lib/client.ts": """\
export const client = createAuthClient({
  baseURL: process.env.NEXT_PUBLIC_APP_URL || "http://localhost:3000",
});
""",
                "web/.env.example": "NEXT_PUBLIC_APP_URL=\n",
            }
        ),
    ),
)
