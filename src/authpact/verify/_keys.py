"""Where keys come from: a source maps a key id, which is hostile text, to a key or to nothing.

Requirements: key:by-id, key:rotation.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType

from authpact.errors import TokenInvalid
from authpact.verify._signature import SignatureKey


class UnknownKey(TokenInvalid):
    """No key has this id now; a source that can be refreshed may know it afterwards."""


class KeySource:
    """Keys by id. Subclasses replace `find`, and the rest where their keys can change."""

    generation: int = 0
    """Changes with the keys; what was verified under an older generation is forgotten."""

    def find(self, key_id: str, now: float) -> SignatureKey:  # noqa: ARG002  # the empty source
        """Return the key with this id.

        Raises UnknownKey, or KeysUnavailable where it cannot be known. Never waits.
        """
        raise UnknownKey("there is no key at all")

    def holds_until(self, now: float) -> float:  # noqa: ARG002  # for sources that age
        """Return until when what `find` gives now stays good, unless `generation` changes.

        In epoch seconds; no verified token is remembered beyond it.
        """
        return math.inf

    def due(self, now: float) -> bool:  # noqa: ARG002  # for sources that age
        """Tell whether `refresh` should run in the background."""
        return False

    async def refresh(self, now: float) -> bool:  # noqa: ARG002  # for sources that age
        """Fetch the keys anew if that is allowed now; True when they were fetched."""
        return False


class StaticKeys(KeySource):
    """A fixed set of keys."""

    def __init__(self, keys: Mapping[str, SignatureKey]) -> None:
        self._keys = MappingProxyType(dict(keys))

    def find(self, key_id: str, now: float) -> SignatureKey:  # noqa: ARG002  # they do not age
        """Return the key with this id. Raises UnknownKey."""
        key = self._keys.get(key_id)
        if key is None:
            raise UnknownKey("no key has the id that the token names")
        return key

    @property
    def ids(self) -> tuple[str, ...]:
        """The key ids, in the order they were given."""
        return tuple(self._keys)
