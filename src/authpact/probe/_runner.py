"""A run: open the target, let people in, try the control, then execute every criterion."""

import platform
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Final, TypeVar

from authpact.contract import Contract, Criterion, Endpoint, criteria, digest
from authpact.errors import ProbeError
from authpact.findings import Control, Outcome, Run, RunStats, Verdict
from authpact.probe._case import NO_TOKEN, Case, Person
from authpact.probe._departures import departures
from authpact.probe._mask import exchange, replay
from authpact.probe._messages import Claims, Request, Response, Side
from authpact.probe._people import first_objects, invented, promoted, sign_up
from authpact.probe._places import representative
from authpact.probe._probe import Judgement, Need, Probe, inconclusive
from authpact.probe._registry import all_probes
from authpact.probe._targets import System, Target
from authpact.probe._transport import Transport

Clock = Callable[[], int]
_T = TypeVar("_T")
_EXHIBITS: Final = 3


def wall_clock() -> int:
    """Return the seconds since 1970."""
    return time.time_ns() // 1_000_000_000


def _ignore(_: Verdict) -> None:
    """Take no notice of a verdict."""


def run(
    contract: Contract,
    target: Target,
    on_verdict: Callable[[Verdict], None] = _ignore,
    *,
    only: frozenset[str] = frozenset(),
    clock: Clock = wall_clock,
) -> Run:
    """Probe one system: every criterion of the contract, or those whose probes are named.

    Creates accounts and objects in the system: never point it at production. Raises ProbeError
    when the system cannot be reached or the control fails; nothing is judged then.
    """
    start, started = time.monotonic(), clock()
    with target.open(contract) as system:
        sensitive = (system.auth_secret or "",)
        with Transport(system.api, system.issuer, sensitive) as transport:
            case = _prepare(contract, system, transport, clock)
            control = _control(case, transport)
            case = replace(case, objects=_drive(first_objects(case), transport.send))
            inquiry = _Inquiry(case, transport, clock)
            verdicts: list[Verdict] = []
            chosen = [c for c in criteria(contract) if not only or c.probe in only]
            for criterion in chosen:
                for verdict in inquiry.execute(criterion):
                    verdicts.append(verdict)
                    on_verdict(verdict)
            seconds = round(time.monotonic() - start, 3)
            stats = _stats(contract, chosen, transport.count, seconds)
            stats = replace(stats, started=started)
    return Run(system.name, digest(contract), tuple(chosen), control, tuple(verdicts), stats)


def _stats(contract: Contract, chosen: list[Criterion], requests: int, seconds: float) -> RunStats:
    probes = all_probes()
    stands = representative(contract)[0]
    wide = [c.probe for c in chosen if probes[c.probe].endpoints(contract) != (stands,)]
    wide = [slug for slug in wide if len(probes[slug].endpoints(contract)) > 1]
    return RunStats(seconds, requests, len(chosen), str(stands), tuple(wide), _versions())


def _versions() -> tuple[tuple[str, str], ...]:
    judges = tuple((name, version(name)) for name in ("authpact", "joserfc", "httpx"))
    return (*judges, ("Python", platform.python_version()))


def _drive(steps: Generator[Request, Response, _T], send: Callable[[Request], Response]) -> _T:
    try:
        request = next(steps)
        while True:
            request = steps.send(send(request))
    except StopIteration as end:
        value: _T = end.value
        return value


def _prepare(contract: Contract, system: System, transport: Transport, clock: Clock) -> Case:
    origin = next(iter(contract.frontend.origins), contract.token.issuer)
    signing = system.signing

    def meet(roles: tuple[str, ...] = ()) -> Person:
        if system.issuer and not roles:
            return _drive(sign_up(contract, origin), transport.send)
        if system.issuer and system.grant_role:
            step = promoted(contract, origin, roles[0], system.grant_role)
            return _drive(step, transport.send)
        if signing is None:
            raise ProbeError("The target gives neither a key nor an issuer to get a token from.")
        return invented(contract, signing.current, clock(), roles)

    may_promote = signing is not None or (system.issuer and system.grant_role)
    case = Case(
        contract,
        representative(contract)[0],
        alice=meet(),
        bob=meet(),
        now=clock(),
        by_role={r: meet((r,)) for r in contract.roles} if may_promote else {},
        signing=signing,
        public_keys=_public_keys(contract, system, transport),
        auth_secret=system.auth_secret,
        has_issuer=system.issuer is not None,
    )
    return _together(case) if contract.tenant_claim and signing else case


def _together(case: Case) -> Case:
    """Put everybody into the organization of Alice, so that only the owner tells them apart."""
    tenant = case.alice.tenant
    by_role = {role: case.in_tenant(person, tenant) for role, person in case.by_role.items()}
    return replace(case, bob=case.in_tenant(case.bob, tenant), by_role=by_role)


def _public_keys(contract: Contract, system: System, transport: Transport) -> tuple[Claims, ...]:
    if contract.token.mode != "jwks":
        return ()
    own = (system.signing.current.public,) if system.signing else ()
    if system.issuer is None:
        return own
    keys = transport.send(Request("GET", contract.keys.jwks_path, side=Side.ISSUER)).member("keys")
    published = [k for k in keys if isinstance(k, dict)] if isinstance(keys, list) else []
    return (*own, *(k for k in published if k.get("kid") not in {o["kid"] for o in own}))


def _control(case: Case, transport: Transport) -> Control:
    """Try a valid token and none; without this difference no other result means anything."""
    creation = (
        _drive(first_objects(case), transport.send) if case.endpoint.resource_parameter else {}
    )
    prepared = replace(case, objects=creation)
    allowed = transport.send(prepared.call())
    refused = transport.send(prepared.call(token=NO_TOKEN))
    control = Control(str(case.endpoint), allowed.status, refused.status)
    if not allowed.succeeded:
        raise ProbeError(
            f"The control failed: {case.endpoint} with a valid token answered {allowed.status}. "
            f"Nothing else was tried. {_suspicion(prepared)}"
        )
    if not refused.refused:
        raise ProbeError(
            f"The control failed: {case.endpoint} without a token answered {refused.status}. "
            "The endpoint is open, so nothing else would mean anything."
        )
    return control


def _suspicion(case: Case) -> str:
    """Say why a valid token may have been refused."""
    found = departures(case.contract, case.caller(case.endpoint).token)
    if found:
        return f"The issuer keeps to another contract: in its token {'; '.join(found)}."
    return "Compare issuer, audience, algorithm and keys of the API with the contract."


@dataclass(slots=True)
class _Inquiry:
    """Executes criteria against one prepared case."""

    case: Case
    transport: Transport
    clock: Clock
    log: list[tuple[Request, Response]] = field(default_factory=list)

    def execute(self, criterion: Criterion) -> Generator[Verdict, None, None]:
        """Yield one verdict for each endpoint the probe speaks about."""
        probe = all_probes()[criterion.probe]
        places = probe.endpoints(self.case.contract)
        for place in places:
            yield self._verdict(criterion, place, self._judge(probe, place))
        if not places:
            nowhere = inconclusive("the contract has no endpoint this speaks about")
            yield self._verdict(criterion, None, nowhere)

    def _judge(self, probe: Probe, place: Endpoint) -> Judgement:
        self.log.clear()
        missing = next((need for need in Need if need in probe.needs and not self._has(need)), None)
        if missing:
            return inconclusive(f"This {missing.value}.")
        case = replace(self.case, endpoint=place, now=self.clock())
        try:
            return _drive(probe.attempt(case), self._send)
        except ProbeError as error:
            return inconclusive(str(error))

    def _has(self, need: Need) -> bool:
        signing = self.case.signing
        return {
            Need.SIGNING: signing is not None,
            Need.ISSUER: self.case.has_issuer,
            Need.PUBLIC_KEY: bool(self.case.public_keys),
        }[need]

    def _send(self, request: Request) -> Response:
        response = self.transport.send(request)
        self.log.append((request, response))
        return response

    def _verdict(
        self, criterion: Criterion, place: Endpoint | None, judgement: Judgement
    ) -> Verdict:
        shown = [pair for pair in self.log if pair[1] in judgement.exhibits] or self.log[-1:]
        sensitive = sorted(self.transport.sensitive, key=len, reverse=True)
        command = (
            replay(shown[0][0], self.transport.base(shown[0][0].side), sensitive) if shown else ""
        )
        return Verdict(
            criterion.probe,
            criterion.requirement,
            criterion.id,
            str(place) if place else "",
            judgement.outcome,
            judgement.reason,
            tuple(exchange(q, a, sensitive) for q, a in shown[:_EXHIBITS]),
            command,
        )


__all__ = ["Clock", "Outcome", "run", "wall_clock"]
