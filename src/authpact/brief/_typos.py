"""Typing errors in the closed vocabulary, mended with a map back to what was typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

_VOCABULARY: Final = frozenset(
    """
    access algorithm application asymmetric audience authentication backend blacklist cookie cookies
    denylist endpoint endpoints expire expired expires expiry frontend httponly immediately
    instantly issuer keypair lifetime localstorage logout logged memory minute minutes
    password passwords permission permissions postgresql private public refresh register
    registration revocation revoke revoked seconds secret session sessions sessionstorage shared
    signed silent silently storage symmetric tokens verification
    """.split()  # a list of words reads best as words
)
_LEFT_ALONE: Final = frozenset(
    "issues issued issue signer passwort publico publish authentification assess excess exposed expose spared shaded shred shard signal shares logger memo lodged "
    "minuted stowage recess storage silence expense expenses expert experts expand sector".split()
)
_CJK: Final = r"\u3040-\u30ff\u3400-\u9fff"
_BORDER: Final = re.compile(rf"(?<=[{_CJK}])(?=[A-Za-z])|(?<=[A-Za-z])(?=[{_CJK}])")
_WORD: Final = re.compile(r"[^\W\d_]{5,}")
_LONG: Final = 9


@dataclass(frozen=True, slots=True)
class Mended:
    """The text with typing errors mended; `offsets[i]` is where character i was typed."""

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the mended characters from start to end stand in the original text."""
        return self.offsets[start], self.offsets[end - 1] + 1 if end > start else self.offsets[
            start
        ]


def mend(text: str) -> Mended:
    """Replace near misses of known words; short words and other words stay as they are.

    Between Chinese or Japanese and Latin letters a blank is put, so that words have an end.
    """
    pieces: list[str] = []
    offsets: list[int] = []
    done = 0
    for start, end, right in sorted((*_mistakes(text), *_borders(text))):
        pieces += (text[done:start], right)
        offsets += range(done, start)
        offsets += (min(start + i, max(end - 1, start)) for i in range(len(right)))
        if len(right) > 1:
            offsets[-1] = end - 1
        done = end
    pieces.append(text[done:])
    offsets += range(done, len(text) + 1)
    return Mended("".join(pieces), tuple(offsets))


def _borders(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _BORDER.finditer(text):
        yield match.start(), match.start(), " "


def _mistakes(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _WORD.finditer(text):
        right = _nearest(match[0].lower())
        if right is not None:
            yield match.start(), match.end(), right


@cache
def _nearest(word: str) -> str | None:
    if word in _VOCABULARY or word in _LEFT_ALONE or not word.isascii():
        return None
    if any(word.startswith(known) or known.startswith(word) for known in _VOCABULARY):
        return None
    bound = 2 if len(word) >= _LONG else 1
    near = (
        known
        for known in sorted(_VOCABULARY)
        if known[0] == word[0] and abs(len(known) - len(word)) <= bound
    )
    ranked = sorted((_distance(word, known), known) for known in near)
    return ranked[0][1] if ranked and ranked[0][0] <= bound else None


def _distance(one: str, other: str) -> int:
    """Count insertions, deletions, replacements and swaps of neighbours."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
