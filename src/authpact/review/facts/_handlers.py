"""Route handlers and server actions of Next.js, and what authenticates them."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.facts._facts import Facts
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_FILE: Final = lazy(r"^(.*?)(?:src/)?app/(.*?)/?route\.[jt]sx?$")
_MIDDLEWARE: Final = lazy(r"(?:^|/)(?:src/)?(?:middleware|proxy)\.[jt]s$")
_DEEP: Final = 3
SESSION: Final = lazy(
    r"getSession|get-session|getServerSession|\bauth\(\s*\)|auth\.api|currentUser|getCurrentUser|getToken\("
    r"|jwtVerify|jwt\.verify|verif\w*\(|require_?(?:Auth|User|Session|Admin|Role)|with_?(?:Auth|Session|User)"
    r"|valid\w*(?:Session|Token|Auth|Request|Key)|check_?(?:Auth|Session|Admin)|isAuth|getAuth|assertAuth"
    r"|authenticate\w*\(|\bgetUser\w*\(|authorization|api[-_]?key|_SECRET\b|timingSafeEqual|constructEvent|svix"
    r"|signature|session_?token|toNextJsHandler|createAuthHandler|NextAuth\(|\bbearer\b",
    re.IGNORECASE,
)
PASSED_ON: Final = lazy(
    r"headers\s*:\s*(?:await\s+)?(?:\w+\.headers|headers\(\)|new Headers\(\s*\w+\.headers)"
    r"|get\(\s*[\"'](?:cookie|authorization)[\"']",
    re.IGNORECASE,
)
"""The caller's own credential, in a request to another service."""
_RELAYED: Final = lazy(
    r"headers\s*:\s*(?:await\s+)?(?:\w+\.headers|headers\(\)|new Headers\(\s*\w+\.headers)"
    r"|[\"']?[Cc]ookie[\"']?\s*[:,]"
    r"|get\(\s*[\"'](?:cookie|authorization)[\"']|credentials\s*:\s*[\"']include|cookies\(\)|\.cookies\b"
    r"|searchParams\.get\(\s*[\"'](?:token|sig|signature|ticket)[\"']"
)
_WALL: Final = lazy(r"\bredirect\(|\b401\b|\b403\b|Unauthorized", re.IGNORECASE)
_MATCHER: Final = lazy(r"\bmatcher\s*:\s*(\[[^;]*?\]|[\"'`][^\"'`]*[\"'`])\s*,?\s*\}", re.DOTALL)
_TEXT: Final = lazy(r"[\"'`](/[^\"'`\n]*)[\"'`]")
_EXCEPT: Final = lazy(r"^/\(\(\?!(.*?)\)\.\*\)$")


@dataclass(frozen=True, slots=True)
class Handler:
    """One operation of the Next.js side: a method of a route, or a server action."""

    module: Module
    function: Function
    method: str
    path: str
    """Path of the route, empty for a server action."""


def _path(module: Module) -> str:
    match = _FILE.match(module.path)
    inner = match[2] if match else ""
    return "/" + "/".join(p for p in inner.split("/") if p and not re.fullmatch(r"\(.*\)", p))


def handlers(facts: Facts) -> Iterator[Handler]:
    """Yield every method of every route handler that is written as a function."""
    for module in facts.handlers:
        path = _path(module)
        for function in module.functions:
            if function.name in METHODS and function.parent < 0:
                yield Handler(module, function, function.name, path)


def actions(facts: Facts) -> Iterator[Handler]:
    """Yield the exported functions of modules that say `use server`."""
    for module in facts.scripts:
        if not module.code.lstrip().startswith(("'use server'", '"use server"')):
            continue
        for function in module.functions:
            exported = rf"export\s+(?:async\s+function|const)\s+{re.escape(function.name)}\b"
            if function.name and function.parent < 0 and re.search(exported, module.code):
                yield Handler(module, function, "POST", "")


def reach(facts: Facts, handler: Handler) -> str:
    """Return the code of a handler and of what it calls in this tree."""
    seen = {(handler.module.path, handler.function.start)}
    texts, layer = [handler.function.text], [(handler.module, handler.function)]
    for _ in range(_DEEP):
        after = []
        for module, function in layer:
            for home, inner in facts.project.callees(module, function):
                if (home.path, inner.start) not in seen and home.language == "script":
                    seen.add((home.path, inner.start))
                    texts.append(inner.text)
                    after.append((home, inner))
        layer = after
    return "\n".join(texts)


def relays(text: str) -> bool:
    """Whether a text passes the caller's own credential on, or reads a cookie of the caller."""
    return bool(_RELAYED.search(text))


def walled(facts: Facts, handler: Handler) -> bool:
    """Whether a middleware of the same application looks at who calls this path."""
    match = _FILE.match(handler.module.path)
    root = match[1] if match else ""
    for module in facts.scripts:
        if not _MIDDLEWARE.search(module.path):
            continue
        home = posixpath.dirname(module.path).removesuffix("src").rstrip("/")
        if home != root.rstrip("/"):
            continue
        checks = SESSION.search(module.code) or ".cookies" in module.code
        if checks and _WALL.search(module.code) and _covers(module, handler.path):
            return True
    return False


def _covers(module: Module, path: str) -> bool:
    """Whether the matcher of a middleware takes a path; what cannot be told counts as taken."""
    found = _MATCHER.search(module.code)
    if found is None:
        return True
    return any(_takes(one, path) for one in _TEXT.findall(found[1]))


def _takes(matcher: str, path: str) -> bool:
    excluded = _EXCEPT.match(matcher)
    if excluded:
        rest = path.lstrip("/")
        names = [n.replace("\\", "").rstrip("/$") for n in excluded[1].split("|")]
        return not any(n and re.fullmatch(r"[\w./-]+", n) and rest.startswith(n) for n in names)
    if "(" in matcher:
        return True
    start = re.split(r"/?:\w+", matcher)[0].rstrip("/")
    return path == start or (":" in matcher and (path.startswith(start + "/") or not start))
