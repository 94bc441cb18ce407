"""The contract: model, tables, loading with exact diagnostics, acceptance criteria."""

from authpact.contract._acceptance import Criterion, criteria
from authpact.contract._accepted import Decision, Deviation, DeviationKind
from authpact.contract._algorithms import ALGORITHMS, Algorithm
from authpact.contract._claims import CLAIMS, REGISTERED, Claim
from authpact.contract._default import default_contract
from authpact.contract._diagnostics import ContractError, Diagnostic
from authpact.contract._duration import parse_duration, render_duration
from authpact.contract._load import Parsed, load, parse
from authpact.contract._model import (
    Access,
    Contract,
    Endpoint,
    Role,
    Tenant,
)
from authpact.contract._reference import FieldReference, fields
from authpact.contract._render import digest, json_schema, to_json, to_toml
from authpact.contract._secrets import secret_kind
from authpact.contract._strike import STRUCK, struck
from authpact.contract._texts import PARAMETER

__all__ = [
    "ALGORITHMS",
    "CLAIMS",
    "PARAMETER",
    "REGISTERED",
    "STRUCK",
    "Access",
    "Algorithm",
    "Claim",
    "Contract",
    "ContractError",
    "Criterion",
    "Decision",
    "Deviation",
    "DeviationKind",
    "Diagnostic",
    "Endpoint",
    "FieldReference",
    "Parsed",
    "Role",
    "Tenant",
    "criteria",
    "default_contract",
    "digest",
    "fields",
    "json_schema",
    "load",
    "parse",
    "parse_duration",
    "render_duration",
    "secret_kind",
    "struck",
    "to_json",
    "to_toml",
]
