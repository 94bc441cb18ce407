import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy

_WRITES: Final = lazy(
    r"\b(?:local|session)Storage\.setItem\(\s*[\"'`]([\w.-]*(?:token|jwt)[\w.-]*)[\"'`]",
    re.IGNORECASE,
)
_CLEARS: Final = lazy(
    r"\b(?:local|session)Storage\.(?:clear\(|removeItem\(\s*(?![\"'`]))|\bremoveItem\(\s*key\b"
)
_OLD: Final = lazy(r"old|backup|legacy|archive", re.IGNORECASE)
_OUT: Final = lazy(r"^(?:handle|on|do|user)?_?(?:log|sign)_?(?:out|off)\w*$", re.IGNORECASE)
_ENDS: Final = lazy(r"fetch\(|axios|api\w*\.|(?:sign|log)_?[oO]ut\(|push\(|location|replace\(")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield sign-outs of a tree that keeps tokens in the web storage and never takes them out."""
    live = tuple(m for m in facts.browser if not _OLD.search(m.path))
    kept = {m[1] for _, _, m in facts.matches(live, _WRITES)}
    if not kept or any(_CLEARS.search(m.code) for m in facts.browser):
        return
    code = "\n".join(m.code for m in facts.browser if "removeItem(" in m.code)
    left = sorted(
        k for k in kept if not re.search(rf"removeItem\(\s*[\"'`]{re.escape(k)}[\"'`]", code)
    )
    if not left:
        return
    for module in facts.browser:
        for function in module.functions:
            if _OUT.match(function.name) and _ENDS.search(function.text):
                message = f"Signing out leaves {left[0]} in the web storage."
                yield at(module, function, message)
                return


RULE = Rule(
    requirement="session:token-after-sign-out",
    category="session-not-revocable",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="Signing out leaves the token in the web storage.",
    why="The next person at the machine, or a script of the page, goes on with the token of the last.",
    remedy="Remove the key where the user signs out, and end the session at the issuer.",
    check=check,
    flagged=(
        Case(
            {
                "components/login.tsx": 'const save = (t) => localStorage.setItem("token", t);\n',
                "components/header.tsx": """\
export function Header() {
  const handleLogout = async () => {
    await fetch("/api/logout", { method: "POST" });
    router.push("/");
  };
}
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "components/login.tsx": 'const save = (t) => localStorage.setItem("token", t);\n',
                "components/header.tsx": """\
export function Header() {
  const handleLogout = async () => {
    localStorage.removeItem("token");
    router.push("/");
  };
}
""",
            }
        ),
        Case(
            {
                "lib/keys.ts": "export function drop() { localStorage.removeItem(TOKEN_KEY); }\n",
                "components/login.tsx": 'const save = (t) => localStorage.setItem("token", t);\n',
                "components/header.tsx": """\
export function Header() {
  const handleLogout = async () => {
    drop();
    router.push("/");
  };
}
""",
            }
        ),
    ),
)
