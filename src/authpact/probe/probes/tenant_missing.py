from authpact.probe._case import Case
from authpact.probe._judge import FORBIDDEN, ask_each, one_of
from authpact.probe._places import tenant_operations
from authpact.probe._probe import Attempt, Need, Probe


def attempt(case: Case) -> Attempt:
    """Call the endpoint as somebody who may, with a token that names no organization."""
    who = case.caller(case.endpoint)
    alone = case.in_tenant(who, "")
    requests = (
        case.call(person=alone, path_tenant=who.tenant).labelled("no organization"),
        case.call(person=alone, path_tenant="null").labelled("no organization, null in the path"),
    )
    return ask_each(requests, one_of(FORBIDDEN), "Without an organization all {count} got 403.")


PROBE = Probe(
    requirement="tenant:required",
    summary="Calls every operation of an organization with a token that names none.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
    endpoints=tenant_operations,
)
