"""The contract: model, tables, loading with exact diagnostics, acceptance criteria."""

from authpact.contract._acceptance import Criterion, criteria
from authpact.contract._algorithms import ALGORITHMS, Algorithm
from authpact.contract._claims import CLAIMS, REGISTERED, Claim
from authpact.contract._default import default_contract
from authpact.contract._duration import render_duration
from authpact.contract._model import (
    PARAMETER,
    Access,
    Contract,
    Decision,
    Endpoint,
    Role,
)

__all__ = [
    "ALGORITHMS",
    "CLAIMS",
    "PARAMETER",
    "REGISTERED",
    "Access",
    "Algorithm",
    "Claim",
    "Contract",
    "Criterion",
    "Decision",
    "Endpoint",
    "Role",
    "criteria",
    "default_contract",
    "render_duration",
]
