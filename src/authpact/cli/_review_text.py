"""A review as a person or a program reads it."""

import json

from authpact.findings import Finding
from authpact.report import render_findings
from authpact.review import Tree, Unreviewable, excerpt, masked, patch


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
    """Group by rule: the reason and the remedy once, then every place with its code."""
    texts, lines = tree.texts, []
    for rule in dict.fromkeys(f.rule for f in findings):
        same = [f for f in findings if f.rule == rule]
        first = same[0]
        lines += [f"{first.severity.value} {rule} ({first.requirement})", f"  {first.why}"]
        lines += [f"  Remedy: {first.remedy}", ""]
        for finding in same:
            lines.append(f"  {finding.location.file}:{finding.location.line} {finding.message}")
            text = texts.get(finding.location.file, "")
            lines += [
                f"    {number:>5} | {code}".rstrip() for number, code in excerpt(finding, text)
            ]
            lines += _suggested(finding, text)
        lines.append("")
    lines += [
        f"not reviewed: {u.reason if u.file == '.' else f'{u.file}: {u.reason}'}"
        for u in unreviewable
    ]
    files = len({f.location.file for f in findings})
    total = f"{_many(len(findings), 'finding')} in {_many(files, 'file')}"
    return "\n".join([*lines, f"{total}." if findings else "No findings."]) + "\n"


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
