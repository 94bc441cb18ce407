from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._environment import Variable, is_credential_name, is_placeholder
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_PUBLIC: Final = lazy(
    r"\b(?:NEXT_PUBLIC|VITE|REACT_APP|EXPO_PUBLIC|NUXT_PUBLIC|GATSBY)_(?!\w*DEMO)\w*"
    r"(?:SECRET|DATABASE_URL|DB_URL|MONGO\w*_UR[IL]|REDIS_UR[IL]|PRIVATE_KEY|PRIVATE_API|PASSWORD|SERVICE_ROLE|JWT_KEY"
    r"|(?:OPENAI|ANTHROPIC|CLAUDE|GEMINI|GROQ|MISTRAL|COHERE|OPENROUTER|HUGGINGFACE|REPLICATE|DEEPSEEK"
    r"|RESEND|SENDGRID|MAILGUN|TWILIO|PINECONE|TAVILY|ELEVENLABS)_(?:API_)?(?:KEY|TOKEN)"
    r"|(?:AUTH|API|BEARER|SERVICE)_TOKEN(?!_?(?:KEY|NAME|URL|EXP|TTL|STORAGE|COOKIE|HEADER|ENDPOINT|PATH))"
    r"|ADMIN_(?:API_)?(?:KEY|TOKEN)|INTERNAL_(?:API_)?(?:KEY|TOKEN))\w*"
)
_INLINED: Final = lazy(r"^\s*[\"']?(\w+)[\"']?\s*:\s*process\.env\b")


def _inlined(facts: Facts) -> Iterator[Hit]:
    """Yield secrets in the `env` of a Next.js configuration: its values are compiled in as well."""
    for module in facts.scripts:
        if "next.config" not in module.path:
            continue
        for one in module.pairs:
            if one.target not in {"env", "publicRuntimeConfig"} or not one.value.startswith("{"):
                continue
            for number, text in enumerate(one.value.split("\n")):
                for part in text.strip("{} ").split(","):
                    found = _INLINED.match(part)
                    if found and is_credential_name(found[1]):
                        yield at(module, one.line + number, f"{found[1]} is compiled in.")


_OURS: Final = lazy(r"SECRET|JWT_KEY|PRIVATE_KEY")


def _is_idle(variable: Variable) -> bool:
    """Whether a key of a provider that no code reads is a stand-in, handed on to nobody."""
    value = variable.value.strip("\"'")
    passed = value.startswith("$") and value.lstrip("$").strip("{}") == variable.name
    return not _OURS.search(variable.name) and (passed or is_placeholder(value))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets in variables that reach the browser."""
    yield from _inlined(facts)
    seen: set[tuple[str, str]] = set()
    for module, line, match in facts.matches(
        facts.project.modules, _PUBLIC, "PUBLIC_", "VITE_", "REACT_APP_", "GATSBY_"
    ):
        if (module.path, match[0]) in seen:
            continue
        seen.add((module.path, match[0]))
        yield at(module, line, f"{match[0]} is compiled into the browser bundle.")
    read = {name for _, name in seen}
    for v in (*facts.environment.variables, *facts.environment.deployed):
        if _PUBLIC.match(v.name) and (v.name in read or not _is_idle(v)):
            yield Hit(v.file, v.line, f"{v.name} is compiled into the browser bundle.")


RULE = Rule(
    requirement="environment:not-public",
    category="secret-in-public-env",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A secret is in a NEXT_PUBLIC_ variable.",
    why="Next.js writes these values into the JavaScript that every visitor downloads.",
    remedy="Rename the variable without the prefix and read it on the server only.",
    check=check,
    flagged=(
        Case({"api.ts": "const own = process.env.NEXT_PUBLIC_API_TOKEN;\n"}),
        Case({"web/Dockerfile": "FROM node:24\nARG NEXT_PUBLIC_JWT_SECRET=q8Zr1xW5vB7n\n"}),
        Case(
            {
                "next.config.js": """\
module.exports = { publicRuntimeConfig: { JWT_SECRET: process.env.JWT_SECRET } };
"""
            }
        ),
        Case({"chat.ts": "const key = process.env.NEXT_PUBLIC_OPENAI_API_KEY;\n"}),
        Case(
            {
                "next.config.ts": """\
export default {
  env: {
    API_URL: process.env.API_URL,
    BETTER_AUTH_SECRET: process.env.BETTER_AUTH_SECRET,
  },
};
"""
            }
        ),
        Case(
            {
                "auth.ts": """\
const secret = process.env.NEXT_PUBLIC_JWT_SECRET;
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/Dockerfile": """\
FROM node:24
ARG VITE_OPENAI_API_KEY=build-time-dummy
ENV VITE_OPENAI_API_KEY=$VITE_OPENAI_API_KEY
"""
            }
        ),
        Case({"store.ts": "const slot = process.env.NEXT_PUBLIC_AUTH_TOKEN_KEY;\n"}),
        Case({"login.tsx": "const password = process.env.NEXT_PUBLIC_DEMO_PASSWORD;\n"}),
        Case(
            {
                "keys.ts": """\
const a = process.env.NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY; const b = process.env.NEXT_PUBLIC_FIREBASE_API_KEY;
""",
                "next.config.ts": "export default { env: { API_URL: process.env.API_URL } };\n",
            }
        ),
        Case(
            {
                "auth.ts": """\
const secret = process.env.JWT_SECRET; const url = process.env.NEXT_PUBLIC_API_URL;
"""
            }
        ),
    ),
)
