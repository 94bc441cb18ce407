import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import is_client
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_NAMED: Final = (
    r"process\.env\.NEXT_PUBLIC_\w*(?:(?:SKIP|DISABLE|BYPASS|MOCK|NO|FAKE)_?AUTH"
    r"|AUTH_?(?:DISABLED?|BYPASS|SKIP|MOCK))\w*"
)
_ON: Final = lazy(rf"^(?:return\s+|\(?\s*)?{_NAMED}\s*===?\s*[\"'](?:true|1|yes)[\"']")
_OPENS: Final = (
    r"\bif\s*\(\s*(?:{name})[^{{}}\n]*\)\s*(?:\{{(?:[^{{}}]|\{{[^{{}}]*\}})*?)?\breturn\b"
    r"(?!\s*(?:null|undefined|false)\b|[^\n;]*\bredirect\()"
)
_FLAG: Final = lazy(
    r"\b(?:local|session)Storage\.getItem\(\s*[\"'`][\w-]+[\"'`]\s*\)\s*===?\s*[\"'`]\w+[\"'`]"
)
_KEPT: Final = lazy(r"(?:const|let|var)\s+(\w+)\s*=\s*(?:[\w\s!=\"'&]*&&\s*)?$")
_GIVEN: Final = lazy(r"\b\w*[tT]oken\s*:\s*([\"'`])([\w.-]{4,})\1")
_RANK: Final = lazy(
    r"\brole\s*:\s*[\"'`]\w*admin\w*[\"'`]|\bset\w*Admin\w*\(\s*true\s*\)", re.IGNORECASE
)
_SETS: Final = lazy(r"\bset\w+\(|\breturn\s*\{")
_LONGEST: Final = 600
"""Characters of a branch that are looked at."""


def _switches(facts: Facts) -> dict[str, set[str]]:
    """Return names that say whether a build has authentication switched off, by their file."""
    found: dict[str, set[str]] = {}
    for module in facts.scripts:
        if "process.env.NEXT_PUBLIC_" not in module.code:
            continue
        for function in module.functions:
            body = function.text.partition("=>")[2] or function.text.partition("{")[2]
            if function.name and _ON.match(body.strip()) and "NODE_ENV" not in function.text:
                found.setdefault(module.path, set()).add(function.name)
        for name, one in module.variables.items():
            if _ON.match(one.value) and "NODE_ENV" not in one.value:
                found.setdefault(module.path, set()).add(name)
    return found


def _switched(facts: Facts) -> Iterator[Hit]:
    """Yield files in which a variable of the build opens what asks for a session, one place each."""
    switches = _switches(facts)
    for module in facts.scripts:
        names = set(switches.get(module.path, ()))
        for one in module.imports if switches else ():
            home = facts.project.module_of(module, one.module)
            names |= {one.alias} if home and one.name in switches.get(home.path, ()) else set()
        inline = [_NAMED] if is_client(module) and "process.env.NEXT_PUBLIC_" in module.code else []
        shown = [*(rf"{re.escape(n)}\b(?:\(\))?" for n in sorted(names)), *inline]
        if not shown:
            continue
        pattern = re.compile(_OPENS.format(name="|".join(shown)))
        found = next((r for r in lines_matching(module.code, pattern) if _is_on(r[1][0])), None)
        if found:
            yield at(module, found[0], "A variable of the build opens this to everybody.")


def _is_on(text: str) -> bool:
    """Whether a branch is for the switched-off case, in production as well."""
    return not re.search(r"NODE_ENV|^if\s*\(\s*!|!==?\s*[\"']true", text)


def _branch(code: str, after: int, name: str) -> str:
    """Return the code that runs when a flag is set."""
    start = after
    if name:
        asked = re.compile(rf"\bif\s*\(\s*{re.escape(name)}\s*\)").search(code, after)
        if asked is None or asked.start() - after > _LONGEST:
            return ""
        start = asked.end()
    text, depth = code[start : start + _LONGEST], 0
    for index, char in enumerate(text):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if char == "}" and depth == 0:
            return text[: index + 1]
    return text


def _flagged(facts: Facts) -> Iterator[Hit]:
    """Yield flags of the browser's storage that give whoever sets them a session."""
    for module in facts.scripts:
        for line, match in lines_matching(module.code, _FLAG):
            before = module.code[max(0, match.start() - 80) : match.start()]
            kept = _KEPT.search(before)
            if kept is None and not re.search(r"\bif\s*\(\s*$", before):
                continue
            branch = _branch(module.code, match.end(), kept[1] if kept else "")
            given = _GIVEN.search(branch)
            if _SETS.search(branch) and (given or _RANK.search(branch)):
                known = given is not None and _is_believed(facts.python, given[2])
                severity = Severity.CRITICAL if known else None
                yield at(
                    module, line, "A flag that every visitor can set opens a session.", severity
                )


def _is_believed(modules: tuple[Module, ...], token: str) -> bool:
    """Whether the API knows a written token."""
    written = (f'"{token}"', f"'{token}'")
    return any(w in m.code for m in modules for w in written)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield back doors of the browser."""
    yield from _switched(facts)
    yield from _flagged(facts)


RULE = Rule(
    requirement="error:fail-closed",
    category="dev-backdoor",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="The browser opens what asks for a session.",
    why="A variable of the build, or a flag in the storage that every visitor can set, takes the place of signing in.",
    remedy="Remove the branch; what a development build may skip hangs on NODE_ENV, and nothing hangs on the storage.",
    check=check,
    flagged=(
        Case(
            {
                "lib/switch.ts": """\
export const withoutSignIn = process.env.NEXT_PUBLIC_AUTH_BYPASS === "true";
""",
                "app/guard.tsx": """\
"use client";
import { withoutSignIn as open } from "@/lib/switch";
import { useSession } from "@/lib/auth-client";
export default function Guard({ children }) {
  const { data: session } = useSession();
  if (open) {
    return <>{children}</>;
  }
  return session ? children : null;
}
""",
            }
        ),
        Case(
            {
                "lib/auth.ts": """\
export function isOff() {
  return process.env.NEXT_PUBLIC_SKIP_AUTH === "1";
}
export async function current() {
  if (isOff()) return PERSON;
  return (await getSession()).data;
}
"""
            }
        ),
        Case(
            {
                "app/board.tsx": """\
useEffect(() => {
  const chief = localStorage.getItem("chief_mode") === "yes";
  if (chief) {
    setSession({ user: { id: "chief" }, token: "chief_token" });
    return;
  }
  load();
}, []);
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/switch.ts": """\
export const isOff = () => process.env.NODE_ENV !== "production" && process.env.NEXT_PUBLIC_SKIP_AUTH === "true";
""",
                "app/guard.tsx": """\
import { isOff } from "@/lib/switch";
export default function Guard({ children }) {
  if (isOff()) {
    return <>{children}</>;
  }
  const dark = localStorage.getItem("theme") === "dark";
  if (dark) {
    setTheme({ name: "dark" });
  }
  const known = localStorage.getItem("signed_in") === "true";
  if (known) {
    setSignedIn(true);
  }
  return null;
}
""",
            }
        ),
        Case(
            {
                "lib/auth.ts": """\
export const off = process.env.NEXT_PUBLIC_DISABLE_AUTH === "true";
export function page() {
  if (off) return null;
  return session();
}
"""
            }
        ),
    ),
)
