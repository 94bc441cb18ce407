"""SARIF 2.1.0: for code scanning. Every rule is listed, fingerprints survive line moves."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from authpact.findings import Finding, Mend, Outcome, Run, Severity, Verdict
from authpact.report._json import tool
from authpact.report._rows import evidence_of, rows_of
from authpact.requirements import REQUIREMENTS

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {
    Severity.INFO: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
_SCORES: Final = {
    Severity.INFO: "0.0",
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
_CONTRACT_FILE: Final = "authpact.toml"


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a report says about a rule, found or not."""

    id: str
    requirement: str
    summary: str
    why: str
    remedy: str
    severity: Severity


def _rule(rule: RuleText) -> dict[str, object]:
    sources = REQUIREMENTS[rule.requirement].sources if rule.requirement in REQUIREMENTS else ()
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why or rule.summary},
        "help": {"text": rule.remedy or rule.summary},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", rule.requirement, *sources],
            "security-severity": _SCORES[rule.severity],
        },
    }


def _document(
    rules: list[RuleText], results: list[dict[str, object]], unread: Iterable[tuple[str, str]] = ()
) -> str:
    driver: dict[str, object] = {**tool(), "rules": [_rule(r) for r in rules]}
    run: dict[str, object] = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints"}
    notes = [_notification(file, reason) for file, reason in unread]
    run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": notes}]
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{**run, "results": results}]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _artifact(file: str) -> dict[str, object]:
    """Return a file as a URI reference (RFC 3986): folders such as `[...all]` are escaped."""
    return {"uri": quote(file, safe="/")}


def _fix(finding: Finding, mend: Mend) -> dict[str, object]:
    region = {
        "startLine": mend.line,
        "startColumn": mend.column,
        "endLine": mend.end_line,
        "endColumn": mend.end_column,
    }
    change = {"deletedRegion": region, "insertedContent": {"text": mend.text}}
    return {
        "description": {"text": finding.remedy},
        "artifactChanges": [
            {"artifactLocation": _artifact(finding.location.file), "replacements": [change]}
        ],
    }


def _notification(file: str, reason: str) -> dict[str, object]:
    """Tell that a file was not read, or not in full: what is not found in it proves nothing."""
    place = {"physicalLocation": {"artifactLocation": _artifact(file)}}
    text = f"{file} was not reviewed: it {reason}."
    return {"level": "warning", "message": {"text": text}, "locations": [place]}


def _result(finding: Finding, index: int) -> dict[str, object]:
    place = finding.location
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message} {finding.remedy}".strip()},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(place.file),
                    "region": {"startLine": place.line, "startColumn": place.column},
                }
            }
        ],
        "partialFingerprints": {"authpact/v1": finding.fingerprint},
        "properties": {"confidence": finding.confidence.value, "category": finding.category},
    }
    if finding.mend is not None:
        result["fixes"] = [_fix(finding, finding.mend)]
    return result


def findings_as_sarif(
    findings: tuple[Finding, ...],
    rules: Iterable[RuleText],
    unread: Iterable[tuple[str, str]] = (),
) -> str:
    """Render findings; `rules` lists every rule that was tried, found or not.

    `unread` are files that could not be judged, each with the reason.
    """
    listed = {rule.id: rule for rule in rules}
    for f in findings:
        known = RuleText(f.rule, f.requirement, f.rule, f.why, f.remedy, f.severity)
        listed.setdefault(f.rule, known)
    order = list(listed)
    results = [_result(f, order.index(f.rule)) for f in findings]
    return _document(list(listed.values()), results, unread)


def _broken(verdict: Verdict, index: int) -> dict[str, object]:
    identity = f"{verdict.criterion} {verdict.endpoint}".encode()
    place = {"fullyQualifiedName": verdict.endpoint or verdict.criterion, "kind": "member"}
    return {
        "ruleId": verdict.criterion,
        "ruleIndex": index,
        "level": "error",
        "message": {"text": f"{verdict.endpoint}: {verdict.reason}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _CONTRACT_FILE},
                    "region": {"startLine": 1, "startColumn": 1},
                },
                "logicalLocations": [place],
            }
        ],
        "partialFingerprints": {"authpact/v1": hashlib.sha256(identity).hexdigest()[:16]},
        "properties": {"evidence": evidence_of(verdict), "replay": verdict.replay},
    }


def run_as_sarif(run: Run) -> str:
    """Render the broken verdicts of a run; every criterion is listed as a rule."""
    rows = rows_of(run)
    rules = [
        RuleText(
            row.criterion.id,
            row.requirement.id,
            row.criterion.sentence,
            row.requirement.sentence,
            f"Sources: {row.sources}.",
            Severity.HIGH,
        )
        for row in rows
    ]
    order = [rule.id for rule in rules]
    broken = [v for v in run.verdicts if v.outcome is Outcome.BROKEN]
    return _document(rules, [_broken(v, order.index(v.criterion)) for v in broken])
