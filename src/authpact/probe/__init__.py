"""Probes: prove or break every acceptance criterion on a running system."""

from authpact.probe._forge import Signer, Signing, from_jwk, from_jwk_file, generate, shared
from authpact.probe._probe import Need, Probe
from authpact.probe._registry import all_probes
from authpact.probe._runner import run, wall_clock
from authpact.probe._targets import (
    ApplicationTarget,
    RunningTarget,
    System,
    Target,
    deployed,
    import_application,
    signing_from_environment,
    target_of,
)

__all__ = [
    "ApplicationTarget",
    "Need",
    "Probe",
    "RunningTarget",
    "Signer",
    "Signing",
    "System",
    "Target",
    "all_probes",
    "deployed",
    "from_jwk",
    "from_jwk_file",
    "generate",
    "import_application",
    "run",
    "shared",
    "signing_from_environment",
    "target_of",
    "wall_clock",
]
