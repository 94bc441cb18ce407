"""How well briefs are read: prints the figures over a folder of briefs with their expectations.

Each file holds `text`, the `deviations` it must show and no others, `stated` topics nobody may ask
about, `warnings`, and `[expect]`: contract fields by name, `resources` and `endpoints`. A field of
the contract that `[expect]` leaves out must keep its default.
"""

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from authpact.brief import Draft, draft
from authpact.contract import default_contract, to_json

BRIEFS: Final = Path(__file__).parent.parent / "briefs"
_UNSTATED: Final = (
    "project.scope", "token.mode", "token.algorithm", "token.issuer", "token.audience", "token.lifetime",
    "token.leeway", "session.lifetime", "session.reissue", "session.storage", "ownership.foreign_path",
    "ownership.foreign_resource", "frontend.origins", "revocation.mode", "revocation.store", "roles",
)  # fmt: skip


@dataclass
class Figures:
    """What was right and what was not, over all briefs."""

    stated_right: int = 0
    stated: int = 0
    right: int = 0
    fields: int = 0
    deviations_expected: int = 0
    deviations_found: int = 0
    deviations_wrong: int = 0
    most_questions: int = 0
    asked_on_stated: int = 0
    warnings_missing: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def accuracy(self) -> float:
        return self.right / self.fields

    @property
    def stated_accuracy(self) -> float:
        return self.stated_right / self.stated

    @property
    def recall(self) -> float:
        return self.deviations_found / self.deviations_expected if self.deviations_expected else 1.0

    @property
    def precision(self) -> float:
        shown = self.deviations_found + self.deviations_wrong
        return self.deviations_found / shown if shown else 1.0


def measure(folder: Path = BRIEFS) -> Figures:
    """Read every brief of the folder and compare."""
    figures = Figures()
    for file in sorted(folder.glob("*.toml")):
        brief = tomllib.loads(file.read_text("utf-8"))
        _judge(figures, file.stem, brief, draft(brief["text"]))
    return figures


def _judge(figures: Figures, name: str, brief: dict[str, object], found: Draft) -> None:
    expect = brief["expect"]
    assert isinstance(expect, dict)
    for key, wanted in expect.items():
        got = _value(found, key)
        figures.stated += 1
        figures.stated_right += _same(wanted, got)
        _count(figures, name, key, wanted, got)
    default = to_json(default_contract())
    for key in _UNSTATED:
        if key not in expect and not _disputed(found, key):
            _count(figures, name, key, _at(default, key), _value(found, key))
    wanted_kinds, kinds = set(_strings(brief, "deviations")), {d.kind for d in found.deviations}
    figures.deviations_expected += len(wanted_kinds)
    figures.deviations_found += len(wanted_kinds & kinds)
    figures.deviations_wrong += len(kinds - wanted_kinds)
    for kind in wanted_kinds ^ kinds:
        figures.faults.append(
            f"{name}: deviation {kind} {'missing' if kind in wanted_kinds else 'wrong'}"
        )
    figures.most_questions = max(figures.most_questions, len(found.questions))
    asked = {q.id for q in found.questions} & set(_strings(brief, "stated"))
    figures.asked_on_stated += len(asked)
    if len(found.questions) > int(str(brief.get("max_questions", 3))):
        figures.faults.append(f"{name}: asks {[q.id for q in found.questions]}")
    figures.faults += [f"{name}: asks on {topic}, which is stated" for topic in asked]
    missing = set(_strings(brief, "warnings")) - {w.topic for w in found.warnings}
    figures.warnings_missing += len(missing)
    figures.faults += [f"{name}: no warning on {topic}" for topic in missing]


def _count(figures: Figures, name: str, key: str, wanted: object, got: object) -> None:
    figures.fields += 1
    figures.right += _same(wanted, got)
    if not _same(wanted, got):
        figures.faults.append(f"{name}: {key} is {got!r}, not {wanted!r}")


def _strings(brief: dict[str, object], key: str) -> list[str]:
    found = brief.get(key, [])
    assert isinstance(found, list)
    return found


def _disputed(found: Draft, key: str) -> bool:
    """A field in dispute has no right value."""
    topics = {w.topic for w in found.warnings}
    return {"algorithm": "token.", "lifetime": "token.lifetime", "storage": "session.storage"}.get(
        next(iter(topics & {"algorithm", "lifetime", "storage"}), ""), "never"
    ) in key


def _value(found: Draft, key: str) -> object:
    contract = found.contract
    if key == "endpoints":
        return sorted(f"{e.method} {e.path} {e.access}" for e in contract.endpoints)
    if key == "resources":
        return sorted(_collections(found))
    if key in {"database", "ids"}:
        return next((f.value for f in found.facts if f.field == key), None)
    return _at(to_json(contract), key)


def _collections(found: Draft) -> Iterator[str]:
    seen: set[str] = set()
    for e in found.contract.endpoints:
        if e.grant.kind != "role":
            name = e.collection.rstrip("/").rpartition("/")[2]
            if name not in seen:
                seen.add(name)
                yield name


def _at(data: object, key: str) -> object:
    for part in key.split("."):
        data = data.get(part) if isinstance(data, dict) else None
    return data


def _same(wanted: object, got: object) -> bool:
    if isinstance(wanted, (list, dict)) and isinstance(got, (list, dict, tuple)):
        return sorted(wanted) == sorted(got)
    return wanted == got


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else BRIEFS
    figures = measure(folder)
    for fault in figures.faults:
        print("  " + fault)
    print(f"briefs                      {len(list(folder.glob('*.toml')))}")
    print(f"field accuracy              {figures.accuracy:.1%} of {figures.fields} (target 97 %)")
    print(f"  of stated fields          {figures.stated_accuracy:.1%} of {figures.stated}")
    print(
        f"deviation recall            {figures.recall:.1%} of {figures.deviations_expected} (target 100 %)"
    )
    print(f"deviation precision         {figures.precision:.1%} (target 95 %)")
    print(f"most questions              {figures.most_questions} (at most 3)")
    print(f"questions on stated topics  {figures.asked_on_stated} (none)")
    print(f"warnings missing            {figures.warnings_missing} (none)")
    return 0 if not figures.faults else 1


if __name__ == "__main__":
    raise SystemExit(main())
