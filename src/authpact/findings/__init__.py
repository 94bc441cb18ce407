"""Findings and verdicts: data that every judge produces and every report renders."""

from authpact.findings._model import (
    Confidence,
    Control,
    Exchange,
    Finding,
    Location,
    Mend,
    Outcome,
    Run,
    RunStats,
    Severity,
    Verdict,
)

__all__ = [
    "Confidence",
    "Control",
    "Exchange",
    "Finding",
    "Location",
    "Mend",
    "Outcome",
    "Run",
    "RunStats",
    "Severity",
    "Verdict",
]
