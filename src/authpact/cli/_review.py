import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from authpact.cli._output import emit, progress
from authpact.cli._replace import replace_file
from authpact.cli._review_text import as_json, in_terminal
from authpact.contract import Contract, load
from authpact.errors import AuthpactError
from authpact.findings import Finding, Severity
from authpact.report import Format, RuleText, render_findings
from authpact.review import (
    Facts,
    all_rules,
    baseline_of,
    beyond,
    drift,
    exchanged,
    findings_in,
    from_folder,
    inline,
    live_routes,
    read_baseline,
    read_tree,
    tree_at,
    without,
)
from authpact.review import fix as safely_fixed
from authpact.review import infer as infer_contract


def _rules() -> list[RuleText]:
    return [
        RuleText(slug, rule.requirement, rule.summary, rule.why, rule.remedy, rule.severity)
        for slug, rule in all_rules().items()
    ]


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
        accepted = inline(facts.tree) + from_folder(self.path)
        found = without(self.all(facts), accepted, self.today)
        if self.diff is not None:
            before = self.all(Facts(tree_at(self.path, self.diff)))
            found = beyond(found, Counter(f.fingerprint for f in before))
        return found if self.baseline is None else beyond(found, read_baseline(self.baseline))


def _mend(path: Path, facts: Facts, judge: Callable[[Facts], tuple[Finding, ...]]) -> Facts:
    """Write the safe mends of what is found; return the facts of the tree after them."""
    fixed = safely_fixed(facts, judge)
    for name, text in fixed.texts.items():
        file = path / name
        try:
            ends = b"\r\n" if b"\r\n" in file.read_bytes() else b"\n"
            replace_file(file, text.encode().replace(b"\n", ends))
        except OSError as error:
            raise AuthpactError(f"{file} cannot be written: {error.strerror}") from None
    for finding in fixed.findings:
        progress(f"mended {finding.location.file}:{finding.location.line} {finding.rule}")
    for name in fixed.left:
        progress(f"left {name}: the change would not have removed what it is for")
    return Facts(exchanged(facts.tree, fixed.texts), facts.live)


def _written(found: tuple[Finding, ...], facts: Facts, form: Format, seconds: float) -> str:
    """Render what was found; the terminal has code around it, the others have no text of a tree."""
    unread = facts.unreviewable
    if form == "json":
        return as_json(found, unread, len(facts.tree.texts), seconds)
    if form == "terminal":
        return in_terminal(found, unread, facts.tree)
    named = [(u.file, u.reason) for u in unread]
    return render_findings(found, form, rules=_rules(), unread=named)


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
    fix: bool = False,
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
    fix
        Write the changes that are safe, those after which every request that was right still is,
        and report what remains. Other changes are shown as patches.
    """
    started = time.perf_counter()
    if not path.is_dir():
        raise AuthpactError(f"{path} is no folder")
    facts = Facts(read_tree(path), live_routes(path, import_) if import_ else ())
    if infer:
        emit(infer_contract(facts), output)
        return 0
    today = datetime.now(UTC).date()  # noqa: TID251  # the one place that asks the clock
    agreed = load(contract) if contract else None
    choice = _Choice(path, agreed, diff, baseline, today)
    found = choice.kept(facts)
    if fix:
        facts = _mend(path, facts, choice.kept)
        found = choice.kept(facts)
    if write_baseline is not None:
        emit(baseline_of(found), write_baseline)
        return 0
    emit(_written(found, facts, format, time.perf_counter() - started), output)
    limit = Severity(fail_on).rank
    return 1 if any(f.severity.rank >= limit for f in found) else 0
