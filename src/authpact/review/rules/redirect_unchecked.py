import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._followed import GIVEN, HANDED, PARAMETER, followed
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_SINK: Final = (
    r"(?:\blocation(?:\.href)?\s*=(?!=)\s*|\blocation\.(?:assign|replace)\(\s*"
    r"|\brouter\.(?:push|replace)\(\s*|\bredirect\(\s*(?:new URL\(\s*)?)"
)
_DIRECT: Final = lazy(rf"{_SINK}{GIVEN.pattern}")
_HARD: Final = lazy(r"\blocation\b")
_ABOUT: Final = lazy(r"sign_?-?in|log_?-?in|authClient|session", re.IGNORECASE)
_JUDGED: Final = lazy(
    r"startswith\(|netloc|urlparse|hostname|allow|is_safe|safe_\w+\(|whitelist|\bin\s+[A-Z_]{3,}",
    re.IGNORECASE,
)


_WEAK: Final = r"[\"'`](?:https?://[^/\"'`]*|)[\"'`]"
"""The beginning of an origin: a longer host begins with it, and so does one behind an @."""


def _is_judged(module: Module, name: str) -> bool:
    """Whether something looks at the address, or Better Auth does: it refuses foreign ones."""
    looks = (
        rf"\b{name}\??\.startsWith\((?!\s*{_WEAK})|\b{name}\??\.(?:match|indexOf)\("
        rf"|\b{name}\??\.includes\((?!\s*[\"'`][?&#])"
        rf"|\w*(?:[sS]afe|[vV]alid|[aA]llow|[sS]anit|[iI]nternal|[rR]elative)\w*\(\s*{name}\b"
        rf"|\.(?:test|has|includes)\(\s*{name}\b|callbackURL\s*:\s*{name}\b"
    )
    parsed = rf"new URL\(\s*{name}\b[^\n]*\)\.|=\s*new URL\(\s*{name}\b"
    if re.search(parsed, module.code) and re.search(r"\.(?:origin|host\w*)\b", module.code):
        return True
    shorthand = name == "callbackURL" and re.search(r"[{,]\s*callbackURL\s*[,}]", module.code)
    return bool(shorthand or re.search(looks, module.code))


def _open_names(module: Module) -> list[str]:
    """Return the names of addresses that nothing looked at, nor at what they were made of."""
    judged = {n for n in followed(module) if _is_judged(module, n)}
    refused = re.compile(rf"^(?:{'|'.join(sorted(judged))})$") if judged else None
    return sorted(followed(module, refused))


def _severity(module: Module, name: str, sink: str) -> Severity:
    """Say how bad it is: a token that goes along, a script that runs, a mere departure."""
    built = [a.value for a in module.assignments if a.target == name]
    if any(re.search(r"[?&}]\w*token=", value) for value in built):
        return Severity.CRITICAL
    return Severity.HIGH if _HARD.search(sink) else Severity.LOW


def _in_scripts(facts: Facts) -> Iterator[Hit]:
    for module in facts.scripts:
        if not _ABOUT.search(module.code) or not re.search(r"[pP]arams|[qQ]uery", module.code):
            continue
        patterns = [("", _DIRECT)]
        patterns += [
            (n, re.compile(rf"{_SINK}{HANDED}(?:`\$\{{)?{n}\b(?!\s*[.(])"))
            for n in _open_names(module)
        ]
        for name, pattern in patterns:
            found = next(lines_matching(module.code, pattern), None)
            if found:
                severity = _severity(module, name, found[1][0])
                message = "After sign-in the browser goes wherever the address says."
                yield at(module, found[0], message, severity)


def _in_python(facts: Facts) -> Iterator[Hit]:
    for route in facts.routes:
        text = route.function.text
        if "RedirectResponse(" not in text or _JUDGED.search(text):
            continue
        names = [p.name for p in route.function.parameters if PARAMETER.match(p.name)]
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
                "login.tsx": """\
"use client";
export function Login() {
  const { user } = useAuth();
  const chosen = () => {
    const query = new URLSearchParams(window.location.search);
    const wanted = query.get("redirect_to");
    return wanted ? decodeURIComponent(wanted) : "/home";
  };
  const [goal] = useState<string>(chosen());
  useEffect(() => {
    if (user && goal.startsWith("https://chat.notes.test")) {
      const token = localStorage.getItem("auth_token");
      const full = token ? `${goal}${goal.includes("?") ? "&" : "?"}token=${token}` : goal;
      window.location.href = full;
    }
  }, [user]);
  return <form onSubmit={signIn} />;
}
"""
            }
        ),
        Case(
            {
                "app/auth/callback/route.ts": """export async function GET(request) {
  const { searchParams } = new URL(request.url);
  const next = searchParams.get("next") ?? "/";
  await exchange(searchParams.get("code"));
  const session = await read();
  return NextResponse.redirect(new URL(next, request.url));
}
"""
            }
        ),
        Case(
            {
                "app/login/page.tsx": """export default async function Page({ searchParams }) {
  const { callbackUrl = "/" } = await searchParams;
  const session = await auth.api.getSession({ headers: await headers() });
  if (session) redirect(callbackUrl);
}
"""
            }
        ),
        Case(
            {
                "login.tsx": """import { signIn } from "@/lib/auth-client";
const done = async (data) => {
  await signIn.email(data);
  window.location.assign(decodeURIComponent(new URLSearchParams(location.search).get("next")));
};
"""
            }
        ),
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
                "guard.ts": """\
const next = searchParams.get("next");
const login = `/login${next ? `?next=${encodeURIComponent(next)}` : ""}`;
router.push(login);
"""
            }
        ),
        Case(
            {
                "login.tsx": """\
import { signIn } from "@/lib/auth-client";
const wanted = params.get("next");
const goal = wanted && wanted.startsWith("/") && !wanted.startsWith("//") ? wanted : "/home";
const next = useMemo(() => params.get("next"), [params]);
const target = new URL(next, location.origin);
const after = async () => {
  await signIn.email(form);
  if (target.origin === location.origin) window.location.href = next;
  router.push(goal);
};
"""
            }
        ),
        Case(
            {
                "login.tsx": """\
import { signIn } from "@/lib/auth-client";
const next = params.get("next");
const links = { "/a": "/b" };
await signIn.email(form);
router.push(links[next] ?? "/");
router.push(`/welcome?next=${next}`);
if (next?.startsWith("https://chat.notes.test/")) window.location.href = next;
"""
            }
        ),
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
