"""How long a token, a session and a clock difference may be: `token.lifetime` and its kin."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._durations import Duration, durations
from authpact.brief._fact import Mention, mention
from authpact.brief._reading import Reading, Sentence

_REFRESH: Final = r"refresh[ -_]?tokens?|refresh_token\w*|rafraîchissement|actualización"
_SUBJECTS: Final = (
    ("note.refresh-lifetime", _REFRESH),
    ("session.lifetime", r"session[ _-]?tokens?|sessions?(?!\s*storage)\w*|sitzung\w*|sesi[oó]n\w*|sess(?:ão|ao|ões|ione|ioni)|sessie\w*|sesj\w+|oturum\w*|"
        r"会话|會話|セッション|remember[ -]me|(?:signed|logged)[ -]?in|log(?:ged)? ?ins? (?:lasts?|persists?)|angemeldet|eingeloggt|connectés?|"
        r"keep me|ingelogd|zalogowan\w+"),
    ("token.leeway", r"(?:clock[ -_]?)?skew|leeway|clock (?:drift|difference|tolerance)|clockSkew|tolerance|tolérance|tolerancia|tolerância|tolleranza|toleranz|zeitabweichung|uhrenabweichung|décalage|desfase|時刻のずれ|时钟偏差"),
    ("token.lifetime", r"access[ -_]?tokens?\w*|tokens?\w*|jwts?\b|bearers?|jetons?|fichas?|gettoni|令牌|トークン|exp\b"),
)  # fmt: skip
_SUBJECT: Final = re.compile(
    "|".join(f"(?P<s{i}>(?<![A-Za-z]){pattern})" for i, (_, pattern) in enumerate(_SUBJECTS)),
    re.IGNORECASE,
)
_KEYED: Final = re.compile(
    r"(?P<s2>skew|leeway)|(?P<s0>refresh)|(?P<s1>session)|(?P<s3>token|jwt|access|exp)",
    re.IGNORECASE,
)
_OTHER: Final = re.compile(
    r"\b(?:every|each|per|within|ago|rotat\w+|cach\w+|poll\w*|retr(?:y|ies)|timeouts?|rate|limits?|"
    r"cooldown|backup\w*|retention|delay|sprint|deadline|budget|deliver\w*|reset link|invitation\w*|"
    r"verification (?:e-?mail|link)|response times?|latency|uptime|attempts?|lock\w*|old|alle|jeden|grace)\b",
    re.IGNORECASE,
)
_EXPIRY: Final = re.compile(
    r"expir\w*|\bttl\b|lifetimes?|valid\w*|\blive[sd]?\b|\blasts?\b|long-?lived|short-?lived|\bexp\b|ablauf\w*|läuft|"
    r"abläuft|gültig\w*|ungültig|lebensdauer|durée|dure\b|valab\w+|caduc\w+|vence\w*|dura\b|duran|vigencia|validade|"
    r"scad\w+|dura\w*|durata|verlo\w+|geldig\w*|levensduur|wygas\w+|ważn\w+|süre\w*|geçerli\w*|muddat|khatam|"
    r"有效期|过期|過期|有効期限|期限|失效",
    re.IGNORECASE,
)
_LARGEST_TOKEN: Final = 3600


def find(reading: Reading) -> Iterator[Mention]:
    """Yield every lifetime with the field it belongs to; unowned durations are left alone."""
    subject: str | None = None
    for sentence in reading.sentences:
        subjects = _subjects(sentence.text)
        for one in durations(sentence.text):
            field = _owner(sentence, one, subjects, subject)
            if field is not None:
                yield mention(sentence, field, one.seconds, (one.start, one.end))
        if subjects:
            subject = subjects[-1][0]
        elif sentence.heading != "":
            subject = next((f for f, _, _ in _subjects(sentence.heading)), None)


def _subjects(text: str) -> list[tuple[str, int, int]]:
    return [
        (_SUBJECTS[int(str(m.lastgroup)[1:])][0], m.start(), m.end())
        for m in _SUBJECT.finditer(text)
    ]


def _owner(
    sentence: Sentence, one: Duration, subjects: list[tuple[str, int, int]], before: str | None
) -> str | None:
    text = sentence.text
    keyed = re.search(r"[\w.-]+[\"'`]?\s*[:=]\s*[\"'`]?$", text[: one.start])
    named = _KEYED.search(_words(keyed[0])) if keyed else None
    if named:
        return _SUBJECTS[int(str(named.lastgroup)[1:])][0]
    near = _clause(text, one)
    touching = [s for s in subjects if 0 <= one.start - s[2] <= 2]  # noqa: PLR2004  # ": "
    if _OTHER.search(near) and not _EXPIRY.search(near) and not touching:
        return None
    direct = [s for s in subjects if s[1] - one.end >= 0 and _joined(text[one.end : s[1]])]
    if direct:
        return direct[0][0]
    left = [s for s in subjects if s[2] <= one.start]
    here = [s for s in left if text.find(near) <= s[1]] or left
    if here and (_EXPIRY.search(text) or one.start - here[-1][2] < 40):  # noqa: PLR2004  # a phrase
        return here[-1][0]
    end = text.find(near) + len(near)
    right = [s for s in subjects if one.end <= s[1] < end] or [
        s for s in subjects if s[1] >= one.end
    ]
    if right and (right[0][1] < end or not _EXPIRY.search(near)):
        return right[0][0]
    return (before or "token.lifetime") if _EXPIRY.search(text) else None


def _words(key: str) -> str:
    return key


def _joined(between: str) -> str | bool:
    """Tell whether a duration and what follows are one phrase, as in "15 minute access tokens"."""
    return (
        re.fullmatch(
            r"\s?[\"'`)-]*\s?(?:long |of |for (?:the )?|(?:lifetime|validity|ttl|expiry) (?:for|of|on) (?:the )?)?(?:(?!(?:and|or|und|oder|et|ou|y|o|e|en|of|i|ve|aur|plus)\b)\w+ )?",
            between,
        )
        is not None
    )


def _clause(text: str, one: Duration) -> str:
    start = max(text.rfind(mark, 0, one.start) for mark in (",", ";", "(", "|", "，", "、")) + 1
    ends = [
        at for mark in (",", ";", ")", "|", "，", "、") if (at := text.find(mark, one.end)) >= 0
    ]
    return text[start : min(ends, default=len(text))]


def long_lived(found: Mention) -> bool:
    """Tell whether a token lifetime is longer than any contract allows (1 hour)."""
    return (
        found.field == "token.lifetime"
        and isinstance(found.value, int)
        and found.value > _LARGEST_TOKEN
    )
