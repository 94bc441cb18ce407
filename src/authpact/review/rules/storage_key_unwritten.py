import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import folders_of

_TOKEN: Final = lazy(r"token|jwt", re.IGNORECASE)
_ACCESS: Final = lazy(r"\b(local|session)Storage\.(getItem|setItem)\(\s*([^,)\n]+)")


def _uses(facts: Facts) -> Iterator[tuple[Module, int, str, str, str]]:
    """Yield reads and writes: module, line, store, method and key.

    A key that a constant holds says what it is for by the name of the constant.
    """
    for module, line, match in facts.matches(facts.scripts, _ACCESS, "Storage."):
        value = facts.evaluator.value(module, match[3])
        for key in value.literals:
            yield module, line, match[1], match[2], key


def _around(module: Module, line: int) -> tuple[str, int]:
    """Return the innermost function around a line; a read of a written key there is enough."""
    inside = [f for f in module.functions if f.line <= line <= f.end_line]
    return module.path, max((f.line for f in inside), default=0)


def home(facts: Facts, path: str) -> str:
    """Return the folder of the package that a script belongs to, else its first folder."""
    packages = (f for f in folders_of(path) if f"{f}/package.json".lstrip("/") in facts.tree.paths)
    return next(packages, path.partition("/")[0])


def _kept_elsewhere(facts: Facts) -> set[str]:
    """Return roots whose sessions Better Auth keeps in cookies, and that write no unknown key."""
    modules = [s.module for s in facts.issuers.servers] + [c.module for c in facts.issuers.clients]
    roots = {home(facts, m.path) for m in modules}
    open_roots = {
        home(facts, m.path)
        for m, _, match in facts.matches(facts.scripts, _ACCESS, "Storage.")
        if match[2] == "setItem" and not facts.evaluator.value(m, match[3]).literals
    }
    return roots - open_roots


def _called_tokens(facts: Facts) -> set[str]:
    """Return keys of constants that are named after a token."""
    return {
        key
        for module, _, match in facts.matches(facts.scripts, _ACCESS, "Storage.")
        if _TOKEN.search(match[3])
        for key in facts.evaluator.value(module, match[3]).literals
    }


def _unwritten(facts: Facts) -> Iterator[tuple[str, Hit]]:
    uses, elsewhere = list(_uses(facts)), _kept_elsewhere(facts)
    named = _called_tokens(facts)
    written = {
        (home(facts, m.path), store, key) for m, _, store, how, key in uses if how == "setItem"
    }
    chains = {
        _around(m, line)
        for m, line, store, how, key in uses
        if how == "getItem" and (home(facts, m.path), store, key) in written
    }
    for module, line, store, how, key in uses:
        if _around(module, line) in chains:
            continue
        root = home(facts, module.path)
        token = _TOKEN.search(key) or key in named
        tokens = {k for r, _, k in written if r == root and (_TOKEN.search(k) or k in named)}
        others = root in elsewhere or bool(tokens)
        if how == "getItem" and token and others and (root, store, key) not in written:
            cause = f"{module.path} {store} {key}"
            yield cause, at(module, line, f'Nothing writes the key "{key}" of {store}Storage.')


def check(facts: Facts) -> Iterator[Hit]:
    """Yield reads of a token from a key of web storage that nothing writes."""
    yield from once(_unwritten(facts))


RULE = Rule(
    requirement="browser:storage",
    category="token-storage-mismatch",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The token is read where nobody puts it.",
    why="The call goes out as `Bearer null` and is refused.",
    remedy="Read the token in one place only.",
    check=check,
    flagged=(
        Case(
            {
                "web/keys.ts": 'export const KEYS = { token: "app.entry", theme: "app.theme" } as const;\n',
                "web/a.ts": """\
import { KEYS } from "./keys";
localStorage.setItem(KEYS.token, given);
""",
                "web/b.ts": """\
import { KEYS } from "./keys";
const held = sessionStorage.getItem(KEYS.token);
""",
            }
        ),
        Case(
            {
                "package.json": "{}",
                "app/sign-in.ts": """\
localStorage.setItem("token", t);
""",
                "services/orders.ts": """\
const token = localStorage.getItem("access_token");
""",
            }
        ),
        Case(
            {
                "web/lib/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient();
""",
                "web/page.tsx": """\
const own = localStorage.getItem("token");
if (!own) router.push("/login");
""",
            }
        ),
        Case(
            {
                "web/a.ts": """\
sessionStorage.setItem("access_token", t);
""",
                "web/b.ts": """\
const token = localStorage.getItem("access_token");
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "package.json": "{}",
                "app/sign-in.ts": """\
localStorage.setItem("token", t);
""",
                "lib/api.ts": """\
const token = localStorage.getItem("token");
""",
            }
        ),
        Case(
            {
                "web/lib/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const client = createAuthClient();
export const keep = (key, value) => localStorage.setItem(key, value);
""",
                "web/page.tsx": """\
const own = localStorage.getItem("token");
""",
            }
        ),
        Case(
            {
                "web/a.ts": """\
localStorage.setItem("access_token", t);
""",
                "web/b.ts": """\
function token() {
  let found = localStorage.getItem("access_token");
  if (found) return found;
  found = sessionStorage.getItem("old_token");
  return found;
}
""",
            }
        ),
        Case(
            {
                "web/a.ts": """\
localStorage.setItem("access_token", t);
""",
                "web/b.ts": """\
const token = localStorage.getItem("access_token");
""",
            }
        ),
    ),
)
