"""Markdown: for pull requests and wikis."""

from authpact.findings import Finding, Outcome, Run, Verdict
from authpact.report._rows import Row, evidence_of, rows_of, tally_of


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def run_as_markdown(run: Run) -> str:
    """Render a run: summary, one table row for each criterion, what is broken in full."""
    rows, tally, control = rows_of(run), tally_of(run), run.control
    counts = ", ".join(f"{tally[outcome]} {outcome.value}" for outcome in Outcome)
    statuses = f"{control.with_token} with a valid token and {control.without_token} without one"
    lines = [
        "# Probe report",
        "",
        f"Target `{run.target}`, contract `{run.contract_hash}`. {len(rows)} criteria: {counts}.",
        "",
        f"Control: `{control.endpoint}` answered {statuses}.",
        "",
        "| Criterion | Verdict | Requirement | Why |",
        "| --- | --- | --- | --- |",
    ]
    for row in rows:
        reason = _cell(row.leading[0].reason) if row.leading else "not executed"
        shown = f"**{row.outcome}**" if row.outcome is Outcome.BROKEN else row.outcome.value
        lines.append(f"| {row.criterion.id} | {shown} | {row.requirement.id} | {reason} |")
    lines += [
        line
        for row in rows
        for verdict in row.verdicts
        if verdict.outcome is Outcome.BROKEN
        for line in _broken(row, verdict)
    ]
    return "\n".join(lines) + "\n"


def _broken(row: Row, verdict: Verdict) -> list[str]:
    lines = ["", f"## {row.criterion.id}: {verdict.endpoint}", "", row.criterion.sentence, ""]
    lines += [f"Found: {verdict.reason}", ""]
    lines += [f"Requirement `{row.requirement.id}` ({row.sources}).", ""]
    lines += ["```http", evidence_of(verdict), "```"]
    return lines + (["", f"Replay: `{verdict.replay}`"] if verdict.replay else [])


def findings_as_markdown(findings: tuple[Finding, ...]) -> str:
    """Render findings as one table."""
    if not findings:
        return "No findings.\n"
    lines = ["| Where | Severity | Rule | Message | Remedy |", "| --- | --- | --- | --- | --- |"]
    for f in findings:
        texts = f"{_cell(f.message)} | {_cell(f.remedy)}"
        lines.append(f"| `{f.location}` | {f.severity.value} | {f.rule} | {texts} |")
    return "\n".join(lines) + "\n"
