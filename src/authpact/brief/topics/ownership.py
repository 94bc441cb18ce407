"""What a stranger is told: `ownership.foreign_path` and `ownership.foreign_resource`."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._fact import Mention, mention
from authpact.brief._reading import Reading, Sentence
from authpact.brief._stance import Stance

_STATUS: Final = re.compile(
    r"(?<![\w/:.-])(?P<status>403|404)(?![\w/:.-]*\d)|\b(?P<word>not found|forbidden)\b",
    re.IGNORECASE,
)
_FOREIGN: Final = re.compile(
    r"\bother\b|\bothers\b|\banother\b|\bsome(?:one|body)(?: else)?(?:['’]s)?\b|\bforeign\b|\bdifferent user|\bnot (?:their|the|his|an?)? ?own(?:er|s)?\b|"
    r"\bnot (?:yours|theirs|mine)\b|\bdoes(?:n['’]t| not) (?:own|belong|match)|\bnot (?:owned|belong)|\bmismatch\w*|\bdoesn['’]t match|\bdiffer\w*|"
    r"\bstranger\w*|\bnon-?owners?\b|\bwrong user|\bunauthori[sz]ed owner|\bexist(?:ence|s)?\b|\bfremd\w*|\bandere[nrms]?\b|\bautres?\b|\bautrui\b|"
    r"\botr[oa]s?\b|\bajen[oa]s?\b|\boutr[oa]s?\b|\balheio|\baltr[iuo]\w*|\bander\w*|\bcudz\w*|\binn\w+ użytk\w*|\bbaşka\w*|\bdoosr\w+|他人|别人|其他|他の|他ユーザ|本人以外",
    re.IGNORECASE,
)
_PATH: Final = re.compile(
    r"\bpaths?\b|\burls?\b|\buser[_ ]?ids?\b|\{user|\broutes?\b|\bpfad\w*|\bchemins?\b|\bruta\b|\bpercorso\b|路径|パス",
    re.IGNORECASE,
)
_OBJECT: Final = re.compile(
    r"\bobjects?\b|\bresources?\b|\brows?\b|\brecords?\b|\bitems?\b|\bentit(?:y|ies)\b|\bobjekt\w*|\bressource\w*|\bexist(?:ence|s)?\b|"
    r"(?:else|other|another user|customer|people|person)['’]s (?!path|url|user)\w+|\bforeign (?!path|user|url)\w+|"
    r"\b(?:tasks?|todos?|notes?|posts?|documents?|invoices?|orders?|files?|data)\b",
    re.IGNORECASE,
)
_BOTH: Final = re.compile(
    r"\balways\b|\beverywhere\b|\bimmer\b|\btoujours\b|\bsiempre\b|\bsempre\b|\balike\b|\bboth\b",
    re.IGNORECASE,
)
_HIDE: Final = re.compile(
    r"\b(?:hide|hides|hiding|not reveal|don['’]t reveal|without revealing|never reveal|not leak|don['’]t leak|not disclose|not confirm)\b"
    r"[^.;]{0,40}\b(?:exist\w*|existence)\b|\bas if (?:it|they) (?:did|do|does)(?:n['’]t| not) exist|\bpretend\w*[^.;]{0,30}exist",
    re.IGNORECASE,
)
_WORDS: Final = {"not found": 404, "forbidden": 403}


def find(reading: Reading) -> Iterator[Mention]:
    """Yield the status for foreign paths and foreign objects where a brief names one."""
    for sentence in reading.prose:
        statuses = list(_STATUS.finditer(sentence.text))
        if statuses and _FOREIGN.search(sentence.text):
            for match in statuses:
                yield from _judge(sentence, match)
        elif not statuses:
            for match in _HIDE.finditer(sentence.text):
                yield mention(
                    sentence, "ownership.foreign_resource", 404, match.span(), judged=Stance.WANTED
                )


def _judge(sentence: Sentence, match: re.Match[str]) -> Iterator[Mention]:
    status = int(match["status"]) if match["status"] else _WORDS[match["word"].lower()]
    near = _near(sentence.text, match)
    path, thing = bool(_PATH.search(near)), bool(_OBJECT.search(near))
    if _BOTH.search(sentence.text):
        path = thing = True
    thing = thing or not path
    for wanted, field in ((path, "ownership.foreign_path"), (thing, "ownership.foreign_resource")):
        if wanted:
            yield mention(sentence, field, status, match.span())


def _near(text: str, match: re.Match[str]) -> str:
    """Return the part of a sentence that one status governs: up to the next status."""
    if len(list(_STATUS.finditer(text))) == 1:
        return text
    cuts = [m.start() for m in re.finditer(r"[,;]|\b(?:and|but|und|et|y|e)\b", text)]
    left = max((c for c in cuts if c < match.start()), default=0)
    right = min((c for c in cuts if c >= match.end()), default=len(text))
    return text[left:right]
