from authpact.probe._case import Case
from authpact.probe._judge import ask_each, one_of
from authpact.probe._places import owned_paths
from authpact.probe._probe import Attempt, Probe


def attempt(case: Case) -> Attempt:
    """Call a path of Alice with the token of Bob, and the reverse."""
    alice, bob = case.alice, case.bob
    requests = (
        case.call(person=bob, path_user=alice.subject).labelled("Bob on Alice's path"),
        case.call(person=alice, path_user=bob.subject).labelled("Alice on Bob's path"),
        case.call(person=bob, path_user=f"{bob.subject}0").labelled("Bob on a path nearly his own"),
    )
    status = case.contract.ownership.foreign_path
    return ask_each(requests, one_of(status), f"A foreign path got {status} {{count}} times.")


PROBE = Probe(
    requirement="ownership:foreign-path",
    summary="Calls every path that names a user with the token of another user.",
    attempt=attempt,
    endpoints=owned_paths,
)
