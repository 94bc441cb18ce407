import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at

_SHARED: Final = re.compile(
    r"(?:vercel|netlify|herokuapp|github|pages|openai|ngrok[\w-]*|onrender|railway|hf|huggingface|azurewebsites)\\?\.(?:app|com|io|dev|space|net)"
)


_GLOB: Final = re.compile(r"[\"'`](https?://\*\.([\w.-]+)|\*)[\"'`]")


def _trusted(facts: Facts) -> Iterator[Hit]:
    """Yield issuers that trust every site of a shared host: it may start sign-ins and redirects."""
    for issuer in facts.issuers.servers:
        text = issuer.options.get("trustedOrigins", "")
        for found in _GLOB.finditer(text):
            if found[1] == "*" or (found[2].count(".") == 1 and _SHARED.search(found[2])):
                line = issuer.line_of(re.escape(found[1]))
                yield at(issuer.module, line, f"{found[1]} trusts strangers.", Severity.MEDIUM)
                break


def check(facts: Facts) -> Iterator[Hit]:
    """Yield patterns that let origins of strangers in."""
    yield from _trusted(facts)
    for cors in facts.cors:
        pattern = cors.pattern or next(
            iter(
                facts.evaluator.value(cors.module, cors.call.text_of("allow_origin_regex")).literals
            ),
            "",
        )
        if not pattern or not cors.credentials or pattern in {".*", "^.*$"}:
            continue
        first = pattern.replace("\\.", ".")
        if re.search(r"(?:\.\*|\[[^\]]+\][+*]|\.\+)", first) and _SHARED.search(first):
            home = facts.project.by_path.get(cors.module.path, cors.module)
            yield at(
                home,
                cors.line_of("allow_origin_regex"),
                "The pattern lets origins of strangers in.",
            )


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
    ),
    accepted=(
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
