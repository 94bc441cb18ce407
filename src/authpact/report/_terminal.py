"""Terminal: a table that is readable at 80 columns, then what is broken in full."""

from collections.abc import Iterable
from io import StringIO
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from authpact.findings import Finding, Outcome, Run, Severity
from authpact.report._rows import Row, exchange_as_text, rows_of, tally_of

_COLOURS: Final = {
    Outcome.HELD: "green",
    Outcome.BROKEN: "bold red",
    Outcome.INCONCLUSIVE: "yellow",
}
_SEVERITIES: Final = {
    Severity.INFO: "dim",
    Severity.LOW: "cyan",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "red",
    Severity.CRITICAL: "bold red",
}


def _console(width: int, *, colour: bool) -> tuple[Console, StringIO]:
    text = StringIO()
    console = Console(
        file=text,
        width=width,
        force_terminal=colour,
        no_color=not colour,
        highlight=False,
        markup=False,
        legacy_windows=False,
    )
    return console, text


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def _table(rows: Iterable[Row]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("criterion", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("why", overflow="fold", ratio=1)
    for row in rows:
        good = sum(v.outcome is Outcome.HELD for v in row.verdicts)
        count = f" {good}/{len(row.verdicts)}" if len(row.verdicts) > 1 else ""
        reason = next((v.reason for v in row.leading), "not executed")
        verdict = Text(f"{row.outcome.value}{count}", style=_COLOURS[row.outcome])
        table.add_row(row.criterion.id, verdict, reason)
    return table


def _print_broken(console: Console, row: Row) -> None:
    """Print a broken criterion once: the first endpoint in full, the others by name."""
    first, *others = row.leading
    console.print()
    console.print(Text(f"{row.criterion.id} is broken: {first.endpoint}", style="bold red"))
    lines = [
        row.criterion.sentence,
        f"Requirement {row.requirement.id} ({row.sources})",
        f"Found: {first.reason}",
    ]
    if others:
        lines.append(f"Broken too: {', '.join(v.endpoint for v in others)}")
    for line in lines:
        console.print(Padding(Text(line), (0, 0, 0, 2)))
    for exchange in first.exchanges[:1]:
        shown = Text(exchange_as_text(exchange), style="dim", overflow="fold")
        console.print(Padding(shown, (0, 0, 0, 4)))
    if first.replay:
        console.print(Padding(Text(f"Replay: {first.replay}", overflow="fold"), (0, 0, 0, 2)))


def run_in_terminal(run: Run, width: int, *, colour: bool) -> str:
    """Render a run for a person at a terminal of this width."""
    console, text = _console(width, colour=colour)
    control, rows, tally = run.control, rows_of(run), tally_of(run)
    console.print(Text(f"Probed {run.target} against contract {run.contract_hash}", style="bold"))
    console.print(
        f"Control: {control.endpoint} answered {control.with_token} with a valid token, "
        f"{control.without_token} without one."
    )
    console.print()
    console.print(_table(rows))
    for row in rows:
        if row.outcome is Outcome.BROKEN:
            _print_broken(console, row)
    console.print()
    counts = ", ".join(f"{tally[outcome]} {outcome.value}" for outcome in Outcome)
    console.print(Text(f"{len(rows)} criteria: {counts}.", style="bold"))
    console.print(
        f"{len(run.verdicts)} verdicts from {run.stats.requests} requests in "
        f"{run.stats.seconds:.1f} s. What runs once ran on {run.stats.representative}."
    )
    return _plain(text.getvalue())


def findings_in_terminal(findings: tuple[Finding, ...], width: int, *, colour: bool) -> str:
    """Render findings for a person at a terminal of this width."""
    console, text = _console(width, colour=colour)
    for finding in findings:
        head = Text(f"{finding.location} ")
        head.append(finding.severity.value, style=_SEVERITIES[finding.severity])
        head.append(f" {finding.rule}", style="bold")
        console.print(head)
        lines = (finding.message, f"Why: {finding.why}", f"Remedy: {finding.remedy}")
        for line in (*lines, f"Requirement {finding.requirement}"):
            console.print(Padding(Text(line), (0, 0, 0, 2)))
        console.print()
    files = len({f.location.file for f in findings})
    noun = "finding" if len(findings) == 1 else "findings"
    summary = f"{len(findings)} {noun} in {files} file{'' if files == 1 else 's'}."
    console.print(Text(summary if findings else "No findings.", style="bold"))
    return _plain(text.getvalue())
