import secrets

from authpact.probe._case import Case
from authpact.probe._judge import ask_each, one_of
from authpact.probe._places import tenant_paths
from authpact.probe._probe import Attempt, Need, Probe


def attempt(case: Case) -> Attempt:
    """Call a path of one organization with a token of another, and the reverse."""
    who = case.caller(case.endpoint)
    stranger = case.in_tenant(who, secrets.token_hex(16))
    requests = (
        case.call(person=stranger, path_tenant=who.tenant).labelled("a token of another one"),
        case.call(person=who, path_tenant=stranger.tenant).labelled("a path of another one"),
        case.call(person=who, path_tenant=f"{who.tenant}0").labelled("a path nearly right"),
    )
    status = case.contract.ownership.foreign_path
    return ask_each(
        requests, one_of(status), f"A foreign organization got {status} {{count}} times."
    )


PROBE = Probe(
    requirement="tenant:foreign-path",
    summary="Calls every path that names an organization with the token of another one.",
    attempt=attempt,
    needs=frozenset({Need.SIGNING}),
    endpoints=tenant_paths,
)
