import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._environment import is_credential_name, looks_random
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import has_any, literal

_MAKES: Final = lazy(
    r"signUpEmail|/sign-?up/email|\bcreateUser\(|\w*(?:hash_?password|password_?hash)\w*\(|hashpw\(|"
    r"\bpwd_context\.hash\(",
    re.IGNORECASE,
)
_HASHES: Final = lazy(r"^\w*(?:hash_?password|password_?hash)\w*$|^hashpw$|^hash$", re.IGNORECASE)
_CHECKS: Final = lazy(r"checkpw\(|\w*(?:verify|check)\w*password\w*\(|\.verify\(|sign-in/email")
_PASSWORD: Final = lazy(r"^(?:\w*[a-z_])?(?:password|passwd|pwd)$", re.IGNORECASE)
_ADMIN: Final = lazy(r"admin|super_?user|is_staff|\broot\b", re.IGNORECASE)
_TRIAL: Final = lazy(
    r"\b(?:test|demo|sample|dummy)[ _-]?(?:users?|accounts?|data\w*|e-?mail|password|purposes?)\b"
    r"|\b(?:demo|dummy)\w*@",
    re.IGNORECASE,
)
_LABEL: Final = lazy(r"\s|^[A-Z][a-z]+$")
_GUARDED: Final = lazy(
    r"\b(?:NODE_ENV|APP_ENV|ENVIRONMENT|ALLOW_\w+)\b[\s\S]{0,200}?\b(?:throw|raise|exit|return)\b"
)
_STARTS: Final = (
    r"(^|/)(?:(?:Dockerfile|Procfile)[\w.-]*|[\w-]*(?:entry_?point|start|boot)[\w-]*\.sh"
    r"|(?:docker-)?compose[\w.-]*\.ya?ml)$"
)
_PUBLIC: Final = lazy(
    r"algolia|docsearch|indexName|firebase|authDomain|posthog|sentry", re.IGNORECASE
)
_OPEN: Final = lazy(r"^(?:https?:|AIza|pk_|phc_|/)|[\s/:]")
_NEAR: Final = 6
_SHORTEST: Final = 4


def _passwords(module: Module) -> Iterator[tuple[int, str]]:
    """Yield the passwords that stand in the code: under such a name, or handed to a hash."""
    for one in (*module.assignments, *module.pairs):
        value = literal(one.value)
        if value and _PASSWORD.match(one.target):
            yield one.line, value
    for call in module.calls:
        value = literal(call.arguments[0].text) if call.arguments else None
        if value and _HASHES.match(call.last):
            yield call.line, value


def _of_administrator(module: Module) -> int:
    """Return the line of the first written password of an administrator, 0 for none."""
    for line, value in sorted(_passwords(module)):
        around = "\n".join(module.lines[max(0, line - _NEAR - 1) : line + _NEAR])
        if len(value) >= _SHORTEST and not _LABEL.search(value) and _ADMIN.search(around):
            return line
    return 0


def _is_started(facts: Facts, module: Module) -> bool:
    """Whether what starts a container, or the API itself, runs a script."""
    if module.path in facts.running.served:
        return True
    base = re.escape(module.path.rpartition("/")[2])
    called = re.compile(rf"[\"']([\w:-]+)[\"']\s*:\s*[\"'][^\"'\n]*\b{base}")
    names = {
        re.escape(name)
        for s in facts.environment.plain(r"(^|/)package\.json$")
        for name in called.findall(s.text)
    }
    run = "|".join(sorted(names)) or "(?!)"
    pattern = re.compile(rf"[\s/\"]{base}\b|\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:{run})\b")
    return any(pattern.search(s.text) for s in facts.environment.plain(_STARTS))


def _accounts(facts: Facts) -> Iterator[Hit]:
    """Yield administrators that a script makes with a password which everybody can read."""
    signs_in = any(
        has_any(m.code, "checkpw(", "verify", "check", "sign-in/") and _CHECKS.search(m.code)
        for m in facts.python
    )
    for module in facts.project.modules:
        line = 0 if is_client(module) else _of_administrator(module)
        if not line or not _MAKES.search(module.code):
            continue
        if module.language == "python" and not signs_in:
            continue
        started = _is_started(facts, module)
        if not started and (_TRIAL.search(module.text) or _GUARDED.search(module.code)):
            continue
        message = "An administrator is made with a password that stands in the code."
        yield at(module, line, message, Severity.CRITICAL if started else None)


def _members(facts: Facts) -> Iterator[Hit]:
    """Yield keys of a service that a script on the server holds as members of an object."""
    for module in facts.scripts:
        told: set[str] = set()
        for one in module.pairs:
            named = is_credential_name(one.target) or _PASSWORD.match(one.target)
            value = literal(one.value) if named else None
            if not value or value in told or not looks_random(value) or _OPEN.search(value):
                continue
            if not is_client(module) and not _PUBLIC.search(module.code):
                told.add(value)
                yield at(module, one.line, f"The value of {one.target} stands in the code.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield credentials that scripts write into a database."""
    yield from _accounts(facts)
    yield from _members(facts)


_LOGIN: Final = "def log_in(who, given):\n    return checkpw(given, who.password_hash)\n"
_SEED: Final = """\
import { auth } from "../lib/auth";
await auth.api.signUpEmail({
  body: { email: "root@notes.dev", password: "Harbour7", name: "Admin" },
});
"""

RULE = Rule(
    requirement="environment:no-secrets",
    category="committed-secret",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A script writes a published credential into the database.",
    why="Whoever reads the repository signs in as that account, or uses that service, wherever the script ran.",
    remedy="Read it from the environment without a default, end it where the script ran, and replace it.",
    check=check,
    flagged=(
        Case({"web/scripts/first.ts": _SEED}),
        Case(
            {
                "web/scripts/first.ts": _SEED.replace("Harbour7", "test1234"),
                "web/package.json": '{"scripts": {"seed": "tsx scripts/first.ts"}}\n',
                "web/docker-entrypoint.sh": "pnpm run seed\nexec node server.js\n",
            }
        ),
        Case(
            {
                "api/login.py": _LOGIN,
                "api/first.py": """\
def first(session):
    session.add(User(email="root@notes.dev", password_hash=hash_password("Harbour7"), role="admin"))
""",
            }
        ),
        Case(
            {
                "prisma/devices.ts": """\
await prisma.device.create({ data: { name: "gate", apiKey: "9f41c07be2d835a6419cf07be2d83a55" } });
"""
            }
        ),
    ),
    accepted=(
        Case({"web/scripts/first.ts": f"// one of the test users\n{_SEED}"}),
        Case(
            {
                "web/scripts/first.ts": (
                    'if (process.env.NODE_ENV === "production") throw new Error("no");\n' + _SEED
                )
            }
        ),
        Case(
            {
                "web/scripts/first.ts": _SEED.replace('"Harbour7"', "process.env.ADMIN_PASSWORD"),
                "site/search.ts": """\
export const search = { indexName: "notes", apiKey: "9f41c07be2d835a6419cf07be2d83a55" };
""",
            }
        ),
        Case(
            {
                "api/first.py": """\
def first(session):
    session.add(User(email="root@notes.dev", password_hash=hash_password("Harbour7"), role="admin"))
"""
            }
        ),
        Case(
            {
                "web/app/login/page.tsx": """\
export const labels = { password: "Password", adminHint: "Ask an admin" };
authClient.signUpEmail(form);
"""
            }
        ),
    ),
)
