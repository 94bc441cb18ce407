"""Designs that clients are working on, by a short id: so a contract is not sent back and forth."""

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from authpact.brief import Draft, Fact, Given, draft
from authpact.contract import Contract
from authpact.errors import AuthpactError

DRAFT_ID: Final = re.compile(r"[0-9a-f]{12}")
_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class Kept:
    """A brief with what was answered and accepted so far."""

    brief: str
    answers: Mapping[str, str]
    """By question id."""
    accepted: Mapping[str, str]
    """The reason, by kind of deviation."""
    project: tuple[Fact, ...] = ()
    """What an existing project says where the brief says nothing."""

    @property
    def draft(self) -> Draft:
        """What the brief comes to. Raises AuthpactError for an answer to no question."""
        return draft(self.brief, Given(self.answers, self.accepted, self.project))

    @property
    def id(self) -> str:
        """12 hexadecimal digits of what was said: the same words are the same draft."""
        said = json.dumps(
            [self.brief, dict(self.answers), dict(self.accepted), repr(self.project)],
            sort_keys=True,
        )
        return hashlib.sha256(said.encode()).hexdigest()[:12]


@dataclass(slots=True)
class Drafts:
    """The latest drafts of this process; the oldest are forgotten."""

    _found: OrderedDict[str, Kept] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, kept: Kept) -> str:
        """Remember a draft and return its id."""
        with self._lock:
            self._found[kept.id] = kept
            self._found.move_to_end(kept.id)
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return kept.id

    def get(self, draft_id: str) -> Kept:
        """Return a draft. Raises AuthpactError for one that is unknown or forgotten."""
        with self._lock:
            found = self._found.get(draft_id)
        if found is None:
            raise AuthpactError(f"no draft {draft_id}; call design with the brief again")
        return found

    def contract(self, draft_id: str) -> Contract:
        """Return the contract of a draft. Raises AuthpactError for an unknown one."""
        return self.get(draft_id).draft.contract
