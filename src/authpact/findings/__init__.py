"""Findings and verdicts: data that every judge produces and every report renders."""

from authpact.findings._model import (
    Confidence,
    Exchange,
    Finding,
    Location,
    Outcome,
    Severity,
    Verdict,
)

__all__ = ["Confidence", "Exchange", "Finding", "Location", "Outcome", "Severity", "Verdict"]
