"""Everything rules look at: one frozen value for a whole tree, read once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from authpact.review.facts._claims import Claims
from authpact.review.facts._cors import Cors, cors_of
from authpact.review.facts._endpoints import Endpoints
from authpact.review.facts._environment import Environment
from authpact.review.facts._error_handlers import ErrorHandler, error_handlers
from authpact.review.facts._gates import Gate, gates
from authpact.review.facts._images import holds, served
from authpact.review.facts._issuers import Issuers
from authpact.review.facts._live import LiveRoute
from authpact.review.facts._loaded import Loaded
from authpact.review.facts._loads import Loads
from authpact.review.facts._loggers import loggers
from authpact.review.facts._logs import Line, log_lines
from authpact.review.facts._own_errors import OwnErrors
from authpact.review.facts._owners import owner_columns
from authpact.review.facts._requests import Request, Requests, package_of
from authpact.review.facts._routes import Application, Route
from authpact.review.facts._started import Running
from authpact.review.facts._strangers import Strangers
from authpact.review.facts._tokens import Tokens, Verification
from authpact.review.facts._unread import unread
from authpact.review.facts._variables import Variables
from authpact.review.source._model import Function, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._python import read_python
from authpact.review.source._text import lines_matching
from authpact.review.source._tree import Tree, Unreviewable
from authpact.review.source._typescript import read_script
from authpact.review.source._values import Evaluator

_TEST: Final = lazy(
    r"(^|/)(tests?|__tests__|e2e|spec|cypress|playwright|__mocks__|fixtures|migrations|alembic)/"
    r"|(^|/)(test_[^/]*|conftest|[^/]*_test)\.py$|\.(test|spec|stories)\.[jt]sx?$",
)
_PAGE: Final = lazy(r"(^|/)(?:app/.*/(?:route|page|layout)|pages/api/.*[^/]+)\.[jt]sx?$")
_SERVED: Final = lazy(r"/(?:route|page|layout|index|_app)\.[jt]sx?$")
_SUITE: Final = lazy(r"\.(test|spec|stories)\.[jt]sx?$|(^|/)(__tests__|__mocks__|e2e|cypress)/")
_HANDLER: Final = lazy(r"(^|/)(?:app/.*/)?route\.[jt]sx?$")


@dataclass(frozen=True)
class Facts:
    """A reviewed tree. Every member is computed once and never changes."""

    tree: Tree
    live: tuple[LiveRoute, ...] = ()
    """Routes of an imported application; they replace what was read from its files."""

    @cached_property
    def project(self) -> Project:
        """The modules that are part of the product; tests are left out."""
        modules = [
            *(read_python(s.path, s.text) for s in self.tree.python if not _TEST.search(s.path)),
            *(read_script(s.path, s.text) for s in self.tree.scripts if not _is_test(s.path)),
        ]
        return Project(tuple(modules), self.tree.paths)

    @cached_property
    def evaluator(self) -> Evaluator:
        """Follows expressions."""
        return Evaluator(self.project)

    @cached_property
    def application(self) -> Application:
        """FastAPI applications, routers and routes."""
        return Application(self.project, self.live)

    @cached_property
    def strangers(self) -> Strangers:
        """Routes on which a caller reaches the rows of others."""
        return Strangers(self.project, self.application, Loads(self.project, self.owners))

    @cached_property
    def owners(self) -> frozenset[str]:
        """Columns that are compared with the caller."""
        return owner_columns(self.project, self.application)

    @cached_property
    def tokens(self) -> Tokens:
        """Verifications and signatures."""
        return Tokens(self.project, self.evaluator)

    @cached_property
    def issuers(self) -> Issuers:
        """Better Auth servers and clients."""
        return Issuers(self.project, self.evaluator)

    @cached_property
    def claims(self) -> Claims:
        """What tokens carry and what is read of them, by name."""
        return Claims(self.project, self.tokens, self.issuers)

    @cached_property
    def environment(self) -> Environment:
        """Environment files, compose files, requirements."""
        return Environment(self.tree)

    @cached_property
    def variables(self) -> Variables:
        """Which variables code reads, and what containers are given."""
        return Variables(self.project, self.environment)

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """What scripts ask the API for."""
        return Requests(self.project, self.evaluator).found

    @cached_property
    def endpoints(self) -> Endpoints:
        """What the applications and handlers of the tree serve."""
        return Endpoints(self.served, self.handlers)

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """Functions that a dependency or a middleware is, or calls."""
        return tuple(gates(self.project))

    @cached_property
    def own_errors(self) -> OwnErrors:
        """Which errors speak in the tree's own words."""
        return OwnErrors(self.project)

    @cached_property
    def error_handlers(self) -> tuple[ErrorHandler, ...]:
        """Functions that applications answer errors with."""
        return tuple(error_handlers(self.project))

    @cached_property
    def cors(self) -> tuple[Cors, ...]:
        """CORS set-ups."""
        return tuple(cors_of(self.project, self.evaluator))

    @cached_property
    def log_lines(self) -> tuple[Line, ...]:
        """Every log line with the expressions it writes."""
        names = loggers(self.project)
        return tuple(x for m in self.project.modules for x in log_lines(m, names[m.path]))

    @property
    def python(self) -> tuple[Module, ...]:
        """The Python modules."""
        return self.project.python

    @property
    def scripts(self) -> tuple[Module, ...]:
        """The TypeScript and JavaScript modules."""
        return self.project.scripts

    @cached_property
    def browser(self) -> tuple[Module, ...]:
        """Scripts that may run in a browser: everything but route handlers and proxies."""
        return tuple(m for m in self.scripts if not _HANDLER.search(m.path))

    @cached_property
    def handlers(self) -> tuple[Module, ...]:
        """Next.js route handlers."""
        return tuple(m for m in self.scripts if _HANDLER.search(m.path))

    @property
    def routes(self) -> tuple[Route, ...]:
        """Every FastAPI operation."""
        return self.application.routes

    @cached_property
    def served(self) -> tuple[Route, ...]:
        """Operations that an application serves."""
        return tuple(r for r in self.routes if r.reachable)

    @cached_property
    def verifications(self) -> tuple[Verification, ...]:
        """Verifications that do look at the signature."""
        return tuple(v for v in self.tokens.verifications if not v.is_unverified)

    @cached_property
    def reached(self) -> frozenset[tuple[str, int]]:
        """Functions (path, line) that some FastAPI route depends on or calls."""
        found: set[tuple[str, int]] = set()
        waiting: list[tuple[Module, Function]] = [(r.module, r.function) for r in self.routes]
        waiting += [(m, f) for m in self.python for f in m.functions if _is_hook(f)]
        while waiting:
            module, function = waiting.pop()
            if (module.path, function.line) in found:
                continue
            found.add((module.path, function.line))
            waiting += self._uses(module, function)
        return frozenset(found)

    def _uses(self, module: Module, function: Function) -> Iterator[tuple[Module, Function]]:
        names = set(re.findall(r"[A-Za-z_][\w.]*", function.text))
        for decorator in function.decorators:
            for argument in decorator.arguments:
                names |= set(re.findall(r"[A-Za-z_][\w.]*", argument.text))
        for name in names:
            yield from self._meant(module, name)
        yield from self.project.callees(module, function)

    def _meant(self, module: Module, name: str) -> Iterator[tuple[Module, Function]]:
        found = self.project.symbol(module, name)
        if found is None:
            return
        target, label = found.module, found.name.rpartition(".")[2]
        function = target.by_name.get(label)
        if function is not None:
            yield target, function
        variable = target.variables.get(found.name)
        if variable is not None:
            for inner in re.findall(r"[A-Za-z_]\w*", variable.value):
                if inner != name and inner in target.by_name:
                    yield target, target.by_name[inner]
        if any(c.name == found.name for c in target.classes):
            yield from ((target, f) for f in target.functions if f.owner == found.name)

    def is_reached(self, module: Module, function: Function) -> bool:
        """Whether some FastAPI route uses this function."""
        return (module.path, function.line) in self.reached

    def matches(
        self, modules: tuple[Module, ...], pattern: re.Pattern[str], *words: str
    ) -> Iterator[tuple[Module, int, re.Match[str]]]:
        """Yield (module, line, match) for each match of a pattern, which holds one of the words."""
        for module in modules:
            for line, match in lines_matching(module.code, pattern, *words):
                yield module, line, match

    @cached_property
    def script_ends(self) -> frozenset[str]:
        """Each package with the ends of its files' paths, to tell what a path mapping may mean."""
        found = set[str]()
        for path in self.tree.paths:
            stem = re.sub(r"(?:/index)?\.(?:d\.)?[cm]?[jt]sx?$", "", path)
            if stem != path:
                parts, root = stem.split("/"), package_of(self.tree.paths, path)
                found |= {f"{root} {'/'.join(parts[i:])}" for i in range(len(parts))}
        return frozenset(found)

    @cached_property
    def imported(self) -> frozenset[str]:
        """Paths of the scripts that some other script of the tree imports."""
        found = (self.project.module_of(m, i.module) for m in self.scripts for i in m.imports)
        return frozenset(m.path for m in found if m is not None)

    @cached_property
    def loaded(self) -> Loaded:
        """Which scripts a front end loads; tests load nothing of the product."""
        scripts = (*self.tree.scripts, *self.tree.others)
        return Loaded(tuple(s for s in scripts if not _is_test(s.path)), self.tree.paths)

    @cached_property
    def _served(self) -> tuple[str, ...]:
        files = tuple(m.path for m in self.python)
        return served(self.environment.plain(""), files, self.tree.paths)

    @cached_property
    def running(self) -> Running:
        """Which Python files are run."""
        return Running(self.project, tuple(s.text for s in self.environment.plain("")))

    def is_left_behind(self, module: Module) -> bool:
        """Whether a Python module is in no image that serves the API, or was set aside by name."""
        return module.language == "python" and (
            module.path not in self.running.kept
            or not any(holds(s, module.path) for s in self._served)
        )

    def is_stray_guard(self, module: Module) -> bool:
        """Whether a middleware file stands beside src/ while all pages are in it: never loaded."""
        folder, _, name = module.path.rpartition("/")
        home = f"{folder}/" if folder else ""
        if not re.fullmatch(r"(?:middleware|proxy)\.[jt]sx?", name) or home.endswith("src/"):
            return False
        served = (f"{home}app/", f"{home}pages/")
        if any(p.startswith(served) and _SERVED.search(p) for p in self.tree.paths):
            return False
        return any(p.startswith(f"{home}src/app/") for p in self.tree.paths)

    @cached_property
    def unreviewable(self) -> tuple[Unreviewable, ...]:
        """Files that were not read, or not in full, and a side that is not there."""
        return unread(self.tree, self.project, self.application, self.issuers)


def _is_test(path: str) -> bool:
    """Whether a script is a test. Next.js serves `app/api/test/route.ts` all the same."""
    return bool(_TEST.search(path)) and (not _PAGE.search(path) or bool(_SUITE.search(path)))


def _is_hook(function: Function) -> bool:
    return any(
        d.last in {"middleware", "exception_handler", "on_event"} for d in function.decorators
    ) or (function.name == "dispatch")
