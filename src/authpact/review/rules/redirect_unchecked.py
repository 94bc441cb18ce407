import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._model import Module
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_WORDS: Final = r"(?:redirect|return|next|callback|continue|dest|goto|from|back|url|target)"
_GIVEN: Final = re.compile(
    rf"^\(*\s*(?:\w*[pP]arams|\w*[qQ]uery)\??(?:\.get\(\s*[\"']{_WORDS}\w*[\"']|\.{_WORDS}\w*\b)",
    re.IGNORECASE,
)
_SINK: Final = (
    r"(?:\blocation(?:\.href)?\s*=(?!=)\s*|\blocation\.(?:assign|replace)\(\s*"
    r"|\brouter\.(?:push|replace)\(\s*|\bredirect\(\s*)"
)
_DIRECT: Final = re.compile(rf"{_SINK}(?:\w*[pP]arams)\??\.get\(\s*[\"']{_WORDS}", re.IGNORECASE)
_HARD: Final = re.compile(r"\blocation\b")
_ABOUT: Final = re.compile(r"sign_?-?in|log_?-?in|authClient|session", re.IGNORECASE)
_PARAMETER: Final = re.compile(rf"^{_WORDS}(?:_?(?:to|url|uri|path|page))?$", re.IGNORECASE)
_JUDGED: Final = re.compile(
    r"startswith\(|netloc|urlparse|hostname|allow|is_safe|safe_\w+\(|whitelist|\bin\s+[A-Z_]{3,}",
    re.IGNORECASE,
)


def _is_judged(module: Module, name: str) -> bool:
    """Whether something looks at the address, or Better Auth does: it refuses foreign ones."""
    looks = (
        rf"\b{name}\??\.(?:startsWith|match|includes|indexOf)\(|new URL\(\s*{name}\b"
        rf"|\w*(?:[sS]afe|[vV]alid|[aA]llow|[sS]anit|[iI]nternal|[rR]elative)\w*\(\s*{name}\b"
        rf"|\.(?:test|has|includes)\(\s*{name}\b|callbackURL\s*:\s*{name}\b"
    )
    shorthand = name == "callbackURL" and re.search(r"[{,]\s*callbackURL\s*[,}]", module.code)
    return bool(shorthand or re.search(looks, module.code))


def _in_scripts(facts: Facts) -> Iterator[Hit]:
    for module in facts.scripts:
        if not _ABOUT.search(module.code) or not re.search(r"[pP]arams|[qQ]uery", module.code):
            continue
        names = {a.target for a in module.assignments if _GIVEN.match(a.value)}
        patterns = [_DIRECT]
        patterns += [
            re.compile(rf"{_SINK}\(?{n}\b(?!\s*[.(])")
            for n in sorted(names)
            if re.fullmatch(r"\w+", n) and not _is_judged(module, n)
        ]
        for pattern in patterns:
            found = next(lines_matching(module.code, pattern), None)
            if found:
                hard = _HARD.search(found[1][0])
                severity = Severity.HIGH if hard else Severity.LOW
                message = "After sign-in the browser goes wherever the address says."
                yield at(module, found[0], message, severity)


def _in_python(facts: Facts) -> Iterator[Hit]:
    for route in facts.routes:
        text = route.function.text
        if "RedirectResponse(" not in text or _JUDGED.search(text):
            continue
        names = [p.name for p in route.function.parameters if _PARAMETER.match(p.name)]
        for name in names:
            if re.search(rf"RedirectResponse\(\s*(?:url\s*=\s*)?{name}\s*[,)]", text):
                message = f"The browser is sent to {name}, which the caller chooses."
                yield at(route.module, route.function, message, Severity.MEDIUM)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield places where an address of the request is followed as it is."""
    yield from _in_scripts(facts)
    yield from _in_python(facts)


RULE = Rule(
    requirement="transport:one-place",
    category="open-redirect-token-leak",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="An address from the request is followed after sign-in.",
    why="A prepared link leads to a copy of the site; a `javascript:` address runs in the session that just began.",
    remedy="Follow paths of your own alone: one leading slash, resolved against your origin.",
    check=check,
    flagged=(
        Case(
            {
                "sign-in.tsx": """\
"use client";
import { signIn } from "@/lib/auth-client";
export function SignIn() {
  const searchParams = useSearchParams();
  const target = searchParams.get("redirect") || "/home";
  const submit = async (data) => {
    await signIn.email(data);
    window.location.href = target;
  };
}
"""
            }
        ),
        Case(
            {
                "login.tsx": """\
"use client";
import { signIn } from "@/lib/auth-client";
export function Login() {
  const router = useRouter();
  const params = useSearchParams();
  const done = () => router.push(params.get("next") ?? "/");
  return <LoginForm onDone={done} />;
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/login/done")
def done(next_url: str = "/"):
    return RedirectResponse(url=next_url)
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "sign-in.tsx": """\
"use client";
import { signIn } from "@/lib/auth-client";
export function SignIn() {
  const searchParams = useSearchParams();
  const callback = searchParams.get("callbackUrl") || "/home";
  const next = safePath(searchParams.get("next"));
  const mode = searchParams.get("mode");
  const submit = async (data) => {
    await signIn.email({ ...data, callbackURL: callback });
    router.push(callback);
    router.replace(next);
    router.push(`/plans?mode=${mode}`);
  };
}
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI

app = FastAPI()

@app.get("/login/done")
def done(next_url: str = "/"):
    if urlparse(next_url).netloc:
        next_url = "/"
    return RedirectResponse(next_url)

@app.get("/docs-page")
def page():
    return RedirectResponse("/docs")
"""
            }
        ),
    ),
)
