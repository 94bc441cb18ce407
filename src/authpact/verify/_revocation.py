"""Ended sessions: what the issuer reported, kept for as long as a token of theirs could live.

Requirement session:token-after-sign-out; OpenID Connect Back-Channel Logout 1.0.
"""

from collections import deque
from dataclasses import dataclass
from typing import Protocol

from authpact.verify._principal import Principal


@dataclass(frozen=True, slots=True)
class Logout:
    """A verified logout token: one session has ended, or every session of the subject so far."""

    session_id: str | None
    subject: str | None
    issued_at: float


class RevocationStore(Protocol):
    """Remembers logouts. Both methods raise KeysUnavailable where the store cannot be reached."""

    def revoke(self, logout: Logout, now: float) -> None:
        """Remember a logout from now on."""
        ...

    def is_revoked(self, principal: Principal, now: float) -> bool:
        """Tell whether the principal's session was ended."""
        ...


@dataclass(frozen=True, slots=True)
class _Ended:
    moment: float
    until: float


class MemoryRevocations:
    """A store for one process. It forgets a logout when the last token it concerns has expired.

    `longest_life` is that time in seconds: the lifetime of a token plus the leeway on both ends.
    """

    def __init__(self, longest_life: float) -> None:
        self._longest_life = longest_life
        self._sessions: dict[str, _Ended] = {}
        self._subjects: dict[str, _Ended] = {}
        self._forget: deque[tuple[float, dict[str, _Ended], str]] = deque()

    def __len__(self) -> int:
        return len(self._sessions) + len(self._subjects)

    def revoke(self, logout: Logout, now: float) -> None:
        """Remember a logout. A session id is the narrower statement and wins over the subject."""
        self._purge(now)
        if logout.session_id is not None:
            self._keep(self._sessions, logout.session_id, logout.issued_at, now)
        elif logout.subject is not None:
            self._keep(self._subjects, logout.subject, logout.issued_at, now)

    def is_revoked(self, principal: Principal, now: float) -> bool:
        """Tell whether the session was ended, or the subject after this token was issued."""
        session = self._sessions.get(principal.session_id)
        if session is not None and now < session.until:
            return True
        subject = self._subjects.get(principal.subject)
        return subject is not None and now < subject.until and principal.issued_at <= subject.moment

    def _keep(self, table: dict[str, _Ended], name: str, moment: float, now: float) -> None:
        known = table.get(name)
        latest = moment if known is None else max(moment, known.moment)
        table[name] = _Ended(latest, now + self._longest_life)
        self._forget.append((now + self._longest_life, table, name))

    def _purge(self, now: float) -> None:
        while self._forget and self._forget[0][0] <= now:
            _, table, name = self._forget.popleft()
            ended = table.get(name)
            if ended is not None and ended.until <= now:
                del table[name]
