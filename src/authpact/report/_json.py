"""JSON: the schema that others script against, version 1."""

import json
from importlib.metadata import version
from typing import Final

from authpact.findings import Finding, Mend, Run, Verdict
from authpact.report._rows import evidence_of

SCHEMA: Final = 1


def tool() -> dict[str, str]:
    """Name and version of what wrote the report."""
    return {"name": "authpact", "version": version("authpact")}


def _dump(value: dict[str, object]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "probe": verdict.probe,
        "requirement": verdict.requirement,
        "criterion": verdict.criterion,
        "endpoint": verdict.endpoint,
        "verdict": verdict.outcome.value,
        "reason": verdict.reason,
        "evidence": evidence_of(verdict),
        "replay": verdict.replay,
    }


def run_as_json(run: Run) -> str:
    """Render a run: control, verdicts with evidence, stats."""
    control, stats = run.control, run.stats
    return _dump(
        {
            "schema": SCHEMA,
            "tool": tool(),
            "target": run.target,
            "contract": run.contract_hash,
            "control": {
                "held": True,
                "endpoint": control.endpoint,
                "with_token": control.with_token,
                "without_token": control.without_token,
            },
            "verdicts": [_verdict(v) for v in run.verdicts],
            "stats": {
                "started": stats.started,
                "seconds": stats.seconds,
                "requests": stats.requests,
                "probes": stats.probes,
                "representative": stats.representative,
                "every_endpoint": list(stats.every_endpoint),
            },
        }
    )


def _mend(mend: Mend) -> dict[str, object]:
    return {
        "safe": mend.safe,
        "line": mend.line,
        "column": mend.column,
        "end_line": mend.end_line,
        "end_column": mend.end_column,
        "text": mend.text,
    }


def finding_as_data(finding: Finding) -> dict[str, object]:
    """Return one finding under the names of the schema; `mend` is null where it takes a person."""
    return {
        "rule": finding.rule,
        "category": finding.category,
        "requirement": finding.requirement,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "file": finding.location.file,
        "line": finding.location.line,
        "column": finding.location.column,
        "message": finding.message,
        "why": finding.why,
        "remedy": finding.remedy,
        "fingerprint": finding.fingerprint,
        "mend": _mend(finding.mend) if finding.mend else None,
    }


def findings_as_json(findings: tuple[Finding, ...]) -> str:
    """Render findings, in their order."""
    return _dump(
        {
            "schema": SCHEMA,
            "tool": tool(),
            "findings": [finding_as_data(f) for f in findings],
            "unreviewable": [],
            "stats": {"files": len({f.location.file for f in findings})},
        }
    )
