"""Where the browser keeps the token: `session.storage`."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._fact import Mention, mention
from authpact.brief._reading import Reading, Sentence

_PLACE: Final = re.compile(
    r"(?P<storage>\b(?:local|session|web)[ -]?storage\b)|"
    r"(?P<cookie>\bhttp[ -]?only\b(?:[ -]?\w{0,12}cookies?\b|\s*クッキー|\s*Cookie)?|\bcookies?\b|\bçerez\w*|クッキー|"
    r"\bbff\b|\bbackend[ -]for[ -](?:the[ -])?frontend\b|\bbrowser (?:never|does not|doesn'?t|must not|must never) "
    r"(?:see|sees|get|gets|hold|holds|touch\w*|receiv\w+)\b[^.;]{0,20}\b(?:token|jwt)s?\b)|"
    r"(?P<memory>\bmemory\b|\bin-memory\b|\barbeitsspeicher\b|\bhauptspeicher\b|(?<=im )speicher\b|\bmémoire\b|\bmemoria\b|"
    r"\bmemória\b|\bgeheugen\b|\bpamięci\b|\bbelle(?:k|ğ)\w*|\bhafıza\w*|内存|記憶體|メモリ(?:内|上)?|"
    r"\bjs variable\b|\breact (?:state|context)\b|\bmodule variable\b)",
    re.IGNORECASE,
)
_ABOUT_TOKEN: Final = re.compile(
    r"(?<!session )(?<!session_)\b(?:access[ _]?)?tokens?\b|\bjwts?\b|jetons?|令牌|トークン|\bstor(?:e|ed|age|ing)\b|\bkeep\b|"
    r"\bkept\b|\bsave\b|speicher\w*|aufbewahr\w*|conserv\w*|guard\w*|bewaar\w*|przechow\w*|trzyma\w*|sakla\w*|rakh\w*|保存",
    re.IGNORECASE,
)
_SESSION_COOKIE: Final = re.compile(
    r"\bsession[ -_]?(?:token )?cookies?\b|\bsitzungs-?cookie|\bcookie de (?:session|sesión|sessão)|"
    r"\bcookies? (?:banner|consent|policy|law)|better-auth\.session|\bsessions?\b[^.;]*\bcookies?\b",
    re.IGNORECASE,
)
_ELSEWHERE: Final = re.compile(
    r"\b(?:redis|revo\w+|databases?|sqlite|caches?|cached|denylist|blacklist|blocklist|gb|mb|ram|leaks?|"
    r"better[ -]?auth(?:'s)? (?:sets?|session|uses?))\b|\bin-memory (?:store|db|adapter)",
    re.IGNORECASE,
)


def find(reading: Reading) -> Iterator[Mention]:
    """Yield every place a token may be kept in; session cookies and server memory are neither."""
    for sentence in reading.prose:
        for match in _PLACE.finditer(sentence.text):
            kind = str(match.lastgroup)
            if kind == "storage" or _is_token_place(sentence, match):
                judged = mention(sentence, "session.storage", kind, match.span())
                yield _seen_by_nobody(sentence, match, judged)


def _is_token_place(sentence: Sentence, match: re.Match[str]) -> bool:
    text = sentence.text
    word = match[0].lower()
    if word.startswith(("bff", "backend", "browser")):
        return True
    if match.lastgroup == "memory":
        return _ELSEWHERE.search(text) is None
    if _SESSION_COOKIE.search(text) and not re.search(
        r"\b(?:access tokens?|jwts?)\b", text, re.IGNORECASE
    ):
        return False
    return _ABOUT_TOKEN.search(text) is not None or "http" in word


def _seen_by_nobody(sentence: Sentence, match: re.Match[str], found: Mention) -> Mention:
    """Turn `the browser never sees the token` into the wish for a cookie that it is."""
    if not match[0].lower().startswith("browser"):
        return found
    head = (match.start(), match.start() + len("browser"))
    place = mention(sentence, "session.storage", "cookie", head)
    return Mention(found.field, found.value, found.start, found.end, place.stance, found.quoted)
