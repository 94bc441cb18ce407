"""What happens to issued tokens at sign-out: `revocation.mode` and `revocation.store`."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._fact import Mention, mention
from authpact.brief._reading import Reading, Sentence
from authpact.brief._stance import Stance

_LOGOUT: Final = (
    r"\blog(?:s|ged|ging)?[ -]?out\w*|\bsign(?:s|ed|ing)?[ -]?out\w*|\babmeld\w*|\babgemeldet|\bausloggen|\bdéconnexion|\bdéconnect\w*|"
    r"\bcerrar sesión|\bcierr\w+ (?:de )?sesión|\blogoff|\bsair\b|\bencerrar a sessão|\buscita|\bdisconnessione|\buitloggen|\bafmelden|"
    r"\bwylogowan\w+|\bçıkış|登出|退出|注销|ログアウト|サインアウト|\bbann?ed\b|\bfired\b|\bdeactivat\w+"
)
_AT_ONCE: Final = (
    r"\bimmediate(?:ly)?|\binstant(?:ly|aneous\w*)?|\bat once\b|\bright away\b|\bstraight away\b|\bon the spot\b|\bwithin seconds\b|"
    r"\bsofort\w*|\bunverzüglich|\bimmédiat\w*|\binmediat\w*|\bde inmediato|\bimediat\w*|\bsubito\b|\bimmediat\w*|\bmeteen\b|\bonmiddellijk|"
    r"\bdirect\b|\bnatychmiast\w*|\bhemen\b|\banında\b|\bforan\b|\bfauran\b|\bturant\b|立即|立刻|马上|即時|すぐ|直ちに|\bno longer\b"
)
_DEAD: Final = r"\btokens?\b|\bjwts?\b|\baccess\b|\binvalid\w*|\brevo\w+|\bdead\b|\brejected?|\brefused?|\bstops? working|\bungültig|\bjetons?\b|令牌|トークン|無効|失效"
_LOGOUT_RE: Final = re.compile(_LOGOUT, re.IGNORECASE)
_AT_ONCE_RE: Final = re.compile(_AT_ONCE, re.IGNORECASE)
_DEAD_RE: Final = re.compile(_DEAD, re.IGNORECASE)
_NAMED: Final = re.compile(
    r"\bback-?channel[ -]?log-?out\b|\bbackchannel\b|\b(?:token )?(?:revocation|revoke[sd]?|revoking|revocable)\b|"
    r"\b(?:token |jwt |jti )?(?:black|deny|block)[ -]?list\w*|\bwiderruf\w*|\brévo(?:cation|qu\w+)|\brevocaci[óo]n|\brevogaç(?:ão|ões)|"
    r"\brevogar|\brevocar|\brevoca\b|\bintrekk\w+|\bunieważni\w+|\biptal\b|撤销|吊销|失効|取り消し",
    re.IGNORECASE,
)
_RUN_OUT: Final = re.compile(
    r"\btokens? (?:can |may |will |should )?(?:simply|just) (?:expire|run out|die)|\bexpires? (?:naturally|by (?:itself|themselves))|"
    r"\blet (?:them|tokens|it) (?:expire|run out)|\brun out by themselves",
    re.IGNORECASE,
)
_BROWSER_ONLY: Final = re.compile(
    r"\b(?:clear|delete|forget|drop|wipe|remove)\w*\b[^.;]*\b(?:memory|browser|frontend|client|cookie|storage)\b",
    re.IGNORECASE,
)
_STORE: Final = re.compile(r"\b(?:redis|valkey|upstash)\b", re.IGNORECASE)
_SEVERAL: Final = re.compile(
    r"\b(?:[2-9]|\d{2,}|several|multiple|many|two|three|four|mehrere[nr]?|plusieurs|varios|vários)\s+(?:api |uvicorn |gunicorn |backend |fastapi )*"
    r"(?:workers?|replicas?|instances?|pods?|processes|nodes?|instanzen|prozesse)\b|\bhorizontal(?:ly)? scal\w+",
    re.IGNORECASE,
)


def find(reading: Reading) -> Iterator[Mention]:
    """Yield wishes about revocation, and Redis or several processes as its store."""
    for sentence in reading.prose:
        yield from _at_once(sentence)
        for match in _NAMED.finditer(sentence.text):
            yield _turned(mention(sentence, "revocation.mode", "backchannel", match.span()))
        for match in _RUN_OUT.finditer(sentence.text):
            yield mention(sentence, "revocation.mode", "none", match.span())
        for pattern in (_STORE, _SEVERAL):
            for match in pattern.finditer(sentence.text):
                yield mention(sentence, "revocation.store", "redis", match.span())


def _at_once(sentence: Sentence) -> Iterator[Mention]:
    text = sentence.text
    soon, out = _AT_ONCE_RE.search(text), _LOGOUT_RE.search(text)
    if not soon or not out or not _DEAD_RE.search(text) or _BROWSER_ONLY.search(text):
        return
    span = min(soon.start(), out.start()), max(soon.end(), out.end())
    asked = mention(sentence, "revocation.mode", "backchannel", (soon.start(), soon.end()))
    judged = asked.stance
    if judged is Stance.REFUSED and not re.search(
        r"\b(?:need|have|require|must|brauch)\w*\b", text, re.IGNORECASE
    ):
        judged = Stance.WANTED
    if not re.search(
        r"\bnot (?:need|have|require)|\bno need|\bneed(?:n't| not)\b|\bnicht (?:nötig|nicht)",
        text,
        re.IGNORECASE,
    ):
        judged = Stance.WANTED if judged is Stance.REFUSED else judged
    yield _turned(mention(sentence, "revocation.mode", "backchannel", span, judged=judged))


def _turned(found: Mention) -> Mention:
    """To refuse revocation is to choose none."""
    if found.stance is not Stance.REFUSED:
        return found
    return Mention(found.field, "none", found.start, found.end, Stance.WANTED, found.quoted)
