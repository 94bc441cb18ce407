"""Which environment variables code reads, and what containers are given."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from authpact.review.facts._environment import Environment, is_secret_name
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._text import lines_matching, literal
from authpact.review.source._tree import Source

_READ: Final = lazy(
    r"(?:getenv|environ\.get|environ\.setdefault|\bconfig|\benv(?:\.str)?)\(\s*[\"'](\w+)[\"']"
    r"|environ\[\s*[\"'](\w+)[\"']|process\.env\.(\w+)|process\.env\[\s*[\"'](\w+)[\"']"
    r"|(?:validation_)?alias\s*=\s*[\"']([A-Z]\w+)[\"']"
)
_HAS: Final = lazy(r"env|config\(|alias")
_UPPER: Final = lazy(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")
_ENTRY: Final = lazy(
    r"(^|/)(?:page|layout|route|middleware|proxy|instrumentation|template|index|server|main|app|_app)\.[jt]sx?$"
    r"|\.config\.\w+$|(^|/)pages/"
)
_KEY: Final = lazy(r"(?:ADMIN|INTERNAL|SERVICE|BACKEND|ENCRYPTION|MASTER|SHARED)_(?:\w+_)?KEY$")
_COMPOSE: Final = r"(^|/)(docker-)?compose(?![\w.-]*(?:override|k8s|build|test|ci))[\w.-]*\.ya?ml$"
_WORKS: Final = lazy(r"\b(?:celery|dramatiq|huey|arq|taskiq)\b|\brq[\"',\s]+worker\b")
"""A command that takes jobs from a queue instead of serving requests."""
_PAIR: Final = lazy(r"^(\s*)(?:-\s+)?[\"']?([A-Za-z_][\w.-]*)[\"']?\s*(?:[:=]\s*(.*))?$")


@dataclass(frozen=True, slots=True)
class Read:
    """One place where code reads a variable."""

    module: Module
    line: int
    name: str


@dataclass(frozen=True, slots=True)
class Service:
    """One service of a compose file that is built from this tree."""

    file: str
    name: str
    context: str
    """Folder it is built from, empty for the root of the tree."""
    line: int
    """Line of its `environment`, of its name when it has none."""
    environment: frozenset[str]
    is_open: bool
    """It takes more than is listed: an env_file or a merged block, its mounted code with the
    environment files in it, or lists nothing."""
    dockerfile: str = ""
    """Path of the file its image is built by, empty when the compose file does not name it."""
    is_worker: bool = False
    """It runs the jobs of a queue, so that it answers nobody."""


def is_own_secret(name: str) -> bool:
    """Whether a variable holds a secret of the application itself."""
    return is_secret_name(name) or bool(_KEY.search(name))


class Variables:
    """Reads of variables by code, and the compose files that hand them out."""

    def __init__(self, project: Project, environment: Environment) -> None:
        self._project = project
        self._environment = environment

    @cached_property
    def reads(self) -> tuple[Read, ...]:
        """Every read of a variable, settings fields included."""
        return tuple(r for m in self._project.modules for r in _reads(m))

    @cached_property
    def secrets(self) -> tuple[Read, ...]:
        """The reads of secrets of the application itself."""
        return tuple(r for r in self.reads if is_own_secret(r.name))

    @cached_property
    def _live(self) -> tuple[Module, ...]:
        """Modules that something uses: Python, and scripts that are imported or entered."""
        project = self._project
        used = {
            found.path
            for m in project.scripts
            for found in (project.module_of(m, i.module) for i in m.imports)
            if found is not None
        }
        scripts = (m for m in project.scripts if m.path in used or _ENTRY.search(m.path))
        return (*project.python, *scripts)

    @cached_property
    def _mentioned(self) -> dict[str, frozenset[str]]:
        """Names in capitals and settings fields that live code mentions, by file."""
        return {
            m.path: (frozenset(_UPPER.findall(m.code)) - _constants(m))
            | {m.variable_of(a) for a in m.assignments if a.owner and m.language == "python"}
            for m in self._live
        }

    def mentioned_below(self, folder: str) -> frozenset[str]:
        """Return every name that live code below a folder may read, rather too many."""
        inside = f"{folder}/" if folder else ""
        rows = (names for path, names in self._mentioned.items() if path.startswith(inside))
        return frozenset().union(*rows)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Services of compose files that are built from this tree."""
        sources = self._environment.plain(_COMPOSE)
        return tuple(s for source in sources for s in _services(source))


def _constants(module: Module) -> set[str]:
    """Return names that a module gives a plain text: they are no variables of the environment."""
    quoted = set(re.findall(r"[\"'](\w+)[\"']", module.code))
    fixed = {n for n, a in module.variables.items() if literal(a.value) is not None}
    return fixed - quoted


def _reads(module: Module) -> Iterator[Read]:
    found = lines_matching(module.code, _READ) if _HAS.search(module.code) else ()
    for line, match in found:
        yield Read(module, line, next(g for g in match.groups() if g))
    settings = {c.name for c in module.classes if any("Settings" in b for b in c.bases)}
    for one in module.assignments:
        if one.owner in settings and one.function < 0 and re.fullmatch(r"\w+", one.target):
            yield Read(module, one.line, module.variable_of(one))


def _blocks(
    lines: list[tuple[int, str]], depth: int
) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Yield (key, rows) for each key at a depth of a YAML text; the first row holds the key."""
    key, rows = "", list[tuple[int, str]]()
    for number, text in lines:
        indent = len(text) - len(text.lstrip())
        if indent == depth and not text.lstrip().startswith("-"):
            if key:
                yield key, rows
            key, rows = text.strip().partition(":")[0].strip("\"'"), [(number, text)]
        elif key:
            rows.append((number, text))
    if key:
        yield key, rows


def _depth(rows: list[tuple[int, str]]) -> int:
    return min((len(t) - len(t.lstrip()) for _, t in rows), default=0)


def _services(source: Source) -> Iterator[Service]:
    lines = [
        (n, t)
        for n, t in enumerate(source.text.split("\n"), 1)
        if t.strip() and not t.lstrip().startswith("#")
    ]
    for key, rows in _blocks(lines, 0):
        if key == "services":
            for name, inner in _blocks(rows[1:], _depth(rows[1:])):
                found = _service(source, name, inner)
                if found is not None:
                    yield found


def _service(source: Source, name: str, rows: list[tuple[int, str]]) -> Service | None:
    keys = dict(_blocks(rows[1:], _depth(rows[1:])))
    text = "\n".join(t for _, t in keys.get("build", ()))
    found = re.search(r"(?:context|build)[ \t]*:[ \t]*[\"']?([\w./-]+)", text)
    if not found:
        return None
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(source.path), found[1]))
    image = re.search(r"\bdockerfile[ \t]*:[ \t]*[\"']?([\w./-]+)", text)
    given = keys.get("environment", [])
    pairs = [_PAIR.match(t) for _, t in given[1:]]
    return Service(
        source.path,
        name,
        "" if folder == "." else folder,
        given[0][0] if given else rows[0][0],
        frozenset(m[2] for m in pairs if m),
        not given
        or "env_file" in keys
        or any("<<" in t or "*" in t for _, t in rows if "*." not in t)
        or _mounts(source, folder, keys.get("volumes", [])),
        posixpath.normpath(posixpath.join(folder, image[1])) if image else "",
        any(_WORKS.search(t) for key in ("command", "entrypoint") for _, t in keys.get(key, ())),
    )


def _mounts(source: Source, folder: str, rows: list[tuple[int, str]]) -> bool:
    """Whether a container runs on the folder it is built from, as it lies on the machine."""
    found = (re.search(r"(?:-|\[|source:)[ \t]*[\"']?(\.[\w./-]*)", t) for _, t in rows)
    around = posixpath.dirname(source.path)
    return any(m and posixpath.normpath(posixpath.join(around, m[1])) == folder for m in found)
