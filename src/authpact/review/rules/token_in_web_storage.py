import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._stores import writes
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_SET: Final = lazy(r"\b(?:local|session)Storage\.setItem\(\s*([^,\n]+),\s*([^\n]*)")
_OTHER: Final = lazy(
    r"\b(?:local|session)Storage(?:\.\w*[tT]oken\w*|\[\s*[\"'][\w-]*token[\w-]*[\"']\s*\])\s*=(?!=)"
    r"|\b(?:atomWithStorage|useLocalStorage|useSessionStorage|usePersistedState)(?:<[^>]*>)?\(\s*[\"'][\w-]*(?:token|jwt)[\w-]*[\"']",
    re.IGNORECASE,
)
_PERSISTED: Final = lazy(
    r"\b(?:access|auth|refresh|bearer|jwt)?_?[tT]oken\s*:\s*(?:null|undefined|\"\"|'')"
)
_CREDENTIAL: Final = lazy(r"token|jwt|bearer", re.IGNORECASE)


_DRIVEN: Final = lazy(r"[\"'](?:@?playwright(?:-core|/test)?|puppeteer(?:-core)?)[\"']")
"""A program that drives a browser fills the storage of a throw-away one."""


def _is_dead(facts: Facts, module: Module, line: int) -> bool:
    """Whether the line is in a named function of a module that nothing calls."""
    inside = [f for f in module.functions if f.line <= line <= f.end_line and not f.owner]
    outer = min(inside, key=lambda f: f.line, default=None)
    if outer is None or not re.search(r"^(?:async\s+)?function\s+[a-z]", outer.text):
        return False
    if "default" in module.lines[outer.line - 1]:
        return False
    uses = re.compile(rf"\b{re.escape(outer.name)}\b")
    found = sum(len(uses.findall(m.code)) for m in facts.scripts)
    return found <= 1


def check(facts: Facts) -> Iterator[Hit]:
    """Yield tokens kept in web storage."""
    drivers = {m.path for m in facts.scripts if _DRIVEN.search(m.text)}
    yield from (h for h in _kept(facts) if h.file not in drivers)


def _kept(facts: Facts) -> Iterator[Hit]:
    for module, line, match in facts.matches(facts.scripts, _SET, "Storage"):
        value = facts.evaluator.value(module, match[1])
        key = " ".join(value.literals) or match[1]
        if _CREDENTIAL.search(key) or (_CREDENTIAL.search(match[2]) and "JSON" not in match[2]):
            if _is_dead(facts, module, line):
                continue
            yield at(module, line, "A token is kept in web storage.")
    yield from _by_libraries(facts)
    for module, call, name, kept in writes(facts.project):
        texts = " ".join(facts.evaluator.value(module, name).literals) or name
        if _CREDENTIAL.search(texts) and "JSON" not in kept:
            yield at(module, call, "A token is kept in web storage.")


def _by_libraries(facts: Facts) -> Iterator[Hit]:
    """Yield tokens that a hook or a store keeps in web storage."""
    for module, line, _ in facts.matches(facts.scripts, _OTHER):
        yield at(module, line, "A token is kept in web storage.")
    for module in facts.scripts:
        if not any(i.module.startswith("zustand/middleware") for i in module.imports):
            continue
        found = next(lines_matching(module.code, _PERSISTED), None)
        if found and "persist(" in module.code and "partialize" not in module.code:
            yield at(module, found[0], "The store writes this token to web storage.")


RULE = Rule(
    requirement="browser:storage",
    category="token-in-localstorage",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A token is kept in web storage.",
    why="Every script on the page can read it, and it outlives the tab.",
    remedy="Keep it in memory and ask the issuer again after a reload.",
    check=check,
    flagged=(
        Case(
            {
                "lib/keep.ts": """\
export const put = (name, text) => window.sessionStorage.setItem("app." + name, text);
""",
                "lib/api.ts": """\
import { put } from "./keep";
export const enter = async () => put("access_token", (await ask()).value);
""",
            }
        ),
        Case(
            {
                "lib/api.ts": """\
localStorage.setItem("auth_token", data.token);
"""
            }
        ),
        Case({"lib/api.ts": "localStorage.accessToken = data.token;\n"}),
        Case(
            {
                "lib/a.tsx": 'const [t, setT] = useLocalStorage<string>("auth_token", null); // auth\n'
            }
        ),
        Case(
            {
                "lib/store.ts": """\
import { persist } from "zustand/middleware";
export const useAuth = create(persist((set) => ({ token: null, login: (t) => set({ token: t }) }), { name: "auth" }));
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "tools/shots.mjs": """\
const { chromium } = require("playwright");
await context.addInitScript(({ token }) => localStorage.setItem("kept_token", token), { token });
"""
            }
        ),
        Case(
            {
                "lib/keep.ts": """\
export const put = (name, text) => window.sessionStorage.setItem("app." + name, text);
""",
                "lib/api.ts": """\
import { put } from "./keep";
put("theme", "dark");
""",
            }
        ),
        Case(
            {
                "lib/store.ts": """\
import { persist } from "zustand/middleware";
const partialize = (state) => ({ theme: state.theme });
export const useAuth = create(persist((set) => ({ token: null }), { name: "auth", partialize }));
if (localStorage.token === undefined) login();
"""
            }
        ),
        Case(
            {
                "lib/api.ts": """\
export function setToken(token) {
  localStorage.setItem("auth_token", token);
}
""",
                "app/page.tsx": "export default () => fetch(`/api`);\n",
            }
        ),
        Case(
            {
                "lib/api.ts": """\
localStorage.setItem("theme", "dark");
let token = data.token;
"""
            }
        ),
    ),
)
