"""Connections that outlive their request: sockets and streams end when the right to them does.

A token is verified when a connection opens. After that nothing arrives that could be refused, so
somebody has to look again: whether the token has run out, and whether its session was ended.

Requirements: session:token-after-sign-out, token:expiry.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Final, TypeVar

from fastapi import Depends
from fastapi.requests import HTTPConnection
from fastapi.websockets import WebSocket, WebSocketDisconnect

from authpact.errors import KeysUnavailable, VerificationError
from authpact.fastapi._refusals import log
from authpact.fastapi._runtime import Runtime
from authpact.verify import Principal

_EVERY: Final = 1.0
"""Seconds between two looks at the store of ended sessions."""
_POLICY_VIOLATION: Final = 1008
_TRY_AGAIN_LATER: Final = 1013
_END: Final = object()

Item = TypeVar("Item")


class Connection:
    """One open connection of a verified caller."""

    def __init__(self, connection: HTTPConnection, principal: Principal) -> None:
        self._scope = connection.scope
        self._runtime = Runtime.of(connection.scope)
        self._principal = principal

    async def ended(self) -> VerificationError | KeysUnavailable:
        """Wait until the token has run out or its session was ended; return the refusal.

        Where the store of ended sessions cannot be asked and the contract refuses then, that is a
        refusal too.
        """
        while True:
            try:
                await self._runtime.recheck(self._principal)
            except (VerificationError, KeysUnavailable) as refusal:
                log(self._scope, refusal)
                return refusal
            await asyncio.sleep(_EVERY)

    @asynccontextmanager
    async def closing(self, socket: WebSocket) -> AsyncIterator[None]:
        """Close an accepted socket as soon as the right to it ends (RFC 6455 7.4.1).

        The code is 1008, or 1013 where nobody can tell; the reason is the code of the refusal.
        """
        closing = asyncio.create_task(self._close(socket))
        try:
            yield
        except (RuntimeError, WebSocketDisconnect):
            if not closing.done():
                raise  # nobody closed it: the caller left, or the endpoint is wrong
        finally:
            closing.cancel()
            with suppress(asyncio.CancelledError):
                await closing

    async def _close(self, socket: WebSocket) -> None:
        refusal = await self.ended()
        unknown = isinstance(refusal, KeysUnavailable)
        await socket.close(_TRY_AGAIN_LATER if unknown else _POLICY_VIOLATION, refusal.code)

    async def stream(self, items: AsyncIterable[Item]) -> AsyncIterator[Item]:
        """Yield the items of a response that streams, until the right to it ends."""
        iterator = aiter(items)
        ending = asyncio.create_task(self.ended())
        step: asyncio.Task[object] | None = None
        try:
            while True:
                step = asyncio.create_task(_next(iterator))
                await asyncio.wait({step, ending}, return_when=asyncio.FIRST_COMPLETED)
                if ending.done() or step.result() is _END:
                    return
                yield step.result()  # type: ignore[misc]  # an item, since it is not the end
        finally:
            for task in (ending, step):
                if task is not None:
                    task.cancel()


async def _next(iterator: AsyncIterator[object]) -> object:
    return await anext(iterator, _END)


async def _connection(connection: HTTPConnection) -> Connection:
    principal = await Runtime.of(connection.scope).principal(connection.scope)
    return Connection(connection, principal)


OpenConnection = Annotated[Connection, Depends(_connection)]
"""For endpoints that keep a socket or a stream open, beside the dependency that lets the caller in:

    @app.websocket("/live")
    async def live(socket: WebSocket, _: CurrentPrincipal, connection: OpenConnection) -> None:
        await socket.accept()
        async with connection.closing(socket):
            async for text in socket.iter_text():
                await socket.send_text(text)

A streaming response is given `connection.stream(items)`.
"""
