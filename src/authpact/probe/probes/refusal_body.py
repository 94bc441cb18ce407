from collections.abc import Iterator

from authpact.probe._case import NO_TOKEN, Case
from authpact.probe._judge import Tally
from authpact.probe._messages import Request, Response
from authpact.probe._places import owned_paths
from authpact.probe._probe import Attempt, Probe, inconclusive


def refusals(case: Case) -> Iterator[Request]:
    """Build one request for each way to be refused."""
    token = case.caller(case.endpoint).token
    bare = case.call(token=NO_TOKEN)
    yield bare.labelled("no token")
    yield bare.header("Authorization", "Basic cHJvYmU6cHJvYmU=").labelled("Basic scheme")
    yield case.call(token="malformed").labelled("malformed token")  # noqa: S106  # deliberately none
    yield case.call(token=token[:-8] + "AAAAAAAA").labelled("changed signature")
    if case.signing:
        end = case.now - 3600
        expired = {**case.good, "iat": end - case.contract.token.lifetime, "exp": end}
        yield case.call(token=case.signer.sign(expired)).labelled("expired token")
    for place in owned_paths(case.contract)[:1]:
        request = case.call(place, person=case.bob, path_user=case.alice.subject)
        yield request.labelled("foreign path")
    for place in case.contract.endpoints:
        if place.grant.kind in {"role", "permission"}:
            yield case.call(place, person=case.bob).labelled(f"no {place.grant.kind}")


def shape(response: Response) -> str:
    """Ask for a JSON object with `detail` and `code`."""
    if "json" not in (response.header("Content-Type") or "").lower():
        return f"the body of a {response.status} is not JSON"
    for name in ("detail", "code"):
        value = response.member(name)
        if not isinstance(value, str) or not value:
            return f"the body of a {response.status} has no `{name}`"
    return ""


def attempt(case: Case) -> Attempt:
    """Get refused in every way and look at the bodies."""
    tally = Tally()
    for request in refusals(case):
        response = yield request
        if response.refused:
            tally.note(request.label, shape(response), response)
    if not tally.count:
        return inconclusive("Nothing was refused.")
    return tally.judge(f"All {tally.count} refusals are JSON with `detail` and `code`.")


PROBE = Probe(
    requirement="error:body",
    summary="Gets refused in every way and looks at the bodies.",
    attempt=attempt,
)
