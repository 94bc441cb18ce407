"""One requirement: a sentence that must hold, where it comes from, and who checks it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """RFC 2119 level."""

    MUST = "MUST"
    SHOULD = "SHOULD"


class Check(StrEnum):
    """A way to find out whether a requirement holds."""

    CONTRACT = "contract"
    """The loader refuses or warns about a contract that breaks it."""
    DOCUMENT = "document"
    """The checklist demands it of the written documents."""
    VERIFY = "verify"
    """The run-time verifier or the FastAPI adapter enforces it."""
    ISSUE = "issue"
    """The generated Better Auth side enforces it; its own tests hold it."""
    PROBE = "probe"
    """A probe proves it on a running system."""
    BY_HAND = "by-hand"
    """A person must look; `note` says at what."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One MUST or SHOULD with its sources and the ways it is checked."""

    id: str
    level: Level
    sentence: str
    sources: tuple[str, ...]
    checks: tuple[Check, ...]
    note: str = ""
