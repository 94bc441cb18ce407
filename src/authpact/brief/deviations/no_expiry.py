import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._reading import Reading
from authpact.brief._variant import Kind, Sighting, Variant, wanted
from authpact.brief.topics import lifetimes

_COST: Final = "A stolen token works as long as it lives: nothing but its expiry ends it, because the API asks nobody."
_ALTERNATIVE: Final = "Access tokens of 15 minutes, re-issued unseen while the session lives: people stay signed in for days (`session.lifetime`, up to 90), a stolen token works for minutes."
_NEVER: Final = Variant(
    "never-expires",
    re.compile(
        r"\b(?:never|not|don['’]?t|doesn['’]?t|do not|does not|won['’]?t|will not) (?:ever )?(?:expir\w*|run out|time out)\b|\bnon-?expiring\b|\bwithout (?:an? |any )?(?:expiry|expiration|exp\b|expiring|time limit)(?! check)|"
        r"\bno (?:token )?(?:expiry|expiration|exp claim|exp\b)(?! check)|\b(?:unlimited|infinite|permanent|eternal|perpetual|indefinite)(?:ly)? (?:valid\w*|lifetimes?|tokens?|jwts?|access tokens?)|\bvalid (?:forever|indefinitely|for ever)|\b(?:lives?|lasts?) forever\b|"
        r"\b(?:long|longer)-?lived (?:access |api )?(?:tokens?|jwts?)\b|"
        r"\b(?:nie|niemals|nicht) (?:ablaufen|ablaufende\w*|abläuft)|\blaufen? nie(?:mals)? ab|\bunbegrenzt\w* (?:gültig|lebensdauer|haltbar)|\bohne ablauf\w*|\bn['’]expirent? (?:jamais|pas)|\bsans (?:date d['’])?expiration|\b(?:nunca|no|jamás) (?:caduc\w+|expir\w+|venc\w+)|\bsin (?:caducidad|expiración|vencimiento)|"
        r"\bnunca expir\w+|\bsem (?:expiração|validade|vencimento)|\bnon scad\w+ mai|\bsenza scadenza|\bverlo\w+ nooit|\bnooit verlo\w+|\bzonder verloop\w*|\bnigdy nie wygas\w+|\bbez (?:daty )?(?:wygaśnięcia|ważności)|\bsüresiz|\bsüresi dolma(?:sın|yan|z)|\bhiç (?:bit|dol)m\w+|"
        r"\bkabhi expire na\w*|\bexpire na (?:ho|kare|karein)\w*|永不过期|永远有效|不(?:会)?过期|無期限|期限(?:なし|切れなし)|失効しない",
        re.IGNORECASE,
    ),
    _COST,
    _ALTERNATIVE,
    may_deny=True,
    unless=re.compile(
        r"\b(?:passwords?|invitations?|links?|certificates?|domains?|passwort|cache)\b[^.;]{0,30}\bexpir\w*(?![^.;]*\btokens?\b)|\bif\b[^.;]{0,40}\b(?:not|never) expired\b|\bnot expired\b|\b(?:reject|refus|den)\w*[^.;]{0,40}\b(?:without|no) (?:an? )?exp|"
        r"\b(?:must|should|shall|may|can|darf|dürfen) (?:not|never|nicht) be (?:valid|accepted|issued) without|\bwithout (?:an? )?(?:expiry|expiration|exp)\b[^.;]{0,30}\b(?:refused|rejected|invalid|must|401|forbidden)",
        re.IGNORECASE,
    ),
    context=re.compile(
        r"\b(?:tokens?|jwts?|sessions?|log(?:ged|in|s)?|sign(?:ed|in)?|expir\w+|jetons?|sitzung\w*|bearer)\b|令牌|トークン|token",
        re.IGNORECASE,
    ),
)
_LONG: Final = Variant("long-lived", re.compile(r"(?!)"), _COST, _ALTERNATIVE)


def _further(reading: Reading) -> Iterator[Sighting]:
    for found in lifetimes.find(reading):
        sentence = reading.sentence_at(found.start)
        if sentence and lifetimes.long_lived(found) and wanted(sentence, found.start, found.end):
            yield Sighting(_LONG, found.start, found.end)


KIND: Final = Kind(
    "no-expiry",
    "Access tokens are short: 1 minute to 1 hour, and every one expires.",
    (_NEVER,),
    _further,
)
