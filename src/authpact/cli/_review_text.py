"""A review as a person or a program reads it."""

import json
from collections import Counter
from typing import Final

from authpact.findings import Finding
from authpact.report import render_findings
from authpact.review import Tree, Unreviewable, excerpt, masked, patch

_SHOWN: Final = 6
"""Places of one rule that are shown with their code; the others are named."""


def as_json(
    findings: tuple[Finding, ...],
    unreviewable: tuple[Unreviewable, ...],
    files: int,
    seconds: float,
) -> str:
    """Render the JSON that others script against."""
    document = json.loads(render_findings(findings, "json"))
    document["unreviewable"] = [{"file": u.file, "reason": u.reason} for u in unreviewable]
    document["stats"] = {"files": files, "seconds": round(seconds, 3)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _suggested(finding: Finding, text: str) -> list[str]:
    """Return the change a tool would make: a word for a safe one, a patch to read for another."""
    if finding.mend is None:
        return []
    if finding.mend.safe:
        return ["    --fix mends this."]
    shown = [masked(line, finding) for line in patch(finding, text)[2:]]
    return ["    Patch, to read and apply by hand:", *(f"      {line}".rstrip() for line in shown)]


def in_terminal(
    findings: tuple[Finding, ...], unreviewable: tuple[Unreviewable, ...], tree: Tree
) -> str:
    """Group by rule: the reason and the remedy once, then the places, the first with their code."""
    texts, lines = tree.texts, []
    for rule in dict.fromkeys(f.rule for f in findings):
        same = [f for f in findings if f.rule == rule]
        first = same[0]
        lines += [f"{first.severity.value} {rule} ({first.requirement})", f"  {first.why}"]
        lines += [f"  Remedy: {first.remedy}", ""]
        for finding in same[:_SHOWN]:
            text = texts.get(finding.location.file, "")
            lines += [_place(finding), *_excerpt(finding, text), *_suggested(finding, text)]
        if same[_SHOWN:]:
            more = _many(len(same) - _SHOWN, "more place")
            lines += [f"  and {more}:", *_listed(same[_SHOWN:], first.message)]
        lines.append("")
    lines += [
        f"not reviewed: {u.reason if u.file == '.' else f'{u.file}: {u.reason}'}"
        for u in unreviewable
    ]
    return "\n".join([*lines, _total(findings)]) + "\n"


def _place(finding: Finding) -> str:
    return f"  {finding.location.file}:{finding.location.line} {finding.message}"


def _excerpt(finding: Finding, text: str) -> list[str]:
    """Return the lines around a finding, secrets masked."""
    return [f"    {number:>5} | {code}".rstrip() for number, code in excerpt(finding, text)]


def _listed(findings: list[Finding], usual: str) -> list[str]:
    """Return places without their code: one line a file, or a place where it says another thing."""
    by_file: dict[str, list[int]] = {}
    others = [_place(f) for f in findings if f.message != usual]
    for finding in findings:
        if finding.message == usual:
            by_file.setdefault(finding.location.file, []).append(finding.location.line)
    named = [f"    {file}:{','.join(map(str, lines))}" for file, lines in by_file.items()]
    return [*named, *(f"  {other}" for other in others)]


def _total(findings: tuple[Finding, ...]) -> str:
    """Return how much was found, and how bad it is."""
    if not findings:
        return "No findings."
    counts = Counter(f.severity for f in findings)
    worst = sorted(counts, key=lambda s: -s.rank)
    files = len({f.location.file for f in findings})
    total = f"{_many(len(findings), 'finding')} in {_many(files, 'file')}"
    return f"{total}: {', '.join(f'{counts[s]} {s.value}' for s in worst)}."


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
