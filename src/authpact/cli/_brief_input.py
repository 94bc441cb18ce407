"""Where a brief and its answers come from: argument, file, stdin."""

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from authpact.errors import AuthpactError

_LARGEST: Final = 1_000_000
_NAMES: Final = (".md", ".txt", ".rst", ".eml", ".markdown")


def brief_text(argument: str | None, option: str | None) -> str | None:
    """Return the text of the brief, None where none was given. Raises AuthpactError."""
    if argument is not None and option is not None:
        raise AuthpactError("the brief was given twice: as an argument and with --brief")
    given = argument if argument is not None else option
    if given is None:
        return None
    if given == "-":
        return _decoded(sys.stdin.buffer.read(_LARGEST + 1), "stdin")
    path = Path(given)
    if len(given) < 1000 and "\n" not in given and _is_file(path):  # noqa: PLR2004  # longer is no path
        return read_file(path)
    if given.endswith(_NAMES) and " " not in given:
        raise AuthpactError(f"{given}: no such file")
    return given


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def read_file(path: Path) -> str:
    """Return the text of a file. Raises AuthpactError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return _decoded(file.read(_LARGEST + 1), str(path))
    except OSError as error:
        raise AuthpactError(f"{path}: {error.strerror}") from None


def _decoded(data: bytes, name: str) -> str:
    if len(data) > _LARGEST:
        raise AuthpactError(f"{name}: is larger than 1 MB; a brief is a few pages")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AuthpactError(f"{name}: is not UTF-8 text") from None


def read_answers(path: Path | None) -> dict[str, str]:
    """Return answers by question id from TOML or JSON. Raises AuthpactError."""
    if path is None:
        return {}
    text = read_file(path)
    try:
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise AuthpactError(f"{path}: cannot be read: {error}") from None
    if not isinstance(data, Mapping):
        raise AuthpactError(
            f'{path}: write one answer for each question, such as algorithm = "jwks"'
        )
    inner = data.get("answers", data)
    return (
        {str(k): _text(path, k, v) for k, v in inner.items()} if isinstance(inner, Mapping) else {}
    )


def _text(path: Path, key: object, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    raise AuthpactError(f"{path}: {key} is neither text nor a list")


def read_accepted(kinds: Sequence[str], reasons: Sequence[str]) -> dict[str, str]:
    """Pair every accepted deviation with its reason. Raises AuthpactError where one is missing."""
    if len(kinds) != len(reasons) or any(not reason.strip() for reason in reasons):
        raise AuthpactError("give every --accept-deviation KIND its own --why “…”")
    return {kind: reason.strip()[:1000] for kind, reason in zip(kinds, reasons, strict=True)}
