"""Cross-origin answers of the lab's API, written out so that each can be wrong."""

from collections.abc import Awaitable, Callable, MutableMapping

from lab.verifying import State

App = Callable[..., Awaitable[None]]


class Cors:
    def __init__(self, app: App, state: State) -> None:
        self.app, self.flaws = app, state.flaws
        self.listed = state.contract.frontend.origins

    def allowed(self, origin: str) -> str | None:
        if "cors-reflected" in self.flaws:
            return origin
        if "cors-wildcard" in self.flaws:
            return "*"
        if "cors-null" in self.flaws and origin == "null":
            return origin
        if "cors-prefix" in self.flaws and origin.startswith(self.listed):
            return origin
        return origin if origin in self.listed else None

    async def __call__(self, scope: MutableMapping[str, object], receive: App, send: App) -> None:
        headers = dict(scope.get("headers", []))
        origin = headers.get(b"origin", b"").decode("latin-1")
        allowed = self.allowed(origin) if scope["type"] == "http" and origin else None
        extra = [(b"access-control-allow-origin", allowed.encode())] if allowed else []
        if scope.get("method") == "OPTIONS":
            if allowed:
                extra += [
                    (b"access-control-allow-headers", b"authorization, content-type"),
                    (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
                ]
            status = 204 if allowed else 400
            await send({"type": "http.response.start", "status": status, "headers": extra})
            await send({"type": "http.response.body", "body": b""})
            return

        async def decorated(message: MutableMapping[str, object]) -> None:
            bare = "cors-missing-on-refusal" in self.flaws and message.get("status", 0) >= 400
            if message["type"] == "http.response.start" and not bare:
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self.app(scope, receive, decorated)
