"""Better Auth in the tree: servers, clients, plugins, and who asks for tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from authpact.review.facts._clients import Answer, Clients
from authpact.review.source._model import Call, Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project
from authpact.review.source._text import members, split
from authpact.review.source._values import Evaluator

_ALGORITHM: Final = lazy(r"keyPairConfig\s*:\s*\{[^}]*\balg\s*:\s*[\"'](\w+)[\"']")
_HOPS: Final = 4
_CAST: Final = lazy(r"(?<=[\w)}\s])(?:\s+(?:satisfies|as)\s+[\w.<>]+)+$")
_JWKS_PATH: Final = lazy(r"jwksPath\s*:\s*[\"']([^\"']+)[\"']")


@dataclass(frozen=True, slots=True)
class Issuer:
    """One `betterAuth({…})` call."""

    module: Module
    call: Call
    options: dict[str, str]
    plugins: dict[str, str]
    """Plugin name → its argument as written."""
    text: str
    """All options as written."""
    text_line: int
    """Line on which they begin."""

    @property
    def algorithm(self) -> str:
        """The algorithm of tokens of the jwt plugin, empty without it or when it is not written."""
        if "jwt" not in self.plugins:
            return ""
        given = self.plugins["jwt"].strip()
        found = _ALGORITHM.search(given)
        if found:
            return found[1]
        written = not given or given.startswith("{")
        return "EdDSA" if written and "keyPairConfig" not in given and "..." not in given else ""

    @property
    def jwks_path(self) -> str:
        """Where the key set is, below the auth base path."""
        found = _JWKS_PATH.search(self.plugins.get("jwt", ""))
        return found[1] if found else "/jwks"

    @property
    def base_path(self) -> str:
        """Where the routes are mounted."""
        return self.options.get("basePath", "/api/auth").strip("\"'`")

    def line_of(self, pattern: str) -> int:
        """Return the line of the first match inside of the call, or its own line."""
        found = re.search(pattern, self.text)
        if not found:
            return self.call.line
        return self.text_line + self.text.count("\n", 0, found.start())

    @property
    def cookie_cache(self) -> dict[str, str]:
        """The members of `session.cookieCache` as written."""
        return members(members(self.options.get("session", "")).get("cookieCache", ""))

    @property
    def issues_jwt(self) -> bool:
        """Whether somebody can have a JWT of this instance: by a plugin, or as cached session."""
        named = {"jwt", "oidcProvider", "oauthProvider", "mcp"} & set(self.plugins)
        return bool(named) or "jwt" in self.cookie_cache.get("strategy", "")


@dataclass(frozen=True, slots=True)
class Client:
    """One `createAuthClient({…})` call."""

    module: Module
    call: Call
    options: dict[str, str]


class Issuers:
    """Reads every Better Auth instance and client of a project."""

    def __init__(self, project: Project, evaluator: Evaluator) -> None:
        self._project = project
        self._evaluator = evaluator
        self.servers = tuple(i for m in project.scripts for i in self._servers(m))
        self.clients = tuple(
            Client(m, c, members(c.arguments[0].text) if c.arguments else {})
            for m in project.scripts
            for c in m.called("createAuthClient")
        )
        self.is_used = bool(self.servers or self.clients) or any(
            i.module.startswith("better-auth") for m in project.scripts for i in m.imports
        )

    @cached_property
    def calls(self) -> tuple[tuple[Module, Call, str], ...]:
        """Calls of a client with their methods, such as `signIn.email`."""
        return tuple(self._asked.calls()) if self.clients else ()

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """What files keep of the calls of a client."""
        return tuple(self._asked.answers()) if self.clients else ()

    @cached_property
    def _asked(self) -> Clients:
        return Clients(self._project)

    def _servers(self, module: Module) -> Iterator[Issuer]:
        for call in module.called("betterAuth"):
            text = call.arguments[0].text if call.arguments else ""
            line = call.arguments[0].line if call.arguments else call.line
            text = _CAST.sub("", text)
            if re.fullmatch(r"\w+", text) and text in module.variables:
                text, line = module.variables[text].value, module.variables[text].line
            elif re.fullmatch(r"\w+", text):
                # Options of another file have no lines here: the call stands for all of them.
                text, line = " ".join(self._written(module, text).split()), call.line
            text = _CAST.sub("", text)
            options = members(text)
            place = self._evaluator.value(module, options.get("basePath", "")).literals
            options |= {"basePath": f'"{place[0]}"'} if place else {}
            plugins = {
                name: self._written(module, argument)
                for name, argument in self._plugins(module, options.get("plugins", "")).items()
            }
            yield Issuer(module, call, options, plugins, text, line)

    def _written(self, module: Module, argument: str) -> str:
        """Return the options of a plugin as written, where they stand in a constant as well."""
        if not re.fullmatch(r"[A-Za-z_$][\w$]*", argument.strip()):
            return argument
        found = self._project.symbol(module, argument.strip())
        variable = found.module.variables.get(found.name) if found else None
        return variable.value if variable else argument

    def _plugins(self, module: Module, text: str, depth: int = 0) -> dict[str, str]:
        """Return plugins by their own name with their argument, through lists kept elsewhere."""
        if re.fullmatch(r"\w+", text):
            return self._listed(module, text, depth)
        found: dict[str, str] = {}
        for part in split(text.strip().removeprefix("[").removesuffix("]")):
            match = re.search(r"([A-Za-z_]\w*)\((.*)\)\s*\]?$", part, re.DOTALL)
            if match and not part.startswith("..."):
                found[_own_name(module, match[1])] = match[2]
            elif part.startswith("..."):
                for name in re.findall(r"\b([A-Za-z_]\w*)\(", part):
                    written = part.partition(f"{name}(")[2].partition(")")[0]
                    found.setdefault(_own_name(module, name), written)
                for name in re.findall(r"\b([A-Za-z_]\w*)\b(?!\s*\()", part):
                    found = {**self._listed(module, name, depth), **found}
            elif re.fullmatch(r"\w+", part):
                found = {**self._listed(module, part, depth), **found}
        return found

    def _listed(self, module: Module, name: str, depth: int) -> dict[str, str]:
        """Return the plugins that a constant or a small function holds, here or in another file."""
        symbol = self._project.symbol(module, name) if depth < _HOPS else None
        if symbol is None:
            return {}
        variable = symbol.module.variables.get(symbol.name)
        if variable is not None and "=>" not in variable.value[:80]:
            text = re.sub(r"\s+(?:as|satisfies)\s+[\w.<>\[\]]+$", "", variable.value)
            return self._plugins(symbol.module, text, depth + 1)
        function = symbol.module.by_name.get(symbol.name)
        returned = (
            re.search(r"(?:\breturn|=>)\s*(\[[\s\S]*\])", function.text) if function else None
        )
        return self._plugins(symbol.module, returned[1], depth + 1) if returned else {}


def _own_name(module: Module, name: str) -> str:
    """Return the name that Better Auth gives a plugin which a file imports under another."""
    imported = module.imported.get(name)
    is_plugin = imported is not None and imported.module.startswith("better-auth")
    return imported.name if imported is not None and is_plugin else name
