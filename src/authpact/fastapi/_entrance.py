"""The entrance: no request is served before the routes were held against the contract.

It is the CORS middleware too: every layer of middleware costs every request a call, so there is
one. A request without an Origin header is not of a browser's making and passes by what CORS does.

Requirements: access:deny-by-default, access:documented, browser:cors.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authpact.contract import Contract
from authpact.errors import ConfigurationError
from authpact.fastapi._runtime import RUNTIME, RouteRule, Runtime
from authpact.fastapi._walk import FoundRoute, applications, found_routes
from authpact.verify import judge_routes, rules_by_route, without_converters

_NONE: Final[Mapping[bytes, bytes]] = MappingProxyType({})
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Entrance(CORSMiddleware):
    """ASGI middleware that judges the routes at start-up, or at the first request without one.

    `origins` may call from a browser. `prepare` is called for each application mounted in `root`.
    """

    def __init__(  # Starlette passes these by name
        self,
        app: ASGIApp,
        *,
        root: FastAPI,
        contract: Contract,
        runtime: Runtime,
        origins: tuple[str, ...],
        prepare: Callable[[FastAPI, Runtime], None],
    ) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=("Authorization", "Content-Type"),
            expose_headers=("WWW-Authenticate", "Retry-After"),
        )
        self._root = root
        self._contract = contract
        self._runtime = runtime
        self._prepare = prepare

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or raise ConfigurationError: every time, so that nothing is ever let through."""
        scope[RUNTIME] = self._runtime
        kind = scope["type"]
        if kind == "lifespan":
            await self._start(receive, send)
        elif self._runtime.rules is None:
            self._judge()
        headers = dict(scope["headers"]) if kind == "http" else _NONE
        if b"origin" in headers:
            await super().__call__(scope, receive, send)
        elif kind != "http" or b"authorization" in headers:  # shared by no cache: RFC 9111 3.5
            await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, _varying(send))

    async def _start(self, receive: Receive, send: Send) -> None:
        """Fail the start in the words of ASGI: a server that only sees an exception may go on."""
        try:
            self._judge()
        except ConfigurationError as error:
            await receive()
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        self._runtime.refresh()
        await self._runtime.open_store()

    def _judge(self) -> None:
        found = tuple(found_routes(self._root))
        own = f"POST {self._contract.revocation.path}"
        backchannel = self._contract.revocation.mode == "backchannel"
        judged = [
            route.declared for route in found if not (backchannel and str(route.declared) == own)
        ]
        rules = {route: _rule_of(self._contract, route) for route in found}
        problems = [*judge_routes(self._contract, judged), *_ambiguous(rules)]
        if problems:
            raise ConfigurationError(*problems)
        for app in applications(self._root):
            if app is not self._root:
                self._prepare(app, self._runtime)
                app.middleware_stack = None
        self._runtime.rules = {
            (route.endpoint, route.declared.method): rule for route, rule in rules.items()
        }


def _varying(send: Send) -> Send:
    """Tell caches that the answer to a browser would have more headers (Fetch standard, CORS)."""

    def send_varying(message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"vary", b"Origin")]
        return send(message)

    return send_varying


def _rule_of(contract: Contract, route: FoundRoute) -> RouteRule:
    declared = route.declared
    rule = rules_by_route(contract).get((declared.method, without_converters(declared.path)))
    if rule is None:
        return RouteRule(protected=bool(declared.demands), owner_parameter=None)
    return RouteRule(
        protected=rule.access != "public",
        owner_parameter=rule.owner_parameter,
        needs_tenant=rule.tenant_from is not None,
        tenant_parameter=rule.tenant_parameter,
    )


def _ambiguous(rules: Mapping[FoundRoute, RouteRule]) -> Iterator[str]:
    """Yield functions that serve several paths under rules that differ."""
    seen: dict[tuple[int, str], RouteRule] = {}
    for route, rule in rules.items():
        if seen.setdefault((route.endpoint, route.declared.method), rule) != rule:
            yield f"{route.declared} shares its function with a path of another rule: write two"
