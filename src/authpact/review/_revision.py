"""The tree of an earlier revision, read from git without touching the work tree."""

import io
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Final

from authpact.errors import AuthpactError
from authpact.review.source._tree import Tree, kind_of, sort_texts

_SECONDS: Final = 60
_LARGEST: Final = 1_000_000


def _git(folder: Path, *arguments: str) -> bytes:
    git = shutil.which("git")
    if git is None:
        raise AuthpactError("--diff needs git on the path")
    command = [git, "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603  # no shell, fixed program
    except subprocess.TimeoutExpired:
        raise AuthpactError("git did not answer within a minute") from None
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["git failed"]
        raise AuthpactError(reason[-1])
    return done.stdout


def tree_at(folder: Path, revision: str) -> Tree:
    """Read a folder as it was at a revision. Raises AuthpactError."""
    if revision.startswith("-"):
        raise AuthpactError(f"{revision} is no revision")
    commit = _git(folder, "rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()
    prefix = _git(folder, "rev-parse", "--show-prefix").decode().strip()
    packed = _git(folder, "archive", "--format=tar", f"{commit}:{prefix}")
    texts: dict[str, str] = {}
    paths: set[str] = set()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            if not member.isfile():
                continue
            paths.add(member.name)
            skipped = "node_modules/" in member.name or not kind_of(member.name)
            content = None if skipped or member.size > _LARGEST else archive.extractfile(member)
            if content is not None:
                texts[member.name] = content.read().decode("utf-8", "replace")
    return sort_texts(texts, frozenset(paths))
