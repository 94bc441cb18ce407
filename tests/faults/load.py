"""Load: valid requests and forgeries side by side, and what became of each of them."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

from authpact.testing import LocalIssuer

CLIENTS = 6
PAUSE = 0.02
FORGED_EVERY = 4
RENEW_SECONDS = 1.0


@dataclass
class Tally:
    """Statuses of valid and forged requests; `broken` is a connection that ended."""

    valid: Counter[str] = field(default_factory=Counter)
    forged: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    lost_at: list[float] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return sum(self.valid.values()) - self.valid["200"]

    @property
    def accepted_forgeries(self) -> int:
        return self.forged["200"]

    @property
    def slowest(self) -> float:
        return max(self.latencies, default=0.0)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[int(len(ordered) * share)] if ordered else 0.0


def forgeries(current: Callable[[], LocalIssuer], *, unknown_ids: bool) -> Iterator[str]:
    """Yield tokens that must be refused, over and over; `current` signs valid ones now."""
    past = int(time.time()) - 7200  # noqa: TID251  # real time
    while True:
        signer = current()
        good = signer.token("u1")
        yield LocalIssuer(signer.contract, key_id=signer.key_id).token("u1")
        if unknown_ids:
            yield LocalIssuer(signer.contract, key_id=f"made-up-{uuid.uuid4()}").token("u1")
        yield signer.token("u1", aud="https://elsewhere.example")
        yield signer.token("u1", iat=past, exp=past + 600)
        yield good.rpartition(".")[0] + "." + "A" * len(good.rpartition(".")[2])
        yield signer.logout_token("s1")


class Load:
    """Runs against one address until the block that started it ends."""

    def __init__(
        self, url: str, signer: Callable[[], LocalIssuer], *, unknown_ids: bool = True
    ) -> None:
        self._url, self._signer = f"{url}/me", signer
        self.tally = Tally()
        self._bad = forgeries(signer, unknown_ids=unknown_ids)
        self.extra_forgeries: list[str] = []
        self._running = False

    async def during(self, fault: Callable[[], None], seconds: float) -> Tally:
        """Keep up the load for so long while `fault` runs in a thread."""
        self._running = True
        self.tally = Tally()
        clients = [asyncio.create_task(self._client(n)) for n in range(CLIENTS)]
        begun = time.monotonic()
        await asyncio.to_thread(fault)
        await asyncio.sleep(max(0.0, seconds - (time.monotonic() - begun)))
        self._running = False
        await asyncio.gather(*clients)
        return self.tally

    async def _client(self, number: int) -> None:
        token, made, count = "", 0.0, number
        limits = httpx.Limits(max_connections=1)
        async with httpx.AsyncClient(timeout=10, limits=limits, trust_env=False) as http:
            while self._running:
                count += 1
                if count % FORGED_EVERY == 0:
                    status, _ = await self._send(http, self._forgery())
                    self.tally.forged[status] += 1
                else:
                    if time.monotonic() - made > RENEW_SECONDS:
                        token, made = self._signer().token(f"u{number}"), time.monotonic()
                    status, spent = await self._send(http, token)
                    self.tally.valid[status] += 1
                    self.tally.latencies.append(spent)
                    if status != "200":
                        self.tally.lost_at.append(time.monotonic())
                await asyncio.sleep(PAUSE)

    def _forgery(self) -> str:
        if self.extra_forgeries:
            self.extra_forgeries.append(self.extra_forgeries.pop(0))
            return self.extra_forgeries[-1]
        return next(self._bad)

    async def _send(self, http: httpx.AsyncClient, token: str) -> tuple[str, float]:
        begun = time.perf_counter()
        try:
            answer = await http.get(self._url, headers={"Authorization": f"Bearer {token}"})
            status = str(answer.status_code)
        except httpx.HTTPError:
            status = "broken"
        return status, time.perf_counter() - begun
