"""Write the reference pages from the tables, or with --check say which are out of date."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from authpact.compile import targets
from authpact.contract import criteria, fields, load
from authpact.probe import all_probes
from authpact.requirements import REQUIREMENTS
from authpact.review import Case, Facts, Rule, all_rules, findings_in, sort_texts

ROOT: Final = Path(__file__).parent
EXAMPLE: Final = ROOT.parent / "examples" / "todo" / "authpact.toml"
NOTE: Final = "<!-- Written by `make docs`; edit the tables in src/authpact instead. -->"


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Render a Markdown table."""
    cells = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(
        f"| {' | '.join(c.replace('|', chr(92) + '|') for c in row)} |" for row in cells
    )


def requirements_page() -> str:
    """Every requirement with its sources and the ways it is checked."""
    rows = [
        (f"`{r.id}`", f"{r.level}: {r.sentence}", ", ".join(r.sources), ", ".join(r.checks))
        for r in REQUIREMENTS.values()
    ]
    head = (
        "# Requirements\n\nWhat must hold between the two sides. `contract`: the loader refuses what breaks it; "
        "`document`: the specification states it; `verify`: the run time enforces it; "
        "`issue`: the generated Better Auth side enforces it; `probe`: a probe proves it on a running "
        "system; `by-hand`: a person must look.\n\nASVS is OWASP ASVS 5.0, API1 to API5 are the OWASP API Top 10 "
        "of 2023, 8725bis is the revision of RFC 8725, *measured* means found by running the real packages, and *authpact* is a rule of this project.\n"
    )
    return f"{head}\n{table(('id', 'requirement', 'sources', 'checked by'), rows)}\n"


def contract_page() -> str:
    """Every field of `authpact.toml`."""
    rows = [
        (
            f"`{f.path}`",
            f.summary,
            f.allowed,
            f"`{f.default}`" if f.default else "",
            f"`{f.requirement}`" if f.requirement else "",
        )
        for f in fields()
    ]
    head = "# The contract file\n\n`*` stands for a name or an index. Durations are written as `15m`, `10s`, `7d`.\n"
    return f"{head}\n{table(('field', 'meaning', 'allowed', 'default', 'requirement'), rows)}\n"


def acceptance_page() -> str:
    """The criteria of the example and the probes that execute them."""
    found = all_probes()
    rows = [
        (f"`{c.id}`", c.sentence, f"`{c.requirement}`", f"`{c.probe}`", found[c.probe].summary)
        for c in criteria(load(EXAMPLE))
    ]
    head = (
        "# Acceptance criteria\n\nThose of `examples/todo/authpact.toml`; another contract has the ones that apply "
        "to it. Each is executed by the probe of its row.\n"
    )
    return f"{head}\n{table(('id', 'criterion', 'requirement', 'probe', 'how'), rows)}\n"


def targets_page() -> str:
    """What `authpact compile` writes."""
    rows = [
        (f"`{t.name}`", t.summary, "when it is named" if t.optional else "always")
        for t in targets().values()
    ]
    return f"# Compile targets\n\n{table(('target', 'what it writes', 'written'), rows)}\n"


def example(case: Case) -> str:
    """Render a small tree."""
    kinds = {"py": "python", "ts": "typescript", "tsx": "tsx", "yml": "yaml"}
    return "\n".join(
        f"`{path}`\n\n````{kinds.get(path.rpartition('.')[2], 'text')}\n{text.strip()}\n````\n"
        for path, text in case.files.items()
    )


def mend(slug: str, rule: Rule) -> str:
    """Say whether a tool can make the change."""
    trees = [Facts(sort_texts(case.files)) for case in rule.flagged]
    mends = [f.mend for facts in trees for f in findings_in(facts, [slug]) if f.mend]
    if not mends:
        return ""
    return (
        " `--fix` makes this change." if mends[0].safe else " A patch is shown, to be read first."
    )


def rule_section(slug: str, rule: Rule) -> str:
    """What one rule finds, why, an example, its mend and its source."""
    requirement = REQUIREMENTS[rule.requirement]
    facts = f"{rule.severity.value}, confidence {rule.confidence.value}; category `{rule.category}`"
    source = f"`{rule.requirement}` ({', '.join(requirement.sources)})"
    return (
        f"## {slug}\n\n{rule.summary} {facts}; requirement {source}.\n\n**Why.** {rule.why}\n\n"
        f"**Remedy.** {rule.remedy}{mend(slug, rule)}\n\nFound:\n\n{example(rule.flagged[0])}\nRight:\n\n{example(rule.accepted[0])}"
    )


def rules_page() -> str:
    """Every rule of `authpact review`."""
    head = (
        "# Rules of the review\n\n`authpact review .` reads Python and TypeScript together and applies these rules. "
        "Accept one with `# authpact: ignore[RULE] reason until 2027-01-31` on the line or above it, or as "
        "`[[suppressions]]` with `rule`, `file`, `reason` and `until` in `authpact.toml`, without a contract in "
        "`authpact-review.toml`.\n"
    )
    found = all_rules()
    rows = [(f"[{s}](#{s})", r.severity.value, r.summary) for s, r in found.items()]
    sections = "\n".join(rule_section(s, r) for s, r in found.items())
    return f"{head}\n{table(('rule', 'severity', 'what'), rows)}\n\n{sections}"


PAGES: Final[dict[str, Callable[[], str]]] = {
    "requirements": requirements_page,
    "contract": contract_page,
    "acceptance": acceptance_page,
    "rules": rules_page,
    "targets": targets_page,
}


def main(*, check: bool) -> int:
    """Write the pages, or compare them; 1 when one is out of date."""
    stale = []
    for name, page in PAGES.items():
        file = ROOT / "reference" / f"{name}.md"
        text = f"{NOTE}\n\n{page()}"
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(file.relative_to(ROOT.parent)))
        if not check:
            file.write_text(text, encoding="utf-8")
    for path in stale:
        print("out of date, run make docs:" if check else "wrote", path)  # noqa: T201
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main(check="--check" in sys.argv))
