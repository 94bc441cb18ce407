"""Routes and dependencies of an importable application, read from the live object.

The application is imported by another process, with a time limit and without network: code of the
reviewed tree never runs in this one.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from authpact.errors import AuthpactError

_SECONDS: Final = 30
_LARGEST: Final = 10_000_000
_READER: Final = """
import importlib, inspect, json, os, socket, sys

def refuse(*_arguments, **_options):
    raise OSError("no network while an application is reviewed")

for name in ("connect", "connect_ex", "bind", "sendto"):
    setattr(socket.socket, name, refuse)
socket.create_connection = socket.getaddrinfo = refuse

def names(dependant, found):
    for inner in dependant.dependencies:
        call = inner.call
        label = getattr(call, "__qualname__", type(call).__name__)
        found.append(label.rpartition(".")[2] or label)
        names(inner, found)
    return found

def rows(routes):
    for route in routes:
        if getattr(route, "dependant", None) is not None:
            code = inspect.unwrap(route.endpoint).__code__
            yield {
                "file": os.path.realpath(code.co_filename),
                "line": code.co_firstlineno,
                "path": route.path,
                "dependencies": names(route.dependant, []),
            }

target, root = sys.argv[1:]
sys.path.insert(0, root)
module, _, name = target.partition(":")
stdout, sys.stdout = sys.stdout, sys.stderr
application = getattr(importlib.import_module(module), name or "app")
json.dump(list(rows(application.routes)), stdout)
"""


@dataclass(frozen=True, slots=True)
class LiveRoute:
    """One operation of a live application; `line` is that of its first decorator."""

    file: str
    """Relative to the reviewed folder."""
    line: int
    path: str
    dependencies: tuple[str, ...]
    """Names of everything it depends on, at any depth."""


def _run(folder: Path, target: str) -> str:
    command = [sys.executable, "-c", _READER, target, str(folder)]
    try:
        done = subprocess.run(  # noqa: S603  # this interpreter, no shell
            command, capture_output=True, cwd=folder, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise AuthpactError(f"{target} was not imported within {_SECONDS} seconds") from None
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise AuthpactError(f"{target} cannot be imported: {reason[-1]}")
    return done.stdout[:_LARGEST].decode("utf-8", "replace")


def live_routes(root: Path, target: str) -> tuple[LiveRoute, ...]:
    """Import `module:app` and return its routes. Raises AuthpactError when it cannot be imported.

    The module is looked for in the reviewed folder and in the folders directly below it.
    """
    package = target.partition(":")[0].partition(".")[0]
    folders = [root, *sorted(p for p in root.iterdir() if p.is_dir())]
    home = next(
        (f for f in folders if (f / package).is_dir() or (f / f"{package}.py").is_file()), root
    )
    try:
        rows = json.loads(_run(home.resolve(), target))
    except ValueError:
        raise AuthpactError(f"{target} answered no routes") from None
    base = root.resolve()
    return tuple(
        LiveRoute(
            Path(row["file"]).relative_to(base).as_posix(),
            row["line"],
            row["path"],
            tuple(row["dependencies"]),
        )
        for row in rows
        if Path(row["file"]).is_relative_to(base)
    )
