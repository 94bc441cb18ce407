import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from authpact.cli._output import emit, width
from authpact.contract import Contract, load
from authpact.errors import AuthpactError
from authpact.findings import Finding, Severity
from authpact.report import Format, RuleText, render_findings
from authpact.review import (
    SUPPRESSIONS_FILE,
    Facts,
    Tree,
    Unreviewable,
    all_rules,
    baseline_of,
    beyond,
    drift,
    excerpt,
    findings_in,
    from_file,
    inline,
    live_routes,
    read_baseline,
    read_tree,
    tree_at,
    without,
)
from authpact.review import infer as infer_contract


def _rules() -> list[RuleText]:
    return [
        RuleText(slug, rule.requirement, rule.summary, rule.why, rule.remedy, rule.severity)
        for slug, rule in all_rules().items()
    ]


def _texts(tree: Tree) -> dict[str, str]:
    return {s.path: s.text for s in (*tree.python, *tree.scripts, *tree.plain)}


def _as_json(
    findings: tuple[Finding, ...],
    unreviewable: tuple[Unreviewable, ...],
    files: int,
    seconds: float,
) -> str:
    document = json.loads(render_findings(findings, "json"))
    document["unreviewable"] = [{"file": u.file, "reason": u.reason} for u in unreviewable]
    document["stats"] = {"files": files, "seconds": round(seconds, 3)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _in_terminal(
    findings: tuple[Finding, ...], unreviewable: tuple[Unreviewable, ...], tree: Tree
) -> str:
    """Group by rule: the reason and the remedy once, then every place with its code."""
    texts, lines = _texts(tree), []
    for rule in dict.fromkeys(f.rule for f in findings):
        same = [f for f in findings if f.rule == rule]
        first = same[0]
        lines += [f"{first.severity.value} {rule} ({first.requirement})", f"  {first.why}"]
        lines += [f"  Remedy: {first.remedy}", ""]
        for finding in same:
            lines.append(f"  {finding.location.file}:{finding.location.line} {finding.message}")
            shown = excerpt(finding, texts.get(finding.location.file, ""))
            lines += [f"    {number:>5} | {code}".rstrip() for number, code in shown]
        lines.append("")
    lines += [f"not reviewed: {u.file}: {u.reason}" for u in unreviewable]
    count = "No findings" if not findings else f"{len(findings)} findings"
    files = len({f.location.file for f in findings})
    return "\n".join([*lines, f"{count} in {files} files." if findings else f"{count}."]) + "\n"


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is compared with what."""

    path: Path
    contract: Contract | None
    diff: str | None
    baseline: Path | None
    today: date

    def all(self, facts: Facts) -> tuple[Finding, ...]:
        """Return the findings of the rules, and of the contract when there is one."""
        return findings_in(facts) + (drift(facts, self.contract) if self.contract else ())

    def kept(self, facts: Facts) -> tuple[Finding, ...]:
        """Return the findings that nothing accepts or knows already."""
        file = self.path / SUPPRESSIONS_FILE
        accepted = inline(facts.tree) + (from_file(file) if file.is_file() else ())
        found = without(self.all(facts), accepted, self.today)
        if self.diff is not None:
            before = self.all(Facts(tree_at(self.path, self.diff)))
            found = beyond(found, Counter(f.fingerprint for f in before))
        return found if self.baseline is None else beyond(found, read_baseline(self.baseline))


def review(  # noqa: PLR0913  # one parameter for each option of the command
    path: Path = Path(),
    /,
    *,
    format: Format = "terminal",  # noqa: A002
    output: Path | None = None,
    fail_on: Literal["info", "low", "medium", "high", "critical"] = "low",
    contract: Path | None = None,
    infer: bool = False,
    import_: Annotated[str | None, Parameter(name="--import")] = None,
    diff: str | None = None,
    baseline: Path | None = None,
    write_baseline: Path | None = None,
) -> int:
    """Review an existing integration: Python and TypeScript together.

    Parameters
    ----------
    path
        The folder with both sides.
    format
        How to write the findings.
    output
        Write to this file instead of stdout.
    fail_on
        Exit 1 when a finding is at least this severe.
    contract
        Also report where the code differs from this contract.
    import_
        Take routes and dependencies from this application, `module:app`. Its code is run, in
        another process without network.
    infer
        Print the contract that the code implies, and nothing else.
    diff
        Report only what is new since this git revision.
    baseline
        Leave the findings of this file out.
    write_baseline
        Write all findings to this file, to be left out later, and exit 0.
    """
    started = time.perf_counter()
    if not path.is_dir():
        raise AuthpactError(f"{path} is no folder")
    tree = read_tree(path)
    facts = Facts(tree, live_routes(path, import_) if import_ else ())
    if infer:
        emit(infer_contract(facts), output)
        return 0
    today = datetime.now(UTC).date()  # noqa: TID251  # the one place that asks the clock
    agreed = load(contract) if contract else None
    found = _Choice(path, agreed, diff, baseline, today).kept(facts)
    if write_baseline is not None:
        emit(baseline_of(found), write_baseline)
        return 0
    files = len(_texts(tree))
    if format == "json":
        text = _as_json(found, facts.unreviewable, files, time.perf_counter() - started)
    elif format == "terminal":
        text = _in_terminal(found, facts.unreviewable, tree)
    else:
        colour = output is None and sys.stdout.isatty()
        text = render_findings(found, format, rules=_rules(), width=width(), colour=colour)
    emit(text, output)
    limit = Severity(fail_on).rank
    return 1 if any(f.severity.rank >= limit for f in found) else 0
