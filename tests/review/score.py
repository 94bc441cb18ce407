"""Score the rules on labelled trees: python tests/review/score.py TREES LABELS [PART…].

TREES holds one folder per repository, named owner__name; LABELS is JSON Lines with repo, file,
line, category, verdict, severity, confidence, exhaustive and group. PART narrows by name; -q leaves
the single misses out.
"""

import json
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from authpact.findings import Finding
from authpact.review import Facts, findings_in, read_tree

NEAR = 5
SEVERE = frozenset({"high", "critical"})
Label = dict[str, str]


@dataclass
class Score:
    groups: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    found: set[tuple[str, str]] = field(default_factory=set)
    alarms: list[tuple[str, Finding]] = field(default_factory=list)
    wrong: list[tuple[str, Finding]] = field(default_factory=list)
    right: int = 0
    oks: int = 0


def around(facts: Facts, file: str, line: int) -> tuple[int, int]:
    """Return the lines of the function around a place, decorators included."""
    module = facts.project.by_path.get(file)
    functions = module.functions if module else ()
    spans = [(min([f.line, *(d.line for d in f.decorators)]), f.end_line) for f in functions]
    inside = [s for s in spans if s[0] <= line <= s[1]]
    return min(inside, key=lambda s: s[1] - s[0]) if inside else (line, line)


def same_place(facts: Facts, finding: Finding, label: Label) -> bool:
    place, wanted = finding.location, int(label["line"])
    if place.file != label["file"]:
        return False
    first, last = around(facts, place.file, wanted)
    return abs(place.line - wanted) <= NEAR or first <= place.line <= last


def add(score: Score, repo: str, folder: Path, labels: list[Label], exhaustive: set[str]) -> None:
    facts = Facts(read_tree(folder))
    for label in labels:
        score.oks += label["verdict"] == "ok"
        if label["verdict"] == "defect" and label["confidence"] == "certain":
            score.groups[repo, label["group"]].add(label["severity"])
    for finding in findings_in(facts):
        same = [x for x in labels if x["category"] == finding.category]
        hits = [x for x in same if same_place(facts, finding, x)]
        defects = [x for x in hits if x["verdict"] == "defect"]
        score.found |= {(repo, x["group"]) for x in defects}
        if hits and not defects:
            score.alarms.append((repo, finding))
        if finding.category in exhaustive:
            score.right += bool(defects)
            score.wrong += [] if defects else [(repo, finding)]


def lines_of(score: Score) -> list[str]:
    rows = [(f"{kind} {f.category} {repo} {f.location.file}:{f.location.line} {f.message}")
            for kind, found in (("WRONG", score.wrong), ("ALARM", score.alarms))
            for repo, f in found]  # fmt: skip
    missed = [(min(s), k) for k, s in score.groups.items() if k not in score.found]
    return rows + [
        f"MISSED {severity} {repo} {group}" for severity, (repo, group) in sorted(missed)
    ]


def numbers_of(score: Score) -> dict[str, float]:
    severe = {k for k, v in score.groups.items() if v & SEVERE}
    reports = score.right + len(score.wrong)
    return {
        "root causes": len(score.groups),
        "recall": len(score.found & set(score.groups)) / max(1, len(score.groups)),
        "root causes, critical and high": len(severe),
        "recall, critical and high": len(score.found & severe) / max(1, len(severe)),
        "reports in exhaustive categories": reports,
        "precision in exhaustive categories": score.right / max(1, reports),
        "ok records": score.oks,
        "false alarms on ok records": len(score.alarms) / max(1, score.oks),
    }


def main(trees: Path, file: Path, parts: list[str]) -> tuple[Score, float]:
    labels = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
    exhaustive = {x["category"] for x in labels if x.get("exhaustive")}
    score, started = Score(), time.perf_counter()
    for repo in sorted({x["repo"] for x in labels}):
        folder = trees / repo.replace("/", "__")
        if folder.is_dir() and (not parts or any(p in repo for p in parts)):
            add(score, repo, folder, [x for x in labels if x["repo"] == repo], exhaustive)
    return score, time.perf_counter() - started


if __name__ == "__main__":
    given = [a for a in sys.argv[1:] if a != "-q"]
    result, seconds = main(Path(given[0]), Path(given[1]), given[2:])
    shown = [] if "-q" in sys.argv else lines_of(result)
    shown += [f"{name}: {value:.4g}" for name, value in numbers_of(result).items()]
    sys.stdout.write("\n".join([*shown, f"seconds: {seconds:.1f}"]) + "\n")
