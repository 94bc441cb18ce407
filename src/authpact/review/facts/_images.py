"""What the images of a tree are built from, to tell served code from what was left behind."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Final

from authpact.review.source._pattern import lazy
from authpact.review.source._project import folders_of
from authpact.review.source._tree import Source

_SERVES: Final = lazy(r"\b(?:uvicorn|gunicorn|hypercorn|granian)\b|\bfastapi[\"',\s]+run\b")
_COPY: Final = lazy(r"^\s*(?:COPY|ADD)\s+(?!--from)((?:--\w+=\S+\s+)*)([^\n]+)$", re.MULTILINE)
IMAGE: Final = lazy(r"(^|/)(?:Dockerfile[\w.-]*|[\w.-]+\.[Dd]ockerfile|Containerfile)$")
_FROM: Final = lazy(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)", re.MULTILINE | re.IGNORECASE)
_RUNS: Final = {
    "python": re.compile(r"(?:^|/)(?:python|uv|uvicorn-gunicorn[\w-]*)(?:[:@]|$)"),
    "script": re.compile(r"(?:^|/)(?:node|bun|deno)(?:[:@]|$)"),
}
_ELSEWHERE: Final = lazy(
    r"(^|/)(?:Procfile|vercel\.json|render\.ya?ml|railway\.\w+|fly\.toml|app\.ya?ml|serverless\.ya?ml"
    r"|nixpacks\.toml|[\w-]+\.service)$|^\.github/"
)


def _copied(source: Source, files: Iterable[str]) -> Iterator[str]:
    """Yield the paths that an image copies, seen from the innermost folder that has such code."""
    for _, paths in _COPY.findall(source.text):
        for path in re.sub(r"[\[\]\",]", " ", paths).split()[:-1]:
            around = (posixpath.normpath(posixpath.join(f, path)) for f in folders_of(source.path))
            yield from [a for a in around if any(holds(a, f) for f in files)][:1]


def copied(source: Source, files: Iterable[str]) -> tuple[str, ...]:
    """Return the paths of the tree that one image copies."""
    return tuple(_copied(source, tuple(files)))


def served(
    sources: Iterable[Source], files: tuple[str, ...], paths: Iterable[str]
) -> tuple[str, ...]:
    """Return what the images that serve Python hold, the root when code may be served otherwise."""
    serving = [s for s in sources if IMAGE.search(s.path) and _SERVES.search(s.text)]
    if not serving or any(_ELSEWHERE.search(p) for p in paths):
        return (".",)
    return tuple(dict.fromkeys(p for s in serving for p in _copied(s, files)))


def language(source: Source) -> str:
    """Return the language that an image runs, empty when it may run several or another."""
    stages = _FROM.findall(source.text)
    kinds = {kind for name in stages for kind, known in _RUNS.items() if known.search(name)}
    return kinds.pop() if len(kinds) == 1 else ""


def holds(copied: str, path: str) -> bool:
    """Whether a copied path is a file or holds it."""
    return copied in {".", path} or path.startswith(f"{copied}/")
