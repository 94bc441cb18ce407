import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_SHARED: Final = lazy(
    r"(?:vercel|netlify|herokuapp|github|pages|openai|ngrok[\w-]*|onrender|railway|hf|huggingface|azurewebsites)\\?\.(?:app|com|io|dev|space|net)"
)


_GLOB: Final = lazy(r"[\"'`](https?://\*\.([\w.-]+)|\*)[\"'`]")


def _trusted(facts: Facts) -> Iterator[Hit]:
    """Yield issuers that trust every site of a shared host: it may start sign-ins and redirects."""
    for issuer in facts.issuers.servers:
        text = issuer.options.get("trustedOrigins", "")
        for found in _GLOB.finditer(text):
            if found[1] == "*" or (found[2].count(".") == 1 and _SHARED.search(found[2])):
                line = issuer.line_of(re.escape(found[1]))
                yield at(issuer.module, line, f"{found[1]} trusts strangers.", Severity.MEDIUM)
                break


_HOST: Final = lazy(r"((?:[\w-]|\\?\.|\\-)+)(?::[^/]*|\(:[^/]*)?$")
_OPEN: Final = lazy(r"//((?:[\w-]|\\?\.|\\-)*\w)(?:\.|\\S|\[[^\]]+\])[*+]\$?$")
_NESTED: Final = lazy(r"\)[+*{]")
_LONGEST: Final = 200
_MOST: Final = 4


def _strangers(pattern: str) -> Iterator[str]:
    """Yield origins that others may register and that look like those of a pattern."""
    ends, begins = _HOST.search(pattern.rstrip("$")), _OPEN.search(pattern)
    for found in (ends, begins):
        name = found[1].replace("\\", "").lstrip(".-") if found else ""
        if "." not in name.strip("."):
            continue
        scheme = "https" if "https" in pattern else "http"
        if found is ends:
            yield from (f"{scheme}://evil{name}", f"{scheme}://evil-{name}")
            yield from (f"{scheme}://evil{name}:3000", f"{scheme}://evil-{name}:3000")
            first, dot, domain = name.partition(".")
            yield f"{scheme}://{first}-{domain}" if dot and "." in domain else ""
        else:
            yield f"{scheme}://{name}.stranger.example"


def _is_wide(pattern: str) -> bool:
    """Whether a pattern lets somebody in who has a name on a shared host, or one like its own."""
    plain = pattern.replace("\\.", ".")
    if re.search(r"(?:\.\*|\[[^\]]+\][+*]|\.\+)", plain) and _SHARED.search(plain):
        return True
    # What is written in a tree must not make the match itself slow.
    if (
        len(pattern) > _LONGEST
        or len(re.findall(r"[+*{]", pattern)) > _MOST
        or _NESTED.search(pattern)
    ):
        return False
    try:
        return any(s and re.fullmatch(pattern, s) for s in _strangers(pattern))
    except re.error:
        return False


def check(facts: Facts) -> Iterator[Hit]:
    """Yield patterns that let origins of strangers in."""
    yield from _trusted(facts)
    for cors in facts.cors:
        if not cors.pattern or not cors.credentials or cors.pattern in {".*", "^.*$"}:
            continue
        if _is_wide(cors.pattern):
            home = facts.project.by_path.get(cors.pattern_place[0], cors.module)
            line = cors.pattern_place[1] if home is not cors.module else 0
            line = line or cors.line_of("allow_origin_regex")
            yield at(home, line, "The pattern lets origins of strangers in.")


RULE = Rule(
    requirement="browser:cors",
    category="cors-broad-regex",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="The origin pattern is too wide.",
    why="Everybody can get a name below a shared hosting domain.",
    remedy="List exact origins, or fix the whole name of the project in the pattern.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": 'app.add_middleware(CORSMiddleware, allow_origin_regex=r"https://.*\\.vercel\\.app", allow_credentials=True)\n'
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ trustedOrigins: ["https://*.vercel.app"] });
"""
            }
        ),
        Case(
            {
                "conf.py": """\
class Settings(BaseSettings):
    origins: str = r"https://.*notes\\.example\\.org"
    with_cookies: bool = True

settings = Settings()
""",
                "main.py": """\
from conf import settings
app.add_middleware(CORSMiddleware, allow_origin_regex=settings.origins, allow_credentials=settings.with_cookies)
""",
            }
        ),
        Case(
            {
                "main.py": 'app.add_middleware(CORSMiddleware, allow_origin_regex=r"https://notes\\.example\\.org.*", allow_credentials=True)\n'
            }
        ),
        Case(
            {
                "main.py": 'app.add_middleware(CORSMiddleware, allow_origin_regex="https://app.notes-example.org", allow_credentials=True)\n'
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": 'app.add_middleware(CORSMiddleware, allow_origin_regex=r"https://[\\w-]+\\.notes\\.example\\.org(:\\d+)?", allow_credentials=True)\n'
            }
        ),
        Case(
            {
                "main.py": 'app.add_middleware(CORSMiddleware, allow_origin_regex=r"https?://(localhost|127\\.0\\.0\\.1)(:\\d+)?", allow_credentials=True)\n'
            }
        ),
        Case(
            {
                "auth.ts": """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ trustedOrigins: ["https://*.notes.example.org"] });
"""
            }
        ),
        Case(
            {
                "main.py": 'app.add_middleware(CORSMiddleware, allow_origin_regex=r"https://todo\\.example\\.com", allow_credentials=True)\n'
            }
        ),
    ),
)
