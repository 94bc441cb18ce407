import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._endpoints import shape
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_PAGE: Final = lazy(
    r"(?:^|/)(?:src/)?(?:app/(?:(?P<app>.*)/)?page|pages/(?P<pages>(?!api/|_)[^.]*))\.(?:[jt]sx?|mdx)$"
)
_LINK: Final = lazy(
    r"[fF][\"'](?:\{[^{}\"']*(?:front_?end|site|web|client|app)_?(?:base_?)?(?:url|origin|host)\w*[^{}\"']*\})"
    r"(/(?:\{[^{}]*\}|[\w./-])+)([?#][^\"']*)?[\"']",
    re.IGNORECASE,
)
_SIGN_IN: Final = lazy(
    r"verif|confirm|reset|password|invit|activat|magic|sign-?in|sign-?up|log-?in|register|callback|token",
    re.IGNORECASE,
)
_LED: Final = lazy(r"\b(?:rewrites|redirects)\b|react-router|createBrowserRouter|<Route\b")
Shape = tuple[str, ...]


def _pages(facts: Facts) -> Iterator[Shape]:
    """Yield the pages of Next.js; groups and slots are no part of a path."""
    for path in facts.tree.paths:
        match = _PAGE.search(path)
        if match:
            plain = match["app"] or match["pages"] or ""
            parts = [p for p in plain.split("/") if p and not p.startswith(("(", "@"))]
            if parts and parts[-1] == "index" and match["pages"]:
                parts.pop()
            yield tuple("**" if p.startswith(("[...", "[[...")) else p for p in parts)


def _serves(page: Shape, asked: Shape) -> bool:
    if page and page[-1] == "**":
        return len(asked) >= len(page) - 1 and _serves(page[:-1], asked[: len(page) - 1])
    same = len(page) == len(asked)
    return same and all(
        a in {p, "*"} or p.startswith("[") for a, p in zip(asked, page, strict=True)
    )


def _is_led(facts: Facts) -> bool:
    """Whether something but the files decides which pages there are."""
    return any(
        _LED.search(m.code) for m in facts.scripts if "next.config" in m.path or "oute" in m.code
    )


_FEWEST: Final = 2
"""Pages without which the frontend is somewhere else."""


def check(facts: Facts) -> Iterator[Hit]:
    """Yield links of mails and redirects that lead to a page the frontend does not have."""
    pages = set(_pages(facts))
    handlers = {
        shape(p.rpartition("app/")[2].rpartition("/")[0]) for p in (m.path for m in facts.handlers)
    }
    if len(pages) < _FEWEST or not any("next.config" in p for p in facts.tree.paths):
        return
    for module, line, match in facts.matches(facts.python, _LINK):
        asked = shape(match[1])
        if not _SIGN_IN.search(match[1]) or not asked or asked in handlers or asked[0] == "api":
            continue
        if not any(_serves(page, asked) for page in pages) and not _is_led(facts):
            message = f"The frontend has no page /{'/'.join(asked)}."
            yield at(module, line, message)


_CONFIG: Final = "export default {};\n"
_PAGE_TEXT: Final = "export default function Page() { return null; }\n"

RULE = Rule(
    requirement="identity:sign-in",
    category="endpoint-path-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A link that completes a sign-in leads to a page that does not exist.",
    why="Whoever opens it gets a 404: addresses are not verified, passwords not reset, and the account stays locked.",
    remedy="Build the link for the page that is there, with the token where that page reads it.",
    check=check,
    flagged=(
        Case(
            {
                "web/next.config.mjs": _CONFIG,
                "web/app/page.tsx": _PAGE_TEXT,
                "web/app/(auth)/reset-password/page.tsx": _PAGE_TEXT,
                "api/mails.py": """\
def reset(email, token):
    link = f"{FRONTEND_URL}/reset-password/{token}"
    send(email, link)
""",
            }
        ),
        Case(
            {
                "web/next.config.mjs": _CONFIG,
                "web/src/app/page.tsx": _PAGE_TEXT,
                "web/src/app/login/page.tsx": _PAGE_TEXT,
                "api/routes.py": """\
def callback(code):
    return RedirectResponse(f"{settings.frontend_url}/auth/callback?code={code}")
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/next.config.mjs": _CONFIG,
                "web/app/page.tsx": _PAGE_TEXT,
                "web/app/(auth)/reset-password/page.tsx": _PAGE_TEXT,
                "web/app/verify/[token]/page.tsx": _PAGE_TEXT,
                "web/app/invite/[...all]/page.tsx": _PAGE_TEXT,
                "web/app/auth/callback/route.ts": "export async function GET() { return Response.redirect('/'); }\n",
                "api/mails.py": """\
def reset(email, token):
    send(email, f"{FRONTEND_URL}/reset-password?token={token}")
    send(email, f"{FRONTEND_URL}/verify/{token}")
    send(email, f"{FRONTEND_URL}/invite/{team}/{token}")
    send(email, f"{settings.frontend_url.rstrip('/')}/auth/callback?code={token}")
    send(email, f"{FRONTEND_URL}/help")
""",
            }
        ),
        Case(
            {
                "web/next.config.mjs": 'export default { rewrites: async () => [{ source: "/reset/:token", destination: "/reset" }] };\n',
                "web/app/page.tsx": _PAGE_TEXT,
                "web/app/reset/page.tsx": _PAGE_TEXT,
                "api/mails.py": 'link = f"{FRONTEND_URL}/reset/{token}"\n',
            }
        ),
    ),
)
