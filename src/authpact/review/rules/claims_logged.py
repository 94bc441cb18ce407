import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.facts._held import Held
from authpact.review.facts._logs import Line, origin
from authpact.review.source._pattern import lazy

_WHOLE: Final = lazy(
    r"^(?:decoded\w*|payload|claims|token_data|token_?payload|\w+_claims)$", re.IGNORECASE
)
_ONE: Final = lazy(r"^(?:token_user_id|payload\[[^\]]*\]|payload\.get\([^)]*\)|claims\[[^\]]*\])$")
_READS: Final = lazy(r"decode|jwt|token|claims")
_SCRIPT: Final = lazy(r"jwtVerify|decodeJwt|jwtDecode|jwt\.(?:verify|decode)\(")
_ABOUT: Final = lazy(r"jwt|token|claims", re.IGNORECASE)


_BODY: Final = lazy(r"^\{|\.json\(\s*\)$|\.(?:model_dump|dict)\(|^build_|json\.loads?\(")
_USER: Final = lazy(r"^(?:\w*[sS]ession|data)(?:\.data)?\.user$")
_COPY: Final = lazy(r"\bemail\s*:\s*\w*[sS]ession\w*\??\.user\??\.email\b")
_BROWSER: Final = lazy(r"\bwindow\b|Storage\b|\bdocument\.|\buse[A-Z]\w*\(")


def _is_person(line: Line) -> bool:
    """Whether a script of a server logs the user of a session, name and address included."""
    module = line.module
    if module.language == "python" or is_client(module) or _BROWSER.search(module.code):
        return False
    return "etSession(" in module.code and any(
        _USER.match(v) or _COPY.search(origin(module, line.function, v)) for v in line.values
    )


def _is_body(line: Line, name: str) -> bool:
    """Whether a name that claims often have holds what a request sends or is answered."""
    made = origin(line.module, line.function, name)
    return bool(_BODY.search(made))


def _carries(line: Line) -> bool:
    whole = any(_WHOLE.match(v) and not _is_body(line, v) for v in line.values)
    one = any(_ONE.match(v) for v in line.values)
    if not (whole or one):
        return False
    near = line.function.text if line.function else ""
    if line.module.language == "script":
        return whole and bool(_SCRIPT.search(near))
    if whole and _READS.search(near):
        return bool(_ABOUT.search(line.module.code))
    written = " ".join(a.text for a in line.call.arguments)
    braced = any(_ONE.match(v) and f"{{{v}" in written for v in line.values)
    return braced and bool(_ABOUT.search(line.module.code))


def _verified(held: Held, line: Line) -> bool:
    """Whether a log line writes what a verifier returned, by whatever name."""
    if line.function is None or not line.values:
        return False
    names = held.claims(line.module, line.function)
    return any(v.removesuffix(".claims") in names for v in line.values)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines with the claims of a token."""
    held = Held(facts.project, facts.tokens)
    for line in facts.log_lines:
        if _carries(line) or _verified(held, line):
            yield at(line.module, line.call, "Claims of the token are logged.")
        elif _is_person(line):
            yield at(line.module, line.call, "The whole user of the session is logged.")


RULE = Rule(
    requirement="logging:no-tokens",
    category="claims-logged",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Claims of tokens are written to the log.",
    why="Names, addresses and ids of users pile up in logs.",
    remedy="Log the code of the decision, the subject and the token id at most.",
    check=check,
    flagged=(
        Case(
            {
                "app/layout.tsx": """\
export default async function Layout() {
  const session = await auth.api.getSession({ headers: await headers() });
  console.log("layout", { user: session?.user });
}
"""
            }
        ),
        Case(
            {
                "route.ts": """\
export async function GET(request) {
  const { payload } = await jwtVerify(token, key);
  console.log("claims", payload);
}
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def read(token):
    claims = jwt.decode(token)
    logger.info("in: %s", json.dumps(claims))
"""
            }
        ),
        Case(
            {
                "auth.py": """\
def read(token):
    payload = jwt.decode(token)
    print(f"decoded: {payload}")
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "client.py": """\
def add(token, title):
    payload = {"title": title}
    print(f"sending {payload}")
    return post("/items", json=payload, headers=bearer(token))
"""
            }
        ),
        Case(
            {
                "app/layout.tsx": """\
export default async function Layout() {
  const session = await auth.api.getSession({ headers: await headers() });
  console.log("layout", !!session?.user, session.user.id);
}
"""
            }
        ),
        Case(
            {
                "form.ts": """\
export async function save(token, payload) {
  console.log("saving", payload);
}
""",
                "auth.py": """\
def read(token):
    claims = jwt.decode(token)
    logger.info("in: %s %d", claims["sub"][:0], len(claims))
""",
            }
        ),
        Case(
            {
                "auth.py": """\
def read(token):
    payload = jwt.decode(token)
    log.info("signed in")
    return payload
"""
            }
        ),
    ),
)
