import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._environment import (
    Variable,
    is_chosen,
    is_counted_up,
    is_credential_name,
    is_secret_name,
    looks_random,
)
from authpact.review.facts._facts import Facts
from authpact.review.facts._issued_keys import SPOKEN, issued_keys
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_URL: Final = lazy(
    r"\b(?:postgres(?:ql)?(?:\+\w+)?|mysql(?:\+\w+)?|mongodb(?:\+srv)?|rediss?|amqps?)"
    r"://[^\s:/@\"'`]*:([^\s@\"'`]+)@([^\s/:\"'`?]+)"
)
_LOCAL: Final = lazy(
    r"localhost|127\.0\.0\.1|host$|postgres$|^db$|database|mysql|mongo$|redis$|example|your|^[\w-]+$"
    r"|\.(?:local|internal|svc)\b",
    re.IGNORECASE,
)
_STAND_IN: Final = lazy(
    r"^\$|^<|\{|^\[|^(?:pass\w*|user|pwd|secret|your.*|change.*|xxx+|\*+|postgres|example|todo\w*)$",
    re.IGNORECASE,
)
_BLOCK: Final = lazy(
    r"^(?:[ \t]*(?:[-*][ \t]+)?(?:export[ \t]+)?|[^\n`|]{0,40}(?:[`|]|\*\*)[ \t]*`?|[^\n`]*\bset[ \t]+)"
    r"([A-Z][A-Z0-9_]*(?:SECRET|SIGNING_KEY|JWT_KEY)[A-Z0-9_]*|SECRET_KEY)"
    r"(?:[ \t]*[=:][ \t]*[\"'`]?|`?[ \t]*\|[ \t]*`?|[`*]{1,3}[^\n`|]{1,30}`)([^\s\"'#`|]+)",
    re.MULTILINE,
)
_DOCUMENT: Final = r"\.(md|ya?ml)$|\.env.*example|example.*\.env"
_SHOWN: Final = lazy(
    r"^\W*(?:example|sample)\b[^\n]{0,40}\n(?:```\w*\n)?([^\s=]{16,})[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
"""What a document calls the output of a command, as an example."""
_REPEATED: Final = 3
_LONG: Final = 32
_TOKEN: Final = lazy(r"^eyJ[\w-]+\.[\w-]+")
_PUBLISHED: Final = lazy(r"(^|/)\.(?:agents|claude|codex|cursor|gemini|github)/")
"""Guides that others wrote: their keys were never anybody's."""
_SHORTEST: Final = 12


def _real_url(text: str) -> re.Match[str] | None:
    """Return the address of a database elsewhere together with its password, None for a pattern."""
    found = _URL.search(text)
    if not found or _STAND_IN.search(found[1]) or _LOCAL.search(found[2]):
        return None
    return found


def _is_issued(password: str) -> bool:
    """Whether a password was made by a provider: nobody types such a text as an illustration."""
    kinds = sum(bool(re.search(p, password)) for p in (r"[a-z]", r"[A-Z]", r"\d"))
    spoken = SPOKEN.search(password) or is_counted_up(password)
    return len(password) >= _SHORTEST and kinds >= 2 and not spoken  # noqa: PLR2004


def _secret_of(variable: Variable, value: str) -> str:
    """Return the secret part of a variable's value, empty when it is none."""
    url = _real_url(value)
    if url:
        issued = not variable.is_example or _is_issued(url[1])
        return url[1] if issued else ""
    if value.startswith(("$", "http")):
        return ""
    if variable.is_example:
        return value if is_secret_name(variable.name) and _is_long(value) else ""
    named = is_secret_name(variable.name) and (looks_random(value) or _TOKEN.match(value))
    issued = is_credential_name(variable.name) and looks_random(value)
    return value if named or (issued and not variable.is_compose) else ""


def _is_own(variable: Variable, value: str) -> bool:
    """Whether a manifest or the values of a chart set a secret in words of somebody's own."""
    return not variable.is_example and is_secret_name(variable.name) and is_chosen(value)


def _is_long(value: str) -> bool:
    return len(value) >= _LONG and looks_random(value)


def _variables(facts: Facts, told: set[str]) -> Iterator[Hit]:
    seen: set[tuple[str, str]] = set()
    given = [(v, False) for v in facts.environment.variables]
    for v, deployed in (*given, *((v, True) for v in facts.environment.deployed)):
        value = v.value.strip("\"'").partition(" #")[0].strip().strip("\"'")
        secret = _secret_of(v, value) or (value if deployed and _is_own(v, value) else "")
        key = f"{v.line} {secret}" if v.is_compose else secret
        if secret and (v.file, key) not in seen:
            seen.add((v.file, key))
            told.add(secret)
            yield Hit(v.file, v.line, f"The value of {v.name} is in the repository.")


def _documents(facts: Facts, told: set[str]) -> Iterator[Hit]:
    """Yield values that documents repeat: one that is written once may be an illustration."""
    places: dict[str, list[tuple[str, int, str]]] = {}
    shown: set[str] = set()
    for source in facts.environment.plain(_DOCUMENT):
        if "compose" in source.path:
            continue
        shown |= set(_SHOWN.findall(source.text))
        for line, match in lines_matching(source.text, _BLOCK, "SECRET", "SIGNING_KEY", "JWT_KEY"):
            if looks_random(match[2]) and match[2][0] not in "$/":
                places.setdefault(match[2], []).append((source.path, line, match[1]))
    for value, found in places.items():
        in_code = value in told or any(value in m.code for m in facts.project.modules)
        often = len(found) >= _REPEATED or (len(found) > 1 and _is_long(value))
        if often and not in_code and value not in shown:
            path, line, name = min(found)
            yield Hit(path, line, f"A value of {name} is written down.", Severity.HIGH)


def _addresses(facts: Facts, told: set[str]) -> Iterator[Hit]:
    """Yield the first place of each database password in documents and scripts."""
    for source in facts.environment.plain(r"\.(md|ya?ml|sh|toml|ini|json)$"):
        for line, match in _addresses_in(source.text):
            url = _real_url(match[0])
            if url and url[1] not in told and _is_issued(url[1]):
                told.add(url[1])
                yield Hit(
                    source.path, line, "A database address with its password is written down."
                )
        if not source.path.endswith(".md"):
            yield from _keys(source.path, source.text, told)
        elif not _PUBLISHED.search(source.path):
            yield from _noted(source.path, source.text, told)


def _keys(path: str, text: str, told: set[str]) -> Iterator[Hit]:
    """Yield keys that a provider issued, but what was told as the password of an address."""
    for line, key in issued_keys(text):
        if key not in told:
            yield Hit(path, line, "A key of a provider is in the repository.")


def _noted(path: str, text: str, told: set[str]) -> Iterator[Hit]:
    """Yield keys that a document holds, each once: it repeats them, and shows made-up ones."""
    for line, key in issued_keys(text):
        if key not in told and looks_random(key):
            told.add(key)
            message = "A key of a provider is written down."
            yield Hit(path, line, message, Severity.HIGH)


def _addresses_in(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield addresses with a password; most texts hold none, and are not searched."""
    return lines_matching(text, _URL) if "://" in text and "@" in text else iter(())


def _scripts(facts: Facts, told: set[str]) -> Iterator[Hit]:
    for module in facts.project.modules:
        for line, match in _addresses_in(module.code):
            url = _real_url(match[0])
            if url:
                told.add(url[1])
                yield at(module, line, "A database address with its password is in the code.")
        yield from _keys(module.path, module.code, told)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets that are part of the tree; what a document repeats is told once."""
    told: set[str] = set()
    yield from _variables(facts, told)
    yield from _scripts(facts, told)
    yield from _documents(facts, told)
    yield from _addresses(facts, told)


RULE = Rule(
    requirement="environment:no-secrets",
    category="committed-secret",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="A secret is in the repository.",
    why="Everybody with the repository, and its history, can sign tokens or open the database.",
    remedy="Replace the secret, remove the file from the repository and list it in .gitignore.",
    check=check,
    flagged=(
        Case(
            {
                "DEPLOY.md": """\
| Name | Value |
|------|-------|
| `JWT_SECRET` | `q8Zr1xW5vB7nM3kL9pT2q8Zr1xW5vB7n` |

- [ ] `JWT_SECRET` - must match: `q8Zr1xW5vB7nM3kL9pT2q8Zr1xW5vB7n`
"""
            }
        ),
        Case(
            {
                "SETUP.md": """\
- [x] **JWT_SECRET** made: `q8Zr1xW5vB7nM3kL9pT2q8Zr1xW5vB7n`

    JWT_SECRET=q8Zr1xW5vB7nM3kL9pT2q8Zr1xW5vB7n
"""
            }
        ),
        Case({"api/.env": "BETTER_AUTH_SECRET=q8Zr1xW5vB7nM3kL9pT2\n"}),
        Case(
            {
                "docker-compose.yml": """\
services:
  web:
    environment:
      BETTER_AUTH_SECRET: q8Zr1xW5vB7nM3kL9pT2
"""
            }
        ),
        Case({"api/.env": "GROQ_API_KEY=q8Zr1xW5vB7nM3kL9pT2\n"}),
        Case({"web/.env.example": "BETTER_AUTH_SECRET=q8Zr1xW5vB7nM3kL9pT2q8Zr1xW5vB7n\n"}),
        Case({"Dockerfile": "ENV MONGODB_URI=mongodb+srv://ada:lovelace@c0.a1b2.mongodb.net/db\n"}),
        Case(
            {
                "SETUP.md": "Run with\n\nDATABASE_URL=postgresql://ada:npg_q8Zr1xW5vB7n@ep-1.aws.neon.tech/db\n"
            }
        ),
        Case(
            {
                "NOTES.md": "JWT_SECRET=q8Zr1xW5vB7nM3kL9pT2q8Zr1xW5vB7n\n\nand there\n\nJWT_SECRET=q8Zr1xW5vB7nM3kL9pT2q8Zr1xW5vB7n\n"
            }
        ),
        Case(
            {
                "k8s/secret.yaml": """\
kind: Secret
data:
  JWT_SECRET: cThacjF4VzV2QjduTTNrTDlwVDI=
"""
            }
        ),
        Case(
            {"charts/values.yaml": "api:\n  env:\n    JWT_SECRET: notes_signing_4417902356_key\n"}
        ),
        Case({"values.yaml": "databaseUrl: postgresql://ada:lovelace@c0.a1b2.neon.tech/db\n"}),
        Case({"LEAK.md": "The Gemini key in use: `AIzaSyQ8Zr1xW5vB7nM4kL9pT2cD6fG0hJ3sA1e`\n"}),
        Case({"AUDIT.md": "The database still has npg_q8Zr1xW5vB7n.\n"}),
        Case({"HOW.md": "    model-key: sk-q8Zr1xW5vB7nM4kL9pT2cD6fG0hJ3sA1eY\n"}),
        Case({"pay.py": 'client = Client("sk_live_q8Zr1xW5vB7nM3kL9pT2")\n'}),
        Case({"deploy.sh": "psql postgresql://ada:npg_q8Zr1xW5vB7n@ep-1.aws.neon.tech/db\n"}),
    ),
    accepted=(
        Case(
            {
                "SETUP.md": """\
**Example output:**
```
q8Zr1xW5vB7nM3kL9pT2cD4fG6hJ8sA0
```

JWT_SECRET=q8Zr1xW5vB7nM3kL9pT2cD4fG6hJ8sA0
BETTER_AUTH_SECRET=q8Zr1xW5vB7nM3kL9pT2cD4fG6hJ8sA0
"""
            }
        ),
        Case(
            {
                "api/.env.example": """\
BETTER_AUTH_SECRET=your-secret-here
DATABASE_URL=postgresql://user:password@localhost/todo
"""
            }
        ),
        Case(
            {
                "GUIDE.md": """\
| `JWT_SECRET` | `openssl-rand-base64-32` |
| `JWT_SECRET` | Signs every token of the API | required |
| `JWT_SECRET` | Signs every token of the API | required |
DATABASE_URL=postgresql://user:AbCd12345678@ep-cool-12345.aws.neon.tech/db
JWT_SECRET=[32-char-minimum]
JWT_SECRET=[32-char-minimum]
JWT_SECRET=[32-char-minimum]
""",
                ".github/workflows/ci.yml": "env:\n  BETTER_AUTH_SECRET: 0123456789abcdef0123456789abcdef\n",
            }
        ),
        Case(
            {
                "api/.env": "GOOGLE_CLIENT_ID=q8Zr1xW5vB7nM3kL9pT2\nTOKEN_URL=https://q8Zr1xW5vB7nM3kL9pT2.example\n",
                "k8s/secret.yaml": "kind: Secret\ndata:\n  JWT_SECRET: Y2hhbmdlLW1lLWluLXByb2R1Y3Rpb24=\n",
                ".agents/db.md": '{"password": "npg_q8Zr1xW5vB7n"}\n',
                "PAY.md": "STRIPE_KEY=sk_live_production_key_here_4417\n",
                "web/maps.ts": 'const apiKey = "AIzaSyQ8Zr1xW5vB7nM4kL9pT2cD6fG0hJ3sA1e";\n',
            }
        ),
    ),
)
