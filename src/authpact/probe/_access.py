"""The attempt that roles and permissions share: the same question about different grants."""

import re

from authpact.probe._case import Case, Person
from authpact.probe._judge import FORBIDDEN, SERVER_ERROR, UNAUTHORIZED, Tally, told
from authpact.probe._messages import Request, Response
from authpact.probe._places import holders
from authpact.probe._probe import Attempt, inconclusive


def insufficient(response: Response) -> str:
    """Ask for the answer of RFC 6750 section 3.1 to a token without the privilege."""
    if response.status != FORBIDDEN:
        return f"{told(response)} instead of 403"
    challenge = response.header("WWW-Authenticate") or ""
    if re.match(r'Bearer\b.*\berror="insufficient_scope"', challenge, re.IGNORECASE):
        return ""
    return 'answered 403 without `Bearer error="insufficient_scope"`'


def let_in(response: Response) -> str:
    """Ask for anything but a refusal of the caller or a failure."""
    if response.status in {0, UNAUTHORIZED, FORBIDDEN} or response.status >= SERVER_ERROR:
        return f"{told(response)} although the role is there"
    return ""


def _without(case: Case, names: frozenset[str]) -> dict[str, Request]:
    people = [case.alice, case.bob, *case.by_role.values()]
    outsiders = {p.subject: p for p in people if not names & set(p.roles)}
    requests = {_called(p): case.call(person=p) for p in outsiders.values()}
    if case.signing:
        claim = case.contract.token.roles_claim
        bare = {k: v for k, v in case.good.items() if k != claim}
        near = [f"{name}x" for name in names] + [name.upper() for name in names]
        requests["no roles claim"] = case.call(token=case.signer.sign(bare))
        requests["roles nearly right"] = case.call(token=case.signer.sign({**bare, claim: [*near]}))
    return requests


def _called(person: Person) -> str:
    return f"roles {', '.join(person.roles)}" if person.roles else "no role"


def try_grant(case: Case) -> Attempt:
    """Call the endpoint as people without the grant, then as people with it."""
    names = frozenset(holders(case.contract, case.endpoint.grant))
    tally = Tally()
    for label, request in _without(case, names).items():
        response = yield request.labelled(label)
        tally.note(label, insufficient(response), response)
    people = {p.subject: p for p in [*case.by_role.values(), case.alice]}
    inside = [p for p in people.values() if names & set(p.roles)]
    for person in inside:
        response = yield case.call(person=person).labelled(_called(person))
        tally.note(_called(person), let_in(response), response)
    if not inside and not tally.faults:
        return inconclusive("Nobody who may could be had: no key and no way to grant a role.")
    return tally.judge("People without the grant got 403, people with it were let in.")
