"""What a brief says about what it mentions: yes, no, later, not any more, or a question."""

import re
from enum import Enum
from typing import Final

from authpact.brief._reading import Sentence


class Stance(Enum):
    """What a brief says about something it mentions."""

    WANTED = "wanted"
    REFUSED = "refused"
    OPEN = "open"
    LATER = "later"
    PAST = "past"


_CUT: Final = re.compile(
    r"[,;()，、；]\s*|:\s+|\s[-–—]+\s|\s\|\s|\b(?:but|however|while|whereas|aber|sondern|mais|pero|sino|"
    r"porém|bensì|però|maar|ale|ama|lekin|magar)\b",
    re.IGNORECASE,
)
_LIST_HEAD: Final = re.compile(
    r"(?:^|[\s,;(])(?:not(?: \w+)?|no|never|forbidden|prohibited|excluded|avoid|no-?gos?|don['’]?ts?|rejected|unwanted|verboten|nicht erlaubt|"
    r"interdits?|prohibido|proibido|vietato|verboden)\s*$",
    re.IGNORECASE,
)
"""What stands before a colon and denies everything after it."""
_DENIED_LIST: Final = re.compile(
    r"\b(?:not allowed|not wanted|forbidden|prohibited|excluded|no-?gos?|verboten|nicht erlaubt|interdits?|prohibido|proibido|vietato|verboden)"
    r"\s*:\s[^.;:]*$",
    re.IGNORECASE,
)
NEGATOR: Final = re.compile(
    r"\b(?:no|not|never|none|without|neither|nor|don'?t|doesn'?t|won'?t|can'?t|cannot|shouldn'?t|"
    r"mustn'?t|isn'?t|aren'?t|avoid\w*|forbid\w*|forbidden|refuse|reject|skip|ban|prohibit\w*|"
    r"kein\w*|nicht|nie|niemals|ohne|weder|"
    r"pas|sans|jamais|aucune?|ni|sin|nunca|ningún|ninguna|jamás|não|nao|sem|nenhum\w*|"
    r"non|senza|niente|nessun\w*|mai|geen|niet|nooit|zonder|nie|bez|nigdy|żadn\w*|"
    r"nahi+n?|mat|bina)\b|(?:不要|不使用|不用|不能|不得|没有|禁止|勿|绝不)",
    re.IGNORECASE,
)
_NEGATED_AFTER: Final = re.compile(
    r"^[^,;()]{0,40}?\b(?:is|are|be|=|:)?\s*(?:not (?:needed|used|wanted|allowed|required|necessary|"
    r"an option|acceptable|in scope|part)|forbidden|prohibited|unwanted|unnecessary|"
    r"a no-?go|off the table|out of (?:the )?scope|none|verboten|tabu|unerwünscht|nicht \w+|interdits?|"
    r"prohibid[oa]s?|proibid[oa]s?|vietat[oaie]|verboden|niet \w+|zabronion\w+|yok|yasak|değil|"
    r"olmasın|istemiyoruz|kullanılmayacak|nahi+n?|na (?:ho|kare|karein?)|mat)\b|"
    r"^[^,;()、，。]{0,12}?(?:しない|なし|不要|ません|使わない|禁止)|^\s*[:=]\s*(?:no|none|nein|off|false|keine?)\b",
    re.IGNORECASE,
)
_INSTEAD: Final = re.compile(
    r"\b(?:instead of|rather than|in place of|as opposed to|unlike|anstatt|anstelle(?: von)?|statt|"
    r"au lieu (?:de|d')|plutôt que|en lugar de|en vez de|em vez de|ao invés de|invece di|"
    r"in plaats van|zamiast|yerine|ki jagah)\s*(?:\w+ ){0,2}?[\"“`']?$",
    re.IGNORECASE,
)
_INSTEAD_AFTER: Final = re.compile(
    r"^[\"”`']?\s*(?:yerine|ki jagah|ke bajaye|ではなく|而不是)", re.IGNORECASE
)
_PAST: Final = re.compile(
    r"\b(?:migrat\w+ (?:away )?from|mov(?:e|ing) (?:away )?(?:from|off)|switch\w* (?:away )?from|"
    r"away from|coming from|get(?:ting)? rid of|replac\w+|drop(?:ping|s|ped)?|abandon\w*|"
    r"remov\w+|retir\w+|phas\w+ out|deprecat\w+|used to|previously|formerly|the old|legacy|"
    r"so far|until now|weg von|ersetz\w+|bisher\w*|migrieren von|remplac\w+|abandonn\w+|"
    r"reemplaz\w+|migra\w* (?:de|desde|da)|substitu\w+|sostitu\w+|vervang\w+)\b",
    re.IGNORECASE,
)
_ONWARD: Final = re.compile(
    r"\b(?:with|by|to|in favou?r of|durch|zu|par|por|con|door|naar)\b", re.IGNORECASE
)
_LATER: Final = re.compile(
    r"(?<!no )(?<!not )\b(?:later(?! (?:on|sections?|chapters?|than))|eventually|some ?day|in (?:the )?future|down the road|next (?:year|quarter|release)|"
    r"post-?mvp|after (?:the )?(?:mvp|launch)|not now|not yet|for v2|in v2|version 2|"
    r"(?:out|outside) of scope|not in scope|out-of-scope|nice to have|roadmap|backlog|"
    r"irgendwann|später|plus tard|más adelante|mais tarde|in futuro|più avanti|ooit|"
    r"później|kiedyś|ileride|daha sonra|baad mein|以后|将来|後で)\b",
    re.IGNORECASE,
)
_OPEN: Final = re.compile(
    r"\?\s*[\"”')]*\s*$|\b(?:not sure|unsure|undecided|unclear|tbd|to be (?:decided|discussed)|"
    r"maybe|perhaps|might|we could|either|open question|still discussing|vielleicht|unklar|eventuell|"
    r"peut-être|quizás?|tal vez|talvez|forse|misschien|belki|shayad)\b|可能|かもしれ",
    re.IGNORECASE,
)
_LIMIT: Final = re.compile(
    r"\b(?:never|not|no|nicht|nie|ne|pas|non|não|niet)\b[^.;]{0,40}\b(?:longer|later|more|exceed\w*|older|"
    r"above|beyond|outlive|länger|mehr|über\w*|plus (?:de|longtemps)|más de|mais de|più di|"
    r"oltre|langer|meer)\b",
    re.IGNORECASE,
)
_ENDS_NO: Final = re.compile(
    r"\band\b(?!\s+(?:no|nor|not|any)\b)|\bund\b(?!\s+kein)|\bet\b(?!\s+(?:pas|sans))|"
    r"\b(?:just|only|simply|use|keep|store|sondern|nur|always|instead)\b",
    re.IGNORECASE,
)
_DETERMINER: Final = re.compile(
    r"^(?:no|none|without|kein\w*|ohne|sans|sin|sem|senza|geen|zonder|bez)$", re.IGNORECASE
)
_VERB_AGAIN: Final = re.compile(
    r"\b(?:and|then|so|und|et|y|e|en|i|ve|aur)\s+(?:we\s+|it\s+|they\s+)?(?:use|keep|store|should|"
    r"must|can|will|put|have|get|sign|is|are|nutze\w*|verwende\w*|utilise\w*)\b|"
    r"\b(?:so that|therefore|just use|use)\b",
    re.IGNORECASE,
)


def clause(sentence: Sentence, start: int, end: int) -> tuple[str, str, str]:
    """Return the clause around a mention, as text before it, the mention, and text after it."""
    first, last = start - sentence.start, end - sentence.start
    text = sentence.text
    cuts = [
        m for m in _CUT.finditer(text) if not _LIST_HEAD.search(text[: m.start()]) or m[0][0] != ":"
    ]
    left = max((m.end() for m in cuts if m.end() <= first), default=0)
    right = min(
        (m.start() for m in cuts if m.start() >= last and m[0][0] != ":"), default=len(text)
    )
    return text[left:first], text[first:last], text[last:right]


def stance(sentence: Sentence, start: int, end: int) -> Stance:
    """Judge one mention, by offsets of the reading, within its sentence."""
    before, _, after = clause(sentence, start, end)
    if sentence.aside:
        return Stance.LATER
    if _later(sentence, before, after):
        return Stance.LATER
    if _past(before, after):
        return Stance.PAST
    if _refused(before, after) or _list_refused(sentence, start):
        return Stance.REFUSED
    if _OPEN.search(sentence.text.rstrip()) and not _reported(sentence.text):
        return Stance.OPEN
    return Stance.WANTED


def refused_by(before: str, after: str = "") -> bool:
    """Tell whether a clause refuses what stands between these two texts."""
    return _refused(before, after)


def _reported(text: str) -> bool:
    """Tell whether a page without full stops was taken for one sentence."""
    return len(text) > 400  # noqa: PLR2004  # such a "sentence" is a page without full stops


def _later(sentence: Sentence, before: str, after: str) -> bool:
    return _LATER.search(before + " … " + after) is not None or (
        _LATER.match(sentence.text.lstrip()) is not None
    )


def _past(before: str, after: str) -> bool:
    found = list(_PAST.finditer(before))
    if found:
        return _ONWARD.search(before[found[-1].end() :]) is None
    return (
        re.match(r"\s+(?:is|gets|will be|wird)\s+(?:replaced|removed|dropped|retired)", after)
        is not None
    )


def _refused(before: str, after: str) -> bool:
    if _INSTEAD.search(before) or _INSTEAD_AFTER.match(after):
        return True
    if _LIMIT.search(before + after):
        return False
    if _NEGATED_AFTER.match(after):
        return True
    found = list(NEGATOR.finditer(before))
    if not found:
        return False
    scope = before[found[-1].end() :]
    if re.match(r"\s+(?:only|just|nur|seulement|solo|sólo|apenas|alleen)\b", scope):
        return False
    ends = _ENDS_NO if _DETERMINER.match(found[-1][0]) else _VERB_AGAIN
    return ends.search(scope) is None


def _list_refused(sentence: Sentence, start: int) -> bool:
    """Tell whether the mention is a later item of "no A, B or C"."""
    text = sentence.text
    head = text[: start - sentence.start]
    opened = re.search(
        r"\b(?:no|without|neither|not|kein\w*|ohne|sans|sin|sem|senza|geen)\s+[^,;.]{1,40}"
        r"(?:,\s*[^,;.]{1,30})*,?\s*(?:or|nor|oder|ou|o|of|ni)?\s*$",
        head,
        re.IGNORECASE,
    )
    if _DENIED_LIST.search(head):
        return True
    if opened is None or "," not in opened[0]:
        return False
    rest = text[opened.start() :]
    listed = re.match(r"[^.;]*?\b(?:or|nor|oder|ou|ni)\b\s", rest, re.IGNORECASE)
    return (
        listed is not None
        and _VERB_AGAIN.search(opened[0]) is None
        and not re.search(
            r",\s*(?:just|only|but|use|always|nur|sondern)\b", opened[0], re.IGNORECASE
        )
    )
