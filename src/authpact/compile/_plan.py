"""Output files as data, one writer, and drift as a comparison.

A target returns `OutputFile`s; `plan` compares them with a directory; `write` changes only files
that bear the stamp of an earlier run. The stamp names the contract and a digest of the text below
it, so that a hand edit is seen as drift and is never overwritten unasked.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from authpact.errors import CompileError

Comment = Literal["#", "//", "<!--", "json", "none"]

_STAMP: Final = re.compile(
    r"^(?:#|//|<!--|  \"\$comment\":) \"?authpact (?P<version>\S+)"
    r" contract (?P<contract>[0-9a-f]{12}) digest (?P<digest>[0-9a-f]{16})",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class OutputFile:
    """One file of a target; `path` is relative to the output root, `comment` carries the stamp."""

    path: str
    text: str
    comment: Comment = "#"
    starter: str | None = None
    """For a file to begin with and make one's own: written while this path does not exist."""


class State(StrEnum):
    """What a file on disk is, compared with what the contract says."""

    SAME = "same"
    MISSING = "missing"
    STALE = "stale"
    """Written by an earlier run and untouched since; the contract or authpact moved on."""
    DRIFTED = "drifted"
    """Written by an earlier run and edited by hand since."""
    FOREIGN = "foreign"
    """Not written by authpact."""
    OWNED = "owned"
    """A starter that became the project's own; whatever it holds is right."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One file with the text it should have and its state on disk."""

    file: OutputFile
    stamped: str
    state: State


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def stamp(file: OutputFile, contract_digest: str, version: str) -> str:
    """Return the text with its stamp line: first, or last where a title must stay first."""
    text = file.text if file.text.endswith("\n") else file.text + "\n"
    if file.comment == "none":
        return text
    mark = f"authpact {version} contract {contract_digest} digest {_digest(text)}"
    if file.comment == "json":
        return text.replace("{\n", f'{{\n  "$comment": "{mark}",\n', 1)
    mark = f"{file.comment} {mark}"
    if file.comment == "<!--":
        return f"{text}\n{mark} -->\n"
    return f"{mark}; edit authpact.toml instead\n{text}"


def _state(file: OutputFile, stamped: str, target: Path) -> State:
    if not target.exists():
        return State.MISSING
    try:
        found = target.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return State.FOREIGN
    if found == stamped:
        return State.SAME
    if file.comment == "none":
        return State.FOREIGN
    match = _STAMP.search(found)
    if match is None:
        return State.FOREIGN
    if file.comment == "<!--":
        body = found[: match.start()].removesuffix("\n")
    else:
        body = found[: match.start()] + found[found.index("\n", match.start()) + 1 :]
    return State.STALE if _digest(body) == match["digest"] else State.DRIFTED


def plan(
    files: Iterable[OutputFile], root: Path, contract_digest: str, version: str
) -> tuple[Planned, ...]:
    """Compare files with what is below root. Raises CompileError for a path outside of root."""
    planned = []
    for file in sorted(files, key=lambda item: item.path):
        if Path(file.path).is_absolute() or ".." in Path(file.path).parts:
            raise CompileError(f"{file.path}: a target may only write below the output folder")
        text = stamp(file, contract_digest, version)
        state = _state(file, text, root / file.path)
        if file.starter and (root / file.starter).exists() and state is not State.SAME:
            state = State.OWNED
        planned.append(Planned(file, text, state))
    return tuple(planned)


def write(planned: Iterable[Planned], root: Path) -> tuple[str, ...]:
    """Write missing and stale files; leave drifted and foreign ones. Return the written paths."""
    written = []
    for item in planned:
        if item.state not in {State.MISSING, State.STALE}:
            continue
        target = root / item.file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(item.stamped, encoding="utf-8", newline="\n")
        written.append(item.file.path)
    return tuple(written)
