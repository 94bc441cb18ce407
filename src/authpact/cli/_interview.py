"""The questions and deviations of a draft, asked at a terminal with plain prompts."""

from collections.abc import Callable
from typing import Final

from authpact.brief import Deviating, Draft, Question
from authpact.cli._brief_text import deviation_lines, wrapped
from authpact.errors import AuthpactError

Ask = Callable[[str], str]
_SKIP: Final = "s"


def interview(draft: Draft, ask: Ask, say: Callable[[str], None], width: int) -> dict[str, str]:
    """Return the answers by question id; what is skipped stays an assumption.

    Raises KeyboardInterrupt when the person gives up; the end of input leaves the rest open.
    """
    answers: dict[str, str] = {}
    for number, question in enumerate(draft.questions, start=1):
        say(_shown(question, number, len(draft.questions), width))
        try:
            answer = _answer(question, ask, say)
        except EOFError:
            return answers
        if answer is not None:
            answers[question.id] = answer
    return answers


def _shown(question: Question, number: int, total: int, width: int) -> str:
    lines = [f"\nQuestion {number} of {total}"]
    lines += wrapped(question.question, width, 2)
    lines += wrapped(f"Why: {question.why}", width, 7)
    settles = ", ".join(question.fields)
    raised = ", raised in the brief" if question.raised else ""
    lines += wrapped(
        f"Settles: {settles} (risk {question.risk} of 3, weight {question.impact}{raised})",
        width,
        11,
    )
    for index, option in enumerate(question.options, start=1):
        mark = "  <- recommended" if option.value == question.recommended else ""
        lines += wrapped(f"{index}  {option.label}{mark}", width, 7, 4)
    return "\n".join(lines)


def _answer(question: Question, ask: Ask, say: Callable[[str], None]) -> str | None:
    usual = [o.value for o in question.options].index(question.recommended) + 1
    while True:
        answer = ask(f"  Answer, Enter for {usual}, s to skip: ").strip()
        if answer.lower() == _SKIP:
            return None
        try:
            question.settle(answer or question.recommended)
        except AuthpactError as error:
            say(f"  {error}")
            continue
        return answer or question.recommended


def accepted(
    deviations: tuple[Deviating, ...], ask: Ask, say: Callable[[str], None], width: int
) -> dict[str, str]:
    """Ask about each deviation nobody accepted yet; Enter takes the allowed alternative."""
    kept: dict[str, str] = {}
    for one in deviations:
        if one.accepted is not None or one.kind in kept:
            continue
        say("\n".join(["", f"Deviation: {one.kind}", *deviation_lines(one, width)]))
        try:
            if ask(
                "  Take the allowed way? Enter for yes, n to keep the wish on record: "
            ).strip().lower() in {"n", "no"}:
                why = _reason(ask)
                kept |= {one.kind: why} if why else {}
        except EOFError:
            return kept
    return kept


def _reason(ask: Ask) -> str:
    return ask("  Why (one line; empty takes the allowed way after all): ").strip()[:1000]
