import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._requests import package_of
from authpact.review.source._model import Import, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import folders_of

_HANDLER: Final = lazy(r"toNextJsHandler|auth\.handler|toNodeHandler|toSvelteKitHandler")
_MOUNT: Final = lazy(r"(^|/)api/auth/")
_AUTH: Final = lazy(
    r"(?:^|[/_-])(?:auth|session|token|jwt|current-?user)(?:$|[/._-])|(?:Auth|Session|Token)(?:$|[A-Z])"
)
_CLIENT: Final = lazy(r"(?:^|/)(?:api|api-?client|http|client|fetcher|env)$", re.IGNORECASE)
_MADE: Final = lazy(r"generated|prisma|\.velite|contentlayer|\.(?:css|scss|svg|png|json|md)$")


def _leads_out(path: str, name: str) -> bool:
    """Whether an import climbs above the tree: the file was meant to lie elsewhere."""
    return name.count("../") > path.count("/")


def _is_absent(facts: Facts, module: Module, name: str) -> bool:
    """Whether an import means a file of the package that is in no folder of it."""
    if not name.startswith((".", "@/", "~/")) or _MADE.search(name):
        return False
    if facts.project.has_module(module, name) or _leads_out(module.path, name):
        return False
    # A path mapping may lead elsewhere, so nothing of the package may end like the import.
    tail = re.sub(r"^(?:\.{1,2}/|[@~]/)+", "", name)
    return f"{package_of(facts.tree.paths, module.path)} {tail}" not in facts.script_ends


def _ignored(facts: Facts, module: Module, name: str) -> bool:
    """Whether an ignore list drops a folder of that name."""
    parts = set(re.sub(r"^(?:\.{1,2}/|[@~]/)+", "", name).split("/")[:-1])
    folders = set(folders_of(module.path))
    for source in facts.environment.plain(r"(^|/)\.gitignore$"):
        if source.path.rpartition("/")[0] in folders:
            rows = {line.strip().strip("/*") for line in source.text.split("\n")}
            if parts & rows:
                return True
    return False


def _weight(facts: Facts, module: Module, one: Import) -> int:
    """Return how much an absent module says about sign-in, 0 for nothing."""
    if _HANDLER.search(module.code) and "auth" in one.module.lower():
        return 4
    if not _ignored(facts, module, one.module):
        return 0
    about = _AUTH.search(one.module) or _AUTH.search(one.name)
    if _MOUNT.search(module.path) and (about or _CLIENT.search(one.module)):
        return 3
    return 2 if about else int(bool(_CLIENT.search(one.module)))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield the import that says most about what of the authentication is not in a package."""
    found: dict[str, tuple[int, Hit]] = {}
    for module in facts.scripts:
        for one in module.imports:
            if not _is_absent(facts, module, one.module):
                continue
            weight = _weight(facts, module, one)
            root = package_of(facts.tree.paths, module.path)
            if weight > found.get(root, (0, None))[0]:
                found[root] = (
                    weight,
                    at(module, one.line, f"{one.module} is not in the repository."),
                )
    yield from (hit for _, hit in found.values())


_ROUTE: Final = """\
import { auth } from "@/lib/auth";
import { toNextJsHandler } from "better-auth/next-js";
export const { GET, POST } = toNextJsHandler(auth);
"""

RULE = Rule(
    requirement="issue:one-endpoint",
    category="missing-auth-module",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A module that authenticates is missing from the repository.",
    why="The frontend cannot be built, and what its tokens look like and where they go cannot be reviewed.",
    remedy="Commit the file; a .gitignore line such as `lib/` often drops it.",
    check=check,
    flagged=(
        Case({"app/api/auth/[...all]/route.ts": _ROUTE}),
        Case(
            {
                ".gitignore": "dist/\nlib/\n",
                "web/package.json": "{}",
                "web/hooks/useTasks.ts": """\
import { fetchWithAuth } from "@/lib/http-calls";
export const load = () => fetchWithAuth("/tasks");
""",
            }
        ),
        Case(
            {
                ".gitignore": "lib\n",
                "web/package.json": "{}",
                "web/components/Menu.tsx": """\
import { useSession } from "../lib/auth-client";
export const Menu = () => useSession().data?.user.name;
fetch("/x");
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                ".gitignore": "lib/\n",
                "package.json": "{}",
                "Menu.tsx": """\
import { useSession } from "../lib/auth-client";
export const Menu = () => useSession().data?.user.name;
fetch("/x");
""",
            }
        ),
        Case(
            {
                "lib/auth.ts": "export const auth = betterAuth({});\n",
                "app/api/auth/[...all]/route.ts": _ROUTE,
            }
        ),
        Case(
            {
                ".gitignore": "lib/\ngenerated/\n",
                "web/package.json": "{}",
                "web/client/lib/auth.ts": "export const token = () => 1;\n",
                "web/app/page.tsx": """\
import { token } from "@/lib/auth";
import { Session } from "@/generated/session";
fetch("/x");
""",
            }
        ),
        Case(
            {
                ".gitignore": "lib/\n",
                "web/package.json": "{}",
                "web/app/page.tsx": 'import { cn } from "@/lib/utils";\nfetch("/x");\n',
            }
        ),
    ),
)
