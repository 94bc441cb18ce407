"""FastAPI applications: routers, routes, and what protects them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from authpact.review._model import Call, Function, Module
from authpact.review._project import Project
from authpact.review._text import literal, split

METHODS: Final = frozenset(
    ["get", "post", "put", "patch", "delete", "head", "options", "websocket", "api_route"]
)
_ROUTER: Final = re.compile(r"^(?:[\w.]+\.)?(FastAPI|APIRouter|Router)\(")
_DEPENDS: Final = re.compile(r"(?:Depends|Security)\(\s*([\w.]+)?")
_DEEP: Final = 7
_NAMES_AUTH: Final = re.compile(
    r"^(?:get_|fetch_|load_|resolve_)?(?:optional_)?(?:current|verified|authenticated|authed|authorized|active|admin)_"
    r"?\w*(?:user|principal|claims|identity|account|member|admin|tenant|practice|org\w*|session|auth)"
    r"|^(?:verify|validate|check|require|ensure|enforce)_\w*(?:token|jwt|auth\w*|user\w*|access|session"
    r"|api_?key|secret|admin|role\w*|permission\w*|owner\w*|credentials|signature|login)"
    r"|^require_\w+|^requires?_(?:auth|login)|^(?:jwt|auth|token|login|user|role|admin)_(?:required|bearer|dependency|guard|user)"
    r"|^(?:get_)?(?:auth|jwt|token)_?(?:context|claims|payload|user\w*|subject)$|^get_(?:user|claims)_(?:id_)?from_\w+|^get_user_id\b"
    r"|^authenticate|^authenticated|^authorize|^(?:user|current)_?(?:user)?_?id_?from_|^protected$|^get_principal"
    r"|(?:RoleChecker|JWTBearer|PermissionChecker|AuthBearer|CurrentUser|CurrentPrincipal|RequireRole|RequirePermission)"
)
_EVIDENCE: Final = re.compile(
    r"\bjwt\.decode\(|\.get_signing_key_from_jwt\(|compare_digest\(|jwt\.get_unverified"
    r"|HTTPAuthorizationCredentials|verify_id_token\(|\.decode_token\(|Webhook\(|construct_event\("
)
_READS_CREDENTIAL: Final = re.compile(
    r"headers(?:\.get\(|\[)\s*[\"'](?:authorization|x-api-key|x-[\w-]*(?:secret|token|key|signature))[\"']"
    r"|cookies(?:\.get\(|\[)|Header\(|Cookie\(|session_token|authorization",
    re.IGNORECASE,
)
_REFUSES: Final = re.compile(
    r"\b401\b|HTTP_401|\b403\b|HTTP_403|Unauthorized|unauthorized|1008|4001|close\("
)
_SCHEMES: Final = re.compile(
    r"(?:HTTPBearer|OAuth2PasswordBearer|APIKeyHeader|APIKeyCookie|HTTPBasic|OAuth2)\("
)


@dataclass(frozen=True, slots=True)
class Router:
    """One FastAPI application or router."""

    module: Module
    name: str
    is_application: bool
    prefix: str
    dependencies: str
    line: int


@dataclass(frozen=True, slots=True)
class Include:
    """`parent.include_router(child, …)` or a mount."""

    parent: tuple[str, str]
    child: tuple[str, str]
    prefix: str
    dependencies: str
    module: Module


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `paths` are its full paths, one for each way it is included."""

    module: Module
    function: Function
    decorator: Call
    method: str
    path: str
    paths: tuple[str, ...]
    protected: bool
    """Something that authenticates stands before or inside of it."""
    reachable: bool
    """An application of the tree includes it."""
    principal: str
    """Name of the parameter that holds who calls, empty when there is none."""

    @property
    def line(self) -> int:
        """Line of the function's definition."""
        return self.function.line


def _key(module: Module, name: str) -> tuple[str, str]:
    return module.path, name


def _joined(*parts: str) -> str:
    return "/" + "/".join(p.strip("/") for p in parts if p.strip("/"))


_DEVELOPMENT: Final = re.compile(r"^\s*(?:if|elif)\b[^\n]*(?:env|debug|local|dev)", re.IGNORECASE)


def _only_in_development(module: Module, call: Call) -> bool:
    """Whether a call stands below an `if` about the environment."""
    text = module.lines[call.line - 1]
    depth = len(text) - len(text.lstrip())
    for number in range(call.line - 2, max(-1, call.line - 12), -1):
        line = module.lines[number]
        if line.strip() and len(line) - len(line.lstrip()) < depth:
            return bool(_DEVELOPMENT.match(line))
    return False


class Application:
    """Reads every application of a project once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.routers = {_key(r.module, r.name): r for m in project.python for r in _routers(m)}
        self.includes = [i for m in project.python for i in self._includes(m)]
        self._guards: dict[tuple[str, str], bool] = {}
        self._middleware = {m.path: self._guarding_middleware(m) for m in project.python}
        self.routes = tuple(r for m in project.python for r in self._routes(m))

    def _target(self, module: Module, text: str) -> tuple[str, str] | None:
        text = text.strip()
        if _key(module, text) in self.routers:
            return _key(module, text)
        found = self.project.symbol(module, text)
        if found is None:
            return None
        if found.name:
            return _key(found.module, found.name)
        return next((k for k in self.routers if k[0] == found.module.path), None)

    def _includes(self, module: Module) -> Iterable[Include]:
        for call in module.called("include_router", "mount"):
            is_mount = call.last == "mount"
            child = self._target(
                module, call.text_of("app" if is_mount else "router", int(is_mount))
            )
            parent = self._target(module, call.name.rpartition(".")[0])
            if child is None or parent is None or _only_in_development(module, call):
                continue
            prefix = literal(call.text_of("path", 0) if is_mount else call.text_of("prefix")) or ""
            yield Include(parent, child, prefix, call.text_of("dependencies"), module)

    def authenticates(self, module: Module, name: str, depth: int = 0) -> bool:
        """Whether a dependency or function, or anything it uses, checks who calls."""
        last = name.rpartition(".")[2]
        if _NAMES_AUTH.search(last):
            return True
        if depth > _DEEP or not name:
            return False
        key = (module.path, name)
        if key not in self._guards:
            self._guards[key] = False
            self._guards[key] = self._judge(module, name, depth)
        return self._guards[key]

    def _judge(self, module: Module, name: str, depth: int) -> bool:
        found = self.project.symbol(module, name)
        if found is None:
            return False
        home, label = found.module, found.name.partition(".")[0]
        variable = home.variables.get(label)
        if variable is not None and (
            _SCHEMES.search(variable.value) or self.guards(home, variable.value, depth + 1)
        ):
            return True
        kind = next((c for c in home.classes if c.name == label), None)
        if kind is not None:
            return bool(_EVIDENCE.search(kind.text)) or any(
                b in {"HTTPBearer", "OAuth2PasswordBearer", "APIKeyHeader"} for b in kind.bases
            )
        function = home.by_name.get(label)
        return function is not None and self.checks(home, function, depth + 1)

    def guards(self, module: Module, text: str, depth: int = 0) -> bool:
        """Whether a text with `Depends(…)` or the name of an alias authenticates."""
        for name in _DEPENDS.findall(text):
            if name and self.authenticates(module, name, depth + 1):
                return True
        names = re.findall(r"[A-Za-z_][\w.]*", re.sub(r"([\"']).*?\1", "", text))
        return any(
            self._alias(module, n, depth)
            for n in names
            if n not in {"Depends", "Security", "Annotated"}
        )

    def _alias(self, module: Module, name: str, depth: int) -> bool:
        """Whether a name is a module-level alias that holds a guarding dependency."""
        if depth > _DEEP:
            return False
        found = self.project.symbol(module, name)
        if found is None:
            return False
        variable = found.module.variables.get(found.name)
        if variable is None or not re.search(r"Depends|Security|Annotated|\[", variable.value):
            return False
        return self.guards(found.module, variable.value, depth + 1)

    def checks(self, module: Module, function: Function, depth: int = 0) -> bool:
        """Whether a function authenticates in its parameters, its body or what it calls."""
        body = function.text
        if _EVIDENCE.search(body) or (_READS_CREDENTIAL.search(body) and _REFUSES.search(body)):
            return True
        if depth > _DEEP:
            return False
        if any(
            self.guards(module, f"{p.annotation} {p.default}", depth) for p in function.parameters
        ):
            return True
        for call in module.calls_in(function):
            if call.last in {"Depends", "Security"}:
                continue
            if _NAMES_AUTH.search(call.last) and "password" not in call.last:
                return True
            if self.project.function(module, call.name) and self.authenticates(
                module, call.name, depth + 1
            ):
                return True
        return False

    def _guarding_middleware(self, module: Module) -> bool:
        """Whether something installed here refuses requests without a credential."""
        for one in module.imports:
            if one.module == "authpact.fastapi" and one.name == "install":
                return True
        for function in module.functions:
            if any(d.last == "middleware" for d in function.decorators) and _refuses(function.text):
                return True
        for call in module.called("add_middleware"):
            name = call.text_of("", 0) or (call.arguments[0].text if call.arguments else "")
            found = self.project.symbol(module, name)
            if found is None:
                continue
            kind = next((c for c in found.module.classes if c.name == found.name), None)
            if kind is not None and _refuses(kind.text):
                return True
        return False

    def _routes(self, module: Module) -> Iterable[Route]:
        for function in module.functions:
            for decorator in function.decorators:
                owner, _, method = decorator.name.rpartition(".")
                if method in METHODS and _key(module, owner) in self.routers:
                    yield self._route(module, function, decorator, owner, method)

    def _route(
        self, module: Module, function: Function, decorator: Call, owner: str, method: str
    ) -> Route:
        path = literal(decorator.text_of("path", 0)) or ""
        ways = self._ways(_key(module, owner), 0)
        shielded = bool(ways) and all(guarded for _, guarded in ways)
        own = self.guards(module, decorator.text_of("dependencies"))
        principal = self._principal(module, function)
        inside = self.checks(module, function)
        full = tuple(dict.fromkeys(_joined(prefix, path) for prefix, _ in ways)) or (
            _joined(self.routers[_key(module, owner)].prefix, path),
        )
        return Route(
            module,
            function,
            decorator,
            method,
            path,
            full,
            shielded or own or inside,
            bool(ways),
            principal,
        )

    def _principal(self, module: Module, function: Function) -> str:
        for parameter in function.parameters:
            if self.guards(module, f"{parameter.annotation} {parameter.default}"):
                return parameter.name
        return ""

    def _ways(self, key: tuple[str, str], depth: int) -> list[tuple[str, bool]]:
        """Return (prefix, guarded) for each way from an application to a router."""
        router = self.routers.get(key)
        if router is None or depth > _DEEP:
            return []
        own = self.guards(router.module, router.dependencies) if router.dependencies else False
        if router.is_application:
            return [(router.prefix, own or self._middleware.get(key[0], False))]
        found = []
        for include in self.includes:
            if include.child != key or include.parent == key:
                continue
            guarded = own or (
                bool(include.dependencies) and self.guards(include.module, include.dependencies)
            )
            for prefix, before in self._ways(include.parent, depth + 1):
                found.append((_joined(prefix, include.prefix, router.prefix), before or guarded))
        return found


def _refuses(text: str) -> bool:
    return bool(_READS_CREDENTIAL.search(text) and re.search(r"\b401\b|HTTP_401", text))


def _routers(module: Module) -> Iterable[Router]:
    for one in module.assignments:
        match = _ROUTER.match(one.value)
        if not match or not re.fullmatch(r"\w+", one.target):
            continue
        inner = one.value[one.value.find("(") + 1 : one.value.rfind(")")]
        named = {}
        for part in split(inner):
            name, equals, value = part.partition("=")
            if equals:
                named[name.strip()] = value.strip()
        prefix = literal(named.get("prefix", "")) or ""
        is_application = match[1] == "FastAPI"
        yield Router(
            module, one.target, is_application, prefix, named.get("dependencies", ""), one.line
        )
    for function in module.functions:
        for parameter in function.parameters:
            if parameter.annotation.rpartition(".")[2] == "FastAPI":
                yield Router(module, parameter.name, True, "", "", parameter.line)
