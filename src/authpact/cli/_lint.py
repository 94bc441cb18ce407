import sys
from pathlib import Path
from typing import Literal

from authpact.cli._input import read_text
from authpact.cli._output import emit, width
from authpact.compile import checklist, document_checks
from authpact.contract import load
from authpact.findings import Finding, Severity
from authpact.report import Format, RuleText, render_findings


def _rules() -> list[RuleText]:
    return [
        RuleText(slug, check.requirement, check.summary, check.why, check.remedy, check.severity)
        for slug, check in document_checks().items()
    ]


def _at_or_above(findings: tuple[Finding, ...], limit: Severity) -> bool:
    return any(finding.severity.rank >= limit.rank for finding in findings)


def lint(
    file: Path,
    /,
    *,
    contract: Path | None = None,
    format: Format = "terminal",  # noqa: A002
    output: Path | None = None,
    fail_on: Literal["info", "low", "medium", "high", "critical"] = "low",
) -> int:
    """Run the checklist over an authentication document, generated or written by hand.

    Parameters
    ----------
    file
        A specification (`authentication.md`) or a design document.
    contract
        Also hold the document against this contract.
    format
        How to write the findings.
    output
        Write to this file instead of stdout.
    fail_on
        Exit 1 when a finding is at least this severe.
    """
    found = checklist(read_text(file), load(contract) if contract else None, str(file))
    text = render_findings(
        found, format, rules=_rules(), width=width(), colour=output is None and sys.stdout.isatty()
    )
    emit(text, output)
    return 1 if _at_or_above(found, Severity(fail_on)) else 0
