"""Operations of a project: FastAPI decorators with their router's prefix, and OpenAPI documents."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from authpact.brief._fact import Fact
from authpact.brief._paths import fastapi_path, is_issuer, is_login
from authpact.brief.project._tree import SourceFile

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_DECORATOR: Final = re.compile(
    r"@(?P<name>\w+)\.(?P<method>get|post|put|patch|delete)\(\s*[rf]?[\"'](?P<path>[^\"']*)[\"']"
)
_PREFIX: Final = re.compile(
    r"^(?P<name>\w+)\s*(?::[^=\n]+)?=\s*APIRouter\((?P<arguments>[^)]*)\)", re.MULTILINE
)
_INCLUDE: Final = re.compile(r"include_router\(\s*(?P<router>[\w.]+)(?P<arguments>[^)]*)\)")
_QUOTED_PREFIX: Final = re.compile(r"prefix\s*=\s*[\"'](?P<prefix>[^\"']*)[\"']")


def routes(files: tuple[SourceFile, ...]) -> Iterator[Fact]:
    """Yield one `route` for every operation; logins and what Better Auth serves are left out."""
    seen: set[tuple[str, str]] = set()
    mounted = _mounts(files)
    for file in files:
        for method, path, offset in (*_declared(file, mounted), *_openapi(file)):
            full = fastapi_path(path)
            if full is None or is_issuer(full) or (is_login(full) and method == "POST"):
                continue
            if (method, full) not in seen:
                seen.add((method, full))
                yield Fact(
                    "route",
                    (method, full, "", ""),
                    f"{method} {path}",
                    offset,
                    offset,
                    file.at(offset),
                )


def _mounts(files: tuple[SourceFile, ...]) -> Mapping[str, str]:
    """Return the prefix under which a module's or a name's router is included."""
    found: dict[str, str] = {}
    for file in files:
        for match in _INCLUDE.finditer(file.text) if file.path.endswith(".py") else ():
            prefix = _QUOTED_PREFIX.search(match["arguments"])
            if prefix:
                for part in match["router"].split("."):
                    found.setdefault(part, prefix["prefix"])
    found.pop("router", None)
    return found


def _declared(file: SourceFile, mounted: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
    if not file.path.endswith(".py") or "fastapi" not in file.text.lower():
        return
    prefixes = {
        m["name"]: (p["prefix"] if (p := _QUOTED_PREFIX.search(m["arguments"])) else "")
        for m in _PREFIX.finditer(file.text)
    }
    module = re.split(r"[/\\]", file.path)[-1].removesuffix(".py")
    for name, method, path, offset in _decorators(file):
        outer = mounted.get(name, mounted.get(module, "")) if name in prefixes else ""
        yield method.upper(), f"{outer}{prefixes.get(name, '')}{path}" or "/", offset


def _decorators(file: SourceFile) -> Iterator[tuple[str, str, str, int]]:
    """Yield router name, method, literal path and place; by pattern where `ast` cannot parse."""
    try:
        parsed = ast.parse(file.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        for match in _DECORATOR.finditer(file.text):
            yield match["name"], match["method"], match["path"], match.start()
        return
    starts = [0, *(m.end() for m in re.finditer("\n", file.text))]
    for node in ast.walk(parsed):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in node.decorator_list:
                found = _literal(decorator)
                if found is not None:
                    yield (*found, starts[decorator.lineno - 1])


def _literal(node: ast.expr) -> tuple[str, str, str] | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return None
    path, owner = node.args[0], node.func.value
    if node.func.attr not in _METHODS or not isinstance(owner, ast.Name):
        return None
    return (
        (owner.id, node.func.attr, path.value)
        if isinstance(path, ast.Constant) and isinstance(path.value, str)
        else None
    )


def _openapi(file: SourceFile) -> Iterator[tuple[str, str, int]]:
    if not file.path.endswith(".json") or '"openapi"' not in file.text:
        return
    try:
        paths = json.loads(file.text).get("paths", {})
    except (ValueError, AttributeError, RecursionError):
        return
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method in item if isinstance(item, dict) else ():
            if method in _METHODS:
                yield method.upper(), str(path), max(file.text.find(json.dumps(path)), 0)
