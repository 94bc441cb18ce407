from authpact.probe._access import try_grant
from authpact.probe._places import every_endpoint_of
from authpact.probe._probe import Probe

PROBE = Probe(
    requirement="access:role",
    summary="Calls an endpoint for a role with and without that role.",
    attempt=try_grant,
    endpoints=every_endpoint_of("role"),
)
