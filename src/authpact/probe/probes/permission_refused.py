from authpact.probe._access import try_grant
from authpact.probe._places import every_endpoint_of
from authpact.probe._probe import Probe

PROBE = Probe(
    requirement="access:permission",
    summary="Calls an endpoint for a permission with roles that grant it and that do not.",
    attempt=try_grant,
    endpoints=every_endpoint_of("permission"),
)
