"""Facts in, findings out."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from authpact.findings import Finding, Location
from authpact.review._rule import Hit, Rule, all_rules
from authpact.review.facts._facts import Facts
from authpact.review.source._tree import Tree, Unreviewable, read_tree


@dataclass(frozen=True, slots=True)
class Review:
    """What was found in a tree, what could not be read, and how many files were."""

    findings: tuple[Finding, ...]
    unreviewable: tuple[Unreviewable, ...]
    files: int


def _finding(slug: str, rule: Rule, hit: Hit) -> Finding:
    return Finding(
        rule=slug,
        category=rule.category,
        requirement=rule.requirement,
        severity=hit.severity or rule.severity,
        confidence=hit.confidence or rule.confidence,
        location=Location(hit.file, hit.line),
        message=hit.message,
        why=rule.why,
        remedy=rule.remedy,
        mend=hit.mend,
    )


def findings_in(facts: Facts, wanted: Iterable[str] | None = None) -> tuple[Finding, ...]:
    """Apply rules to facts, the worst first; each rule says a place once, and no two the same."""
    chosen = set(wanted) if wanted is not None else None
    found: dict[tuple[str, str, int], Finding] = {}
    said: dict[tuple[str, str, int], str] = {}
    for slug, rule in all_rules().items():
        if chosen is not None and slug not in chosen:
            continue
        for hit in rule.check(facts):
            if said.setdefault((hit.message, hit.file, hit.line), slug) == slug:
                found.setdefault((slug, hit.file, hit.line), _finding(slug, rule, hit))
    return tuple(
        sorted(
            found.values(),
            key=lambda f: (-f.severity.rank, f.location.file, f.location.line, f.rule),
        )
    )


def review_tree(tree: Tree) -> Review:
    """Review texts that were read before."""
    facts = Facts(tree)
    files = len(tree.python) + len(tree.scripts) + len(tree.plain)
    return Review(findings_in(facts), facts.unreviewable, files)


def review(folder: Path) -> Review:
    """Review a folder. Whatever stands in it ends in a report."""
    return review_tree(read_tree(folder))
