"""Strike out what looks like a secret, so that the rest of a text can be shown or sent on."""

import re
from typing import Final

from authpact.contract._secrets import secret_kind

STRUCK: Final = "[secret]"

_PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_CREDENTIALS: Final = re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")
_NAMED: Final = re.compile(
    r"(?P<name>\b\w*(?:secret|passw(?:or)?d|passphrase|token|api_?key|private_?key)s?\b"
    r"[\"'`]?\s*(?P<sign>=|:|\bis\b)\s*[\"'`]?)(?P<value>[^\s\"'`,;]{6,})",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\s=:\"'`,;()<>{}\[\]]{16,}")


def struck(text: str) -> str:
    """Return the text with `[secret]` in the place of keys, tokens, passwords and random words."""
    text = _PRIVATE_KEY.sub(STRUCK, text)
    text = _CREDENTIALS.sub(STRUCK, text)
    text = _NAMED.sub(_named, text)
    return _WORD.sub(lambda word: STRUCK if secret_kind(word[0]) else word[0], text)


def _named(match: re.Match[str]) -> str:
    """Strike a value behind `=`; in prose only one that no word of a sentence looks like."""
    value = match["value"]
    prose = match["sign"] != "="
    mixed = re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
    return match[0] if prose and not mixed else match["name"] + STRUCK
