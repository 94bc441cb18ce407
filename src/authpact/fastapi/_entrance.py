"""The entrance: no request is served before the routes were held against the contract.

Requirements: access:deny-by-default, access:documented.
"""

from collections.abc import Callable, Iterator, Mapping

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from authpact.contract import Contract
from authpact.errors import ConfigurationError
from authpact.fastapi._runtime import RUNTIME, RouteRule, Runtime
from authpact.fastapi._walk import FoundRoute, applications, found_routes
from authpact.verify import judge_routes, rules_by_route, without_converters


class Entrance:
    """ASGI middleware that judges the routes at start-up, or at the first request without one.

    `prepare` is called for the application and for each one mounted in it.
    """

    def __init__(  # Starlette passes these by name
        self,
        app: ASGIApp,
        *,
        root: FastAPI,
        contract: Contract,
        runtime: Runtime,
        prepare: Callable[[FastAPI, Runtime], None],
    ) -> None:
        self._app = app
        self._root = root
        self._contract = contract
        self._runtime = runtime
        self._prepare = prepare

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or raise ConfigurationError: every time, so that nothing is ever let through."""
        if scope["type"] == "lifespan":
            await self._start(receive, send)
        elif self._runtime.rules is None:
            self._judge()
        scope[RUNTIME] = self._runtime
        await self._app(scope, receive, send)

    async def _start(self, receive: Receive, send: Send) -> None:
        """Fail the start in the words of ASGI: a server that only sees an exception may go on."""
        try:
            self._judge()
        except ConfigurationError as error:
            await receive()
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        self._runtime.refresh()

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


def _rule_of(contract: Contract, route: FoundRoute) -> RouteRule:
    declared = route.declared
    rule = rules_by_route(contract).get((declared.method, without_converters(declared.path)))
    if rule is None:
        return RouteRule(protected=bool(declared.demands), owner_parameter=None)
    return RouteRule(rule.access != "public", rule.owner_parameter)


def _ambiguous(rules: Mapping[FoundRoute, RouteRule]) -> Iterator[str]:
    """Yield functions that serve several paths under rules that differ."""
    seen: dict[tuple[int, str], RouteRule] = {}
    for route, rule in rules.items():
        if seen.setdefault((route.endpoint, route.declared.method), rule) != rule:
            yield f"{route.declared} shares its function with a path of another rule: write two"
