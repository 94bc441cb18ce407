"""Verified tokens, remembered by digest: the hot path of the verifier is one hash and one lookup.

The key is SHA-256 of the whole token, never of the signature alone and never the token itself: no
live credential stays in memory. Only successes are remembered, so that refusals leave no trace an
attacker could fill.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from authpact.verify._principal import Principal

DEFAULT_SIZE: Final = 4096
"""About 4 MB at most."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A principal and the moments between which its token holds, in epoch seconds."""

    principal: Principal
    not_before: float
    until: float


class VerifiedTokens:
    """A bounded map from digests to principals; the least recently used one makes room."""

    def __init__(self, size: int = DEFAULT_SIZE) -> None:
        self._size = size
        self._generation = 0
        self._known: OrderedDict[bytes, Remembered] = OrderedDict()
        self._recent = self._known.move_to_end

    def __len__(self) -> int:
        return len(self._known)

    def recall(self, digest: bytes, generation: int, now: float) -> Principal | None:
        """Return the principal if the token was verified under these keys and still holds."""
        if generation != self._generation:
            self._known.clear()
            self._generation = generation
            return None
        found = self._known.get(digest)
        if found is None:
            return None
        if found.not_before <= now < found.until:
            try:
                self._recent(digest)
            except KeyError:  # another thread has just forgotten it; what was found still holds
                return found.principal
            return found.principal
        if now >= found.until:
            self._known.pop(digest, None)
        return None

    def remember(self, digest: bytes, found: Remembered) -> None:
        """Keep a verified token, at the expense of the one that was not used for longest."""
        self._known[digest] = found
        if len(self._known) > self._size:
            self._known.popitem(last=False)
