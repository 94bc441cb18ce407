"""Figures for operators: how tokens were decided and how long that took, through OpenTelemetry.

Attributes carry codes and nothing of a request: no subject, no path, no token.

Requirements: logging:decisions, logging:no-tokens.
"""

import time
from typing import TYPE_CHECKING

from starlette.types import Scope

from authpact.errors import AccessError, KeysUnavailable, VerificationError
from authpact.fastapi._runtime import PRINCIPAL, Runtime
from authpact.verify import Principal, RemoteRevocations, Verifier

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter


class MeasuredRuntime(Runtime):
    """A runtime that counts; without a meter the plain one serves, at no cost.

    `authpact.verification.duration` is a histogram in seconds, `authpact.refusals` a counter; both
    have the attribute `code`, which is `accepted` or the code that the client was told.
    """

    def __init__(
        self, verifier: Verifier, remote: RemoteRevocations | None, meter: "Meter"
    ) -> None:
        super().__init__(verifier, remote)
        self._duration = meter.create_histogram(
            "authpact.verification.duration", "s", "Time from the header to a principal or refusal"
        )
        self._refusals = meter.create_counter(
            "authpact.refusals", "{refusal}", "Requests that were refused, by code"
        )

    async def principal(self, scope: Scope) -> Principal:
        """Return the caller and record how long it took. Raises as `Verifier.verify` does."""
        if PRINCIPAL in scope:
            return await super().principal(scope)
        code = "failed"
        start = time.perf_counter()
        try:
            principal = await super().principal(scope)
            code = "accepted"
        except (VerificationError, KeysUnavailable) as refusal:
            code = refusal.code
            raise
        finally:
            self._duration.record(time.perf_counter() - start, {"code": code})
        return principal

    def refused(self, refusal: VerificationError | AccessError | KeysUnavailable) -> None:
        """Count a refusal."""
        self._refusals.add(1, {"code": refusal.code})
