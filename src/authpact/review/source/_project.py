"""All modules of a tree together: which file an import means, and where a name is defined."""

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from authpact.review.source._model import Assignment, Call, Class, Function, Module
from authpact.review.source._pattern import lazy

_ENDINGS: Final = (".ts", ".tsx", ".js", ".jsx", ".mjs", "/index.ts", "/index.tsx", "/index.js")
_WORD: Final = lazy(r"\w+")
_DOTTED: Final = lazy(r"[A-Za-z_]\w*(?:\.\w+)+$")
_ABSTRACT: Final = lazy(r":\s*(?:\.\.\.|pass|raise NotImplementedError\b[^\n]*)\s*$")
"""A method that only says what others do; of a protocol or a base class."""
_HOPS: Final = 6
Caller = tuple[Module, Function, int]


def folders_of(path: str) -> Iterator[str]:
    """Yield the folders around a path, the innermost first, the root as an empty text."""
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name in the module that defines it; `name` is empty for the module itself."""

    module: Module
    name: str


@dataclass(frozen=True)
class Project:
    """Every module of a tree."""

    modules: tuple[Module, ...]
    paths: frozenset[str]

    @cached_property
    def _modules(self) -> dict[tuple[str, str], Module | None]:
        """What imports mean, by folder and name; filled when asked."""
        return {}

    @cached_property
    def _symbols(self) -> dict[tuple[str, str], Symbol | None]:
        """Where names are defined, by file and name; filled when asked."""
        return {}

    @cached_property
    def _whole(self) -> dict[str, set[str]]:
        """Dotted modules that files import as they are, by file; filled when asked."""
        return {}

    @cached_property
    def by_path(self) -> dict[str, Module]:
        """Modules by path."""
        return {m.path: m for m in self.modules}

    @cached_property
    def python(self) -> tuple[Module, ...]:
        """The Python modules."""
        return tuple(m for m in self.modules if m.language == "python")

    @cached_property
    def scripts(self) -> tuple[Module, ...]:
        """The TypeScript and JavaScript modules."""
        return tuple(m for m in self.modules if m.language == "script")

    @cached_property
    def classes(self) -> dict[str, tuple[Module, Class]]:
        """Classes by name; the first of each name counts."""
        found: dict[str, tuple[Module, Class]] = {}
        for module in self.modules:
            for one in module.classes:
                found.setdefault(one.name, (module, one))
        return found

    @cached_property
    def fields(self) -> dict[str, list[tuple[Module, Assignment]]]:
        """Class fields by lower-case name, for settings classes."""
        found: dict[str, list[tuple[Module, Assignment]]] = {}
        for module in self.python:
            for one in module.assignments:
                if one.owner and one.function < 0:
                    found.setdefault(one.target.lower(), []).append((module, one))
        return found

    @cached_property
    def words(self) -> dict[str, str]:
        """Lower-case words of the Python code with their file, empty when several have them."""
        found: dict[str, str] = {}
        for module in self.python:
            for word in set(_WORD.findall(module.code.lower())):
                found[word] = module.path if found.get(word, module.path) == module.path else ""
        return found

    def candidates(self, module: Module, name: str) -> Iterator[str]:
        """Yield the paths that an import may mean, the likeliest first."""
        if module.language == "script":
            yield from self._script_candidates(module, name)
            return
        level = len(name) - len(name.lstrip("."))
        tail = name.lstrip(".").replace(".", "/")
        around = list(folders_of(module.path))
        if not level and "/" in around[0] and f"{around[0]}/__init__.py" in self.paths:
            # What is beside a module of a package is reached by dots: the folder around first.
            around[:2] = around[1::-1]
        bases = around[level - 1 : level] if level else around
        for base in bases:
            stem = "/".join(p for p in (base, tail) if p)
            yield f"{stem}.py"
            yield f"{stem}/__init__.py"

    def _script_candidates(self, module: Module, name: str) -> Iterator[str]:
        if name.startswith("."):
            stems = [posixpath.normpath(posixpath.join(posixpath.dirname(module.path), name))]
        elif name.startswith(("@/", "~/")):
            around = list(folders_of(module.path))
            stems = [
                "/".join(p for p in (base, middle, name[2:]) if p)
                for base in around
                for middle in ("", "src", "app")
            ]
        else:
            return
        for stem in stems:
            yield stem
            for ending in _ENDINGS:
                yield stem + ending
            yield stem.removesuffix(".js") + ".ts"

    def module_of(self, module: Module, name: str) -> Module | None:
        """Return the module that an import means, None when it is not in the tree."""
        key = (posixpath.dirname(module.path), name)
        if key not in self._modules:
            paths = self.candidates(module, name)
            self._modules[key] = next((self.by_path[p] for p in paths if p in self.by_path), None)
        return self._modules[key]

    def has_module(self, module: Module, name: str) -> bool:
        """Whether a file for this import is in the tree, read or not."""
        return any(
            p in self.paths or p.removesuffix(".py") in self._folders
            for p in self.candidates(module, name)
        )

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(f for p in self.paths for f in folders_of(p))

    def symbol(self, module: Module, dotted: str) -> Symbol | None:
        """Follow a dotted name through imports to its definition; None when it leaves the tree."""
        key = (module.path, dotted)
        if key not in self._symbols:
            self._symbols[key] = self._followed(module, dotted)
        return self._symbols[key]

    def _followed(self, module: Module, dotted: str) -> Symbol | None:
        if module.language == "python":
            module, dotted = self._inside(module, dotted)
        head, _, rest = dotted.partition(".")
        for _ in range(_HOPS):
            if head in module.by_name or _is_set(module, head):
                return Symbol(module, head if not rest else f"{head}.{rest}")
            if head in module.class_names:
                return Symbol(module, head if not rest else f"{head}.{rest}")
            step = self._step(module, head, rest)
            if step is None:
                return None
            module, head, rest = step
            if not head:
                return Symbol(module, "")
        return None

    def _inside(self, module: Module, dotted: str) -> tuple[Module, str]:
        """Follow `package.module.name` after `import package.module`, or a variable set to that."""
        head, _, rest = dotted.partition(".")
        variable = module.variables.get(head)
        if variable is not None and rest and _DOTTED.match(variable.value):
            head = variable.value
        elif rest:
            head, _, rest = dotted.rpartition(".")
        if module.path not in self._whole:
            whole = {i.module for i in module.imports if not i.name and "." in i.module}
            self._whole[module.path] = whole
        found = self.module_of(module, head) if head in self._whole[module.path] else None
        return (found, rest) if found is not None else (module, dotted)

    def _step(self, module: Module, head: str, rest: str) -> tuple[Module, str, str] | None:
        imported = module.imported.get(head)
        if imported is None:
            return None
        name = imported.name
        if module.language == "script":
            target = self.module_of(module, imported.module)
            return (target, name if name != "default" else head, rest) if target else None
        separator = "" if imported.module.endswith(".") else "."
        inner = self.module_of(module, f"{imported.module}{separator}{name}") if name else None
        if inner is not None:
            first, _, others = rest.partition(".")
            return inner, first, others
        target = self.module_of(module, imported.module)
        if target is None:
            return None
        first, _, others = rest.partition(".")
        return (target, name, rest) if name else (target, first, others)

    def function(self, module: Module, dotted: str) -> tuple[Module, Function] | None:
        """Return the function or class method that a name means."""
        found = self.symbol(module, dotted)
        if found is None:
            return None
        name = found.name.rpartition(".")[2]
        function = found.module.by_name.get(name)
        return (found.module, function) if function else None

    def callees(self, module: Module, function: Function) -> Iterator[tuple[Module, Function]]:
        """Yield the functions of the tree that a function calls."""
        for call in module.calls_in(function):
            found = self.callee(module, call)
            if found is not None and found[1] is not function:
                yield found

    def callee(self, module: Module, call: Call) -> tuple[Module, Function] | None:
        """Return the function of the tree that a call means, methods by their name alone."""
        found = self.function(module, call.name)
        if found is not None:
            return found
        if call.name.startswith(("self.", "cls.")) and call.last in module.by_name:
            return module, module.by_name[call.last]
        if "." in call.name and not call.name.startswith(("self.", "cls.")):
            owner = self.methods.get(call.last, ())
            return owner[0] if len(owner) == 1 else None
        return None

    @cached_property
    def methods(self) -> dict[str, list[tuple[Module, Function]]]:
        """Methods of Python classes by name."""
        found: dict[str, list[tuple[Module, Function]]] = {}
        for module in self.python:
            for function in module.functions:
                if function.owner and not _ABSTRACT.search(function.text):
                    found.setdefault(function.name, []).append((module, function))
        return found

    @cached_property
    def _callers(self) -> dict[tuple[str, int], list[Caller]]:
        """Callers of Python functions by file and place; every call is resolved once."""
        found: dict[tuple[str, int], list[Caller]] = {}
        for module in self.python:
            for call in module.calls:
                outer = module.function_of(call)
                meant = self.callee(module, call) if outer is not None else None
                if outer is not None and meant is not None and meant[1] is not outer:
                    place = meant[0].path, meant[1].start
                    found.setdefault(place, []).append((module, outer, call.line))
        return found

    def callers(self, module: Module, function: Function) -> Sequence[Caller]:
        """Return what calls a Python function: the function around each call, and its line."""
        return self._callers.get((module.path, function.start), ())


def _is_set(module: Module, name: str) -> bool:
    """Whether a module gives a name its value; `None` in place of a failed import does not."""
    found = module.variables.get(name)
    return found is not None and (found.value != "None" or name not in module.imported)
