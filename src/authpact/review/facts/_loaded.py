"""Which scripts of a front end are loaded at all, followed through the imports of every script."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from authpact.review.source._pattern import lazy
from authpact.review.source._project import folders_of
from authpact.review.source._tree import Source

_COMMENT: Final = lazy(r"/\*.*?\*/|^[ \t]*//[^\n]*", re.DOTALL | re.MULTILINE)
_IMPORT: Final = lazy(
    r"(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\(|\.mock\s*\()\s*[\"'`]([^\"'`\n]+)[\"'`]"
)
_ENDINGS: Final = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts")
_INDEX: Final = ("/index.ts", "/index.tsx", "/index.js", "/index.jsx", "/index.mjs")
_SPECIAL: Final = lazy(
    r"(?:^|/)(?:page|layout|route|template|loading|error|global-error|not-found|default|sitemap"
    r"|robots|manifest|(?:apple-)?icon|(?:opengraph|twitter)-image|forbidden|unauthorized)\.[jt]sx?$"
)
_ROOTED: Final = lazy(
    r"(?:middleware|proxy|instrumentation(?:-client)?|mdx-components)\.(?:[jt]sx?|mjs)"
)
_BESIDE: Final = ("scripts/", "prisma/", "bin/", "server/", "workers/", "public/")
_STARTS: Final = lazy(r"(?:main|index)\.[jt]sx?")


def links(text: str) -> tuple[str, ...]:
    """Return what a script imports, as it is written; what is commented out is no import."""
    return tuple(dict.fromkeys(_IMPORT.findall(_COMMENT.sub("", text))))


@dataclass(frozen=True)
class Loaded:
    """What the framework starts with, and everything that is imported from there."""

    sources: tuple[Source, ...]
    """Every script of the product."""
    paths: frozenset[str]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(s.path for s in self.sources)

    @cached_property
    def homes(self) -> frozenset[str]:
        """Folders that hold app/ or pages/ of Next.js, or the page of Vite, with their slash."""
        found: set[str] = set()
        for path in self.paths:
            for match in re.finditer(r"(?:^|(?<=/))(?:src/)?(?:app|pages)/", path):
                if path in self._known and (_SPECIAL.search(path) or "pages/" in match[0]):
                    found.add(path[: match.start()].removesuffix("src/"))
                    break
            name = path.rpartition("/")[2]
            if name == "index.html":
                found.add(path[: -len(name)].removesuffix("public/"))
        return frozenset(h for h in found if f"{h}package.json" in self.paths)

    @cached_property
    def _placed(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return the homes with pages in app/, and those with pages in src/app/."""
        pages = [p for p in self._known if _SPECIAL.search(p)]
        outer = {h for p in pages for h in [p[: p.find("app/")]] if h in self.homes}
        inner = {h for p in pages for h in [p[: p.find("src/app/")]] if h in self.homes}
        return frozenset(outer), frozenset(inner)

    def is_shadowed(self, path: str) -> bool:
        """Whether a file is in a src/app/ that Next.js ignores, because app/ stands beside src/."""
        home, found, _ = path.partition("src/app/")
        return bool(found) and home in self._placed[0]

    def home_of(self, path: str) -> str | None:
        """Return the innermost front end around a script, None when there is none."""
        around = (f"{f}/" if f else "" for f in folders_of(path))
        return next((h for h in around if h in self.homes), None)

    def _is_entry(self, path: str) -> bool:
        home = self.home_of(path)
        if home is None:
            return True
        rest = path.removeprefix(home)
        inner = rest.removeprefix("src/")
        if _ROOTED.fullmatch(inner):
            outer, nested = self._placed
            return rest == f"src/{inner}" if home in nested - outer else inner == rest
        if inner.startswith("app/") and _SPECIAL.search(inner):
            return not self.is_shadowed(path)
        return (
            inner.startswith("pages/")
            or bool(_STARTS.fullmatch(inner))
            or "/" not in rest
            or rest.startswith(_BESIDE)
        )

    def _stems(self, path: str, name: str) -> Iterator[str]:
        if name.startswith("."):
            yield posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            return
        home = self.home_of(path) or ""
        tail = name[2:] if name.startswith(("@/", "~/", "#/")) else name
        yield from (f"{home}{middle}{tail}" for middle in ("", "src/", "app/"))

    def _meant(self, path: str, name: str) -> str:
        """Return the file that an import means, empty when it is none of the tree."""
        for stem in self._stems(path, name):
            bare = re.sub(r"\.[cm]?jsx?$", "", stem)
            for base in dict.fromkeys((stem, bare)):
                for ending in (*_ENDINGS, *_INDEX):
                    if base + ending in self._known:
                        return base + ending
        return ""

    @cached_property
    def _edges(self) -> tuple[dict[str, set[str]], frozenset[str]]:
        """Return what each script loads, and the last parts of the imports that mean no file."""
        found: dict[str, set[str]] = defaultdict(set)
        lost: set[str] = set()
        for source in self.sources:
            for name in links(source.text):
                meant = self._meant(source.path, name)
                if meant:
                    found[source.path].add(meant)
                elif "/" in name:
                    lost.add(name.rpartition("/")[2].partition(".")[0])
        return found, frozenset(lost)

    @cached_property
    def _alive(self) -> frozenset[str]:
        edges, _ = self._edges
        waiting = [p for p in self._known if self._is_entry(p)]
        alive: set[str] = set()
        while waiting:
            path = waiting.pop()
            if path not in alive:
                alive.add(path)
                waiting += edges.get(path, ())
        return frozenset(alive)

    def asked_by(self, path: str) -> frozenset[str]:
        """Return the files of the tree that a script imports."""
        return frozenset(self._edges[0].get(path, ()))

    @cached_property
    def asked_for(self) -> frozenset[str]:
        """Files of the tree that some script imports or requires."""
        return frozenset(path for meant in self._edges[0].values() for path in meant)

    def is_dead(self, path: str) -> bool:
        """Whether nothing that a front end starts with leads to a script; what is unclear lives."""
        if path not in self._known or path in self._alive:
            return False
        folder, _, name = path.rpartition("/")
        stem = name.partition(".")[0]
        called = folder.rpartition("/")[2] if stem == "index" else stem
        return called not in self._edges[1]
