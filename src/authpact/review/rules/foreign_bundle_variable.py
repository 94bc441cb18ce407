import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.facts._requests import package_of
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_IN_NEXT: Final = lazy(
    r"(?:process\.env\.|import\.meta\.env\.)((?:VITE|REACT_APP|PUBLIC|GATSBY|VUE_APP|NUXT_PUBLIC)_\w+)"
)
_IN_VITE: Final = lazy(
    r"process\.env\.((?:NEXT_PUBLIC|REACT_APP|VITE)_\w+)"
    r"|import\.meta\.env\.((?!VITE_|MODE\b|DEV\b|PROD\b|SSR\b|BASE_URL\b|LEGACY\b)[A-Z]\w+)"
)
_ADDRESS: Final = lazy(r"API|URL|HOST|BACKEND|AUTH|SERVER|ORIGIN")
_SERVER: Final = lazy(r"\.config\.\w+$|(^|/)(?:api|server|scripts?)/|route\.[jt]s$|middleware")
_ELSEWHERE: Final = lazy(r"[\"'](?:use server|server-only)[\"']")


def _kinds(facts: Facts) -> dict[str, re.Pattern[str]]:
    """Return what a bundle does not get, by package."""
    found: dict[str, re.Pattern[str]] = {}
    for source in facts.environment.plain(r"(^|/)package\.json$"):
        root = source.path.rpartition("/")[0]
        if re.search(r"\"next\"\s*:", source.text):
            found[root] = _IN_NEXT
        elif re.search(r"\"vite\"\s*:", source.text) and '"nuxt"' not in source.text:
            found[root] = _IN_VITE
    return found


def _reads(module: Module, pattern: re.Pattern[str]) -> Iterator[tuple[int, str, bool]]:
    """Yield (line, name, whether the line also reads a variable that the bundle does get)."""
    own = "NEXT_PUBLIC_" if pattern is _IN_NEXT else "import.meta.env.VITE_"
    for line, match in lines_matching(module.code, pattern):
        name = next(g for g in match.groups() if g)
        if _ADDRESS.search(name):
            yield line, name, own in module.lines[line - 1]


def _all(facts: Facts) -> Iterator[tuple[str, Hit]]:
    kinds = _kinds(facts)
    configured: dict[str, str] = {}
    for module in facts.scripts:
        if ".config." in module.path:
            root = package_of(facts.tree.paths, module.path)
            configured[root] = configured.get(root, "") + module.code
    given = {v.name for v in (*facts.environment.variables, *facts.environment.deployed)}
    for module in facts.scripts:
        root = package_of(facts.tree.paths, module.path)
        inside = module.path.removeprefix(f"{root}/")
        if root not in kinds or _SERVER.search(inside) or _ELSEWHERE.search(module.text):
            continue
        handed = configured.get(root, "")
        for line, name, also in _reads(module, kinds[root]):
            # A leftover behind the right name does harm only where a deployment still sets it.
            if name in handed or "envPrefix" in handed or (also and name not in given):
                continue
            message = f"{name} does not reach the bundle of this package."
            yield f"{root} {name}", at(module, line, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield addresses read under the prefix of another bundler."""
    yield from once(_all(facts))


RULE = Rule(
    requirement="environment:complete",
    category="env-not-public",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="A browser reads a variable with the prefix of another bundler.",
    why="Next.js hands out NEXT_PUBLIC_ variables, Vite those of import.meta.env that begin with VITE_; the rest is undefined, so the default address is called.",
    remedy="Rename the variable in the code and in the deployment files.",
    check=check,
    flagged=(
        Case(
            {
                "web/package.json": '{"dependencies": {"next": "15.0.0"}}',
                "web/lib/api.ts": """\
export const base = () => process.env.NEXT_PUBLIC_API_URL || process.env.VITE_API_URL || "/";
""",
                "web/Dockerfile": "ENV VITE_API_URL=https://api.example.com\n",
            }
        ),
        Case(
            {
                "web/package.json": '{"devDependencies": {"vite": "6.0.0"}}',
                "web/src/api.ts": "const API = import.meta.env.API_URL;\nfetch(API);\n",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/package.json": '{"dependencies": {"next": "15.0.0"}}',
                "web/lib/api.ts": """\
export const base = () => process.env.NEXT_PUBLIC_API_URL || process.env.VITE_API_URL || "/";
""",
            }
        ),
        Case(
            {
                "web/package.json": '{"devDependencies": {"vite": "6.0.0"}}',
                "web/vite.config.ts": 'export default { define: { "process.env.REACT_APP_API": "1" } };\n',
                "web/src/api.ts": """\
fetch(import.meta.env.VITE_API_URL);
fetch(process.env.REACT_APP_API);
""",
            }
        ),
    ),
)
