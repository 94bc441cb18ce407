"""Keys that a provider issued, known by their form."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.facts._environment import is_counted_up
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

SPOKEN: Final = lazy(r"pass|pwd|secret|your|change|xxx|\*\*|\.\.\.|abc|123", re.IGNORECASE)
"""What people write in place of a key or a password."""
_KEY: Final = lazy(
    r"-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----[\s\\n]*[A-Za-z0-9+/]{40}"
    r"|\b(?:sk_live_|sk-proj-|sk-ant-|gsk_|ghp_|github_pat_|xox[bp]-|GOCSPX-|AKIA)[\w-]{16,}"
    r"|\bsk-(?:or-v1-)?[A-Za-z0-9]{32,}\b|\bsb_secret_[\w-]{20,}|\bglpat-[\w-]{20}\b|\bhf_[A-Za-z]{34}\b"
    r"|\bSG\.[\w-]{22}\.[\w-]{43}"
    r"|\bAIza[\w-]{35}\b|\bnpg_[A-Za-z0-9]{12}\b"
)
_STARTS: Final = (
    "PRIVATE KEY",
    "sk_live_",
    "sk-",
    "gsk_",
    "ghp_",
    "github_pat_",
    "xox",
    "GOCSPX-",
    "AKIA",
    "AIza",
    "npg_",
    "sb_secret_",
    "glpat-",
    "hf_",
    "SG.",
)
_MODEL: Final = lazy(r"gemini|generative", re.IGNORECASE)
"""What a key of Google opens that must not be known; those of maps and Firebase are public."""


def issued_keys(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, key) of each key in a text that nobody made up."""
    if not any(start in text for start in _STARTS):
        return
    for line, match in lines_matching(text, _KEY):
        public = match[0].startswith("AIza") and not _MODEL.search(text)
        if not public and not SPOKEN.search(match[0]) and not is_counted_up(match[0]):
            yield line, match[0]
