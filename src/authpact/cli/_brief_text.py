"""A draft as text for people at 80 columns, and as the JSON that others script against."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Final

from authpact.brief import Deviating, Draft, Fact, Question
from authpact.contract import render_duration, to_json

_LEFT: Final = 22
_DURATIONS: Final = frozenset(
    {"token.lifetime", "token.leeway", "session.lifetime", "note.refresh-lifetime"}
)


def as_data(draft: Draft) -> dict[str, object]:
    """Return the machine-readable result of `authpact init --format json`."""
    return {
        "schema": 1,
        "contract": to_json(draft.contract),
        "questions": [_question(question) for question in draft.questions],
        "assumptions": [asdict(assumption) for assumption in draft.assumptions],
        "deviations": [
            {
                "kind": d.kind, "text": d.text, "constraint": d.constraint, "question": d.question,
                "evidence": d.evidence, "start": d.start, "end": d.end, "cost": d.cost,
                "alternative": d.alternative, "accepted": d.accepted,
            }
            for d in draft.deviations
        ],
        "warnings": [asdict(w) | {"spans": list(w.spans)} for w in draft.warnings],
        "facts": [
            {
                "field": f.field, "value": list(f.value) if isinstance(f.value, tuple) else f.value,
                "evidence": f.evidence, "start": f.start, "end": f.end, "source": f.source,
            }
            for f in draft.facts
        ],
    }  # fmt: skip


def _question(question: Question) -> dict[str, object]:
    return {
        "id": question.id,
        "question": question.question,
        "why": question.why,
        "recommended": question.recommended,
        "options": [{"value": o.value, "label": o.label} for o in question.options],
        "settles": list(question.fields),
        "impact": question.impact,
    }


def report(draft: Draft, width: int) -> str:
    """Return what was found, assumed and left open; no line is wider than asked."""
    return "\n\n".join(part for part in (opening(draft, width), closing(draft, width)) if part)


def opening(draft: Draft, width: int) -> str:
    """Return what the brief says, and where it cannot be followed."""
    warned = [line for w in draft.warnings for line in wrapped(f"- {w.message}", width, 4)]
    return _sections(("Found", list(_facts(draft.facts, width))), ("Warnings", warned))


def closing(draft: Draft, width: int) -> str:
    """Return what nobody decided, and what is outside of the constraints."""
    return _sections(
        ("Assumed: nobody decided these, authpact.toml changes them", list(_assumed(draft, width))),
        ("Deviations: outside of what this design allows", list(_deviations(draft, width))),
    )


def _sections(*sections: tuple[str, list[str]]) -> str:
    return "\n\n".join("\n".join([title, *lines]) for title, lines in sections if lines)


def deviation_lines(one: Deviating, width: int) -> list[str]:
    """Return the words, the rule, the cost and the allowed way of one deviation."""
    rows = (
        ("asked", f"“{one.text}”"),
        ("rule", one.constraint),
        ("cost", one.cost),
        ("instead", one.alternative),
    )
    return [
        line for label, text in rows for line in wrapped(f"{label + ':':9}{text}", width, 13, 4)
    ]


def open_questions(draft: Draft, width: int) -> str:
    """Return the questions nobody answered, with how to answer them."""
    if not draft.questions:
        return ""
    lines = ["Questions: answered by defaults until somebody answers (--answers FILE)"]
    for question in draft.questions:
        lines += wrapped(f"{question.id}: {question.question}", width, 4)
        for option in question.options:
            mark = "*" if option.value == question.recommended else " "
            lines += wrapped(f"{mark} {option.value}: {option.label}", width, 8, 4)
    return "\n".join(lines)


def _facts(facts: Sequence[Fact], width: int) -> Iterator[str]:
    seen: set[tuple[str, object]] = set()
    for one in facts:
        if (one.field, one.value) in seen or one.field.startswith(("note.", "powers.")):
            continue
        seen.add((one.field, one.value))
        where = "" if one.source == "brief" else f" ({one.source})"
        yield from _row(one.field, _value(one), f"“{' '.join(one.evidence.split())}”{where}", width)


def _value(one: Fact) -> str:
    if one.field in _DURATIONS and isinstance(one.value, int):
        return render_duration(one.value)
    if one.field == "route" and isinstance(one.value, tuple):
        return f"{one.value[0]} {one.value[1]}"
    return ", ".join(one.value) if isinstance(one.value, tuple) else str(one.value)


def _row(name: str, value: str, note: str, width: int) -> Iterator[str]:
    head = f"  {name:{_LEFT}} {value}"
    if len(head) + 2 + len(note) <= width:
        yield f"{head}  {note}".rstrip()
        return
    yield from wrapped(head.strip(), width, _LEFT + 3)
    yield from wrapped(note, width, _LEFT + 3, _LEFT + 3)


def _assumed(draft: Draft, width: int) -> Iterator[str]:
    for one in draft.assumptions:
        yield from _row(one.field, one.value, "", width)


def _deviations(draft: Draft, width: int) -> Iterator[str]:
    for one in draft.deviations:
        state = f"accepted: {one.accepted}" if one.accepted else "not accepted"
        yield from wrapped(f"{one.kind} ({state})", width, 4)
        yield from deviation_lines(one, width)
    if any(one.accepted is None for one in draft.deviations):
        yield from wrapped(
            "The contract takes the way named “instead”. To keep a wish on record, say: "
            'authpact init … --accept-deviation KIND --why "…"',
            width, 2,
        )  # fmt: skip


def wrapped(text: str, width: int, indent: int, first: int = 2) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=" " * first,
        subsequent_indent=" " * indent,
        break_long_words=True,
    )
