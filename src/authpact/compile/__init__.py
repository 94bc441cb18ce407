"""From the contract to documents, environment files and wiring of both sides."""

from authpact.compile._check import DocumentCheck
from authpact.compile._checklist import checklist, document_checks
from authpact.compile._compile import Target, render, targets
from authpact.compile._development import development_env, fresh_secret
from authpact.compile._paths import DESIGN, DOCUMENTS, SPECIFICATION
from authpact.compile._plan import OutputFile, Planned, State, plan, write

__all__ = [
    "DESIGN",
    "DOCUMENTS",
    "SPECIFICATION",
    "DocumentCheck",
    "OutputFile",
    "Planned",
    "State",
    "Target",
    "checklist",
    "development_env",
    "document_checks",
    "fresh_secret",
    "plan",
    "render",
    "targets",
    "write",
]
