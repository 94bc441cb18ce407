"""What a probe is: a generator that yields requests, receives responses and ends in a judgement."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from authpact.contract import Contract, Endpoint
from authpact.findings import Outcome
from authpact.probe._case import Case
from authpact.probe._messages import Request, Response
from authpact.probe._places import representative


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome, one plain sentence, and the responses that show it."""

    outcome: Outcome
    reason: str
    exhibits: tuple[Response, ...] = ()


def held(reason: str, *exhibits: Response) -> Judgement:
    """Judge that the requirement holds."""
    return Judgement(Outcome.HELD, reason, exhibits)


def broken(reason: str, *exhibits: Response) -> Judgement:
    """Judge that the requirement is broken."""
    return Judgement(Outcome.BROKEN, reason, exhibits)


def inconclusive(reason: str, *exhibits: Response) -> Judgement:
    """Judge that nothing could be found out."""
    return Judgement(Outcome.INCONCLUSIVE, reason, exhibits)


Attempt: TypeAlias = Generator[Request, Response, Judgement]


class Need(Enum):
    """What a probe cannot do without; the value says so to the reader of a report."""

    SIGNING = "needs a key the API accepts, to sign tokens with"
    ISSUER = "needs a running Better Auth (the target names none)"
    PUBLIC_KEY = "needs the issuer's public key"


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe; its slug is the name of its file."""

    requirement: str
    """Id of the requirement it proves."""
    summary: str
    """What is tried, in one sentence."""
    attempt: Callable[[Case], Attempt]
    needs: frozenset[Need] = field(default_factory=frozenset)
    endpoints: Callable[[Contract], tuple[Endpoint, ...]] = representative
    """Where it runs: once for each endpoint that this returns."""
