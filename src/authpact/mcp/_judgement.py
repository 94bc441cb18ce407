"""Findings as clients receive them."""

from pydantic import BaseModel

from authpact.findings import Finding


class Fault(BaseModel, use_attribute_docstrings=True):
    """One thing that is wrong in a document."""

    rule: str
    requirement: str
    """Explained by the tool `explain`."""
    severity: str
    line: int
    message: str
    why: str
    remedy: str


def fault(finding: Finding) -> Fault:
    """Return the finding in the form of the server."""
    return Fault(
        rule=finding.rule,
        requirement=finding.requirement,
        severity=finding.severity.value,
        line=finding.location.line,
        message=finding.message,
        why=finding.why,
        remedy=finding.remedy,
    )
