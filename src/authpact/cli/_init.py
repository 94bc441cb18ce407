import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import Parameter

from authpact.brief import Draft, Fact, Given, draft, read_project
from authpact.cli._brief_input import brief_text, read_accepted, read_answers
from authpact.cli._brief_text import as_data, closing, open_questions, opening, report
from authpact.cli._contract_file import create, must_be_free
from authpact.cli._init_update import update_contract
from authpact.cli._interview import accepted, interview
from authpact.cli._model import drafted
from authpact.cli._output import as_json, emit, progress, width
from authpact.contract import default_contract, to_toml
from authpact.errors import AuthpactError

_INTERRUPTED: Final = 130
_DEFAULT: Final = Path("authpact.toml")
_Repeated = Annotated[tuple[str, ...], Parameter(negative="", show_default=False)]
_Flag = Annotated[bool, Parameter(negative="", show_default=False)]


def init(  # noqa: PLR0913  # each parameter is an option of the command
    text: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    /,
    *,
    brief: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    from_: Annotated[Path | None, Parameter(name="--from")] = None,
    answers: Path | None = None,
    accept_deviation: _Repeated = (),
    why: _Repeated = (),
    yes: _Flag = False,
    update: _Flag = False,
    output: Annotated[Path | None, Parameter(allow_leading_hyphen=True)] = None,
    model: str | None = None,
    format: Literal["terminal", "json"] = "terminal",  # noqa: A002
) -> int:
    """Turn a brief into a complete contract, with at most three questions.

    Parameters
    ----------
    text
        The brief itself, a file that holds it, or `-` for stdin.
    brief
        The same, as an option.
    from_
        An existing project to read routes, names and settings from.
    answers
        Answers by question, in TOML or JSON: `algorithm = "jwks"`.
    accept_deviation
        Record a wish outside of the constraints instead of asking; repeat with `--why`.
    why
        The reason for the `--accept-deviation` before it.
    yes
        Ask nothing; defaults answer. Without a brief: the Phase II todo application.
    update
        Change the existing contract by what the brief says; shows the difference first.
    output
        The file to write, authpact.toml when not given; `-` writes to stdout.
    model
        A language model that may add facts it can quote, such as `provider:model`; never needed.
    format
        `json` writes the analysis to stdout, and a contract only where --output names one.
    """
    try:
        given = Given(read_answers(answers), read_accepted(accept_deviation, why), _project(from_))
        words = brief_text(text, brief)
        asking = not (yes or answers) and format == "terminal" and sys.stdin.isatty()
        if words is None and not (from_ or yes or (update and given.answers)):
            words = _asked_for(asking=asking)
        if update:
            found = _talked(words or "", given, model, asking=asking)
            return update_contract(
                found, output or _DEFAULT, yes=yes, asking=sys.stdin.isatty(), format=format
            )
        if words is None and from_ is None and not given.answers:
            return _default(output or _DEFAULT, format)
        must_be_free(output or _DEFAULT, format)
        found = _talked(words or "", given, model, asking=asking)
        return _finish(found, output, format, said=asking)
    except KeyboardInterrupt:
        progress("\nstopped; nothing was written")
        return _INTERRUPTED


def _project(folder: Path | None) -> tuple[Fact, ...]:
    return read_project(folder) if folder is not None else ()


def _asked_for(*, asking: bool) -> str:
    if not asking:
        raise AuthpactError(
            "give a brief, such as: authpact init “todo app, users own their tasks”; or say --yes"
        )
    progress("What do you build, who owns what, who may do more? A sentence is enough.")
    try:
        return input("> ")
    except EOFError:
        return ""


def _talked(words: str, given: Given, model: str | None, *, asking: bool) -> Draft:
    """Draft, ask at a terminal what is open, and draft again with the answers."""
    found, given = drafted(words, given, model)
    if not asking:
        return found
    emit(opening(found, width()))
    answers = interview(found, input, emit, width())
    kept = accepted(found.deviations, input, emit, width())
    return draft(
        words,
        replace(given, answers={**given.answers, **answers}, accepted={**given.accepted, **kept}),
    )


def _default(output: Path, format: str) -> int:  # noqa: A002
    if format == "json":
        return _finish(draft(""), None, format, said=False)
    return create(to_toml(default_contract()), output)


def _finish(found: Draft, output: Path | None, format: str, *, said: bool) -> int:  # noqa: A002
    """Show what a person has not seen yet, and write the contract."""
    contract = to_toml(found.contract)
    if format == "json":
        emit(as_json(as_data(found)))
        return create(contract, output) if output is not None and str(output) != "-" else 0
    target = output or _DEFAULT
    shown = closing(found, width()) if said else report(found, width())
    text = "\n\n".join(part for part in (shown, open_questions(found, width())) if part)
    if str(target) == "-":
        print(text, file=sys.stderr)
    else:
        emit(f"\n{text}\n" if said else f"{text}\n")
    return create(contract, target)
