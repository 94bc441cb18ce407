from authpact.probe._case import NO_TOKEN, Case
from authpact.probe._judge import told
from authpact.probe._places import every_endpoint_of
from authpact.probe._probe import Attempt, Probe, broken, held


def attempt(case: Case) -> Attempt:
    """Call a public endpoint without a token."""
    response = yield case.call(token=NO_TOKEN)
    absent = response.status == 404 and case.endpoint.resource_parameter is not None  # noqa: PLR2004  # not found
    if response.succeeded or absent:
        return held(f"Without a token it {told(response)}.", response)
    return broken(f"Without a token it {told(response)}, although it is public.", response)


PROBE = Probe(
    requirement="access:public",
    summary="Calls every public endpoint without a token.",
    attempt=attempt,
    endpoints=every_endpoint_of("public"),
)
