"""What is being built: `project.name`."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from authpact.brief._fact import Mention, mention
from authpact.brief._reading import Reading, Sentence
from authpact.brief._stance import Stance

_WORD: Final = r"[^\W\d_][\w-]*"
_LABELLED: Final = re.compile(
    r"^[\s{\"'*_#|-]*(?:project|app|application|service|product|system|title|projekt|anwendung|dienst|projet|application|proyecto|aplicación|"
    r"projeto|aplicativo|progetto|applicazione|aplikacja|proje|uygulama|项目|应用|プロジェクト|アプリ)(?:[ _-]?(?:name|nome|nom|nombre|adı|naam|名|名称))?"
    rf"[\"'*_]*\s*[:=|：]\s*[\"“'`*|\s]*(?P<name>{_WORD}(?:[ ]{_WORD}){{0,2}})",
    re.IGNORECASE,
)
_CALLED: Final = re.compile(
    r"\b(?:called|named|code ?-?named|namens|genannt|(?:it is|it's) called|heißt|appelée?s?|nommée?|llamad[ao]|se llama|chamad[ao]|se chama|chiamat[ao]|si chiama|"
    rf"genaamd|heet|o nazwie|nazywa się|adında|adlı|naam ka|名为|叫做|という名前の)\s+[\"“'`*„«]*(?P<name>{_WORD}(?:[ ][A-Z][\w-]*)?)",
    re.IGNORECASE,
)
_KINDS: Final = (
    r"app|application|web ?app|service|platform|system|tool|site|website|api|backend|anwendung|plattform|dienst|"
    r"applicatie|aplikacja|aplikacji|uygulaması|uygulama|cms"
)
_QUOTED: Final = re.compile(
    rf"\b(?:{_KINDS}|portal|shop|tracker|dashboard|project|projekt|product)\s+[\"“„«'](?P<name>{_WORD}(?:[ ]{_WORD}){{0,2}})[\"”“»']|"
    rf"[\"“„«](?P<other>{_WORD}(?:[ ]{_WORD}){{0,2}})[\"”“»]\s+(?:{_KINDS}|portal|shop|tracker)\b"
    rf"|\b(?:make|making|build|building|create|creating|launch|launching|is|called)\s+[\"“„«](?P<made>{_WORD}(?:[ ]{_WORD}){{0,2}})[\"”“»]",
    re.IGNORECASE,
)
_NOUN: Final = re.compile(
    rf"\b(?P<head>[A-Za-zÀ-ÿ][\w-]*)[ -](?P<kind>(?:(?:full-stack|multi-user|web|mobile|rest|saas)[ -])*(?:{_KINDS}|tracker|manager|planner|portal|dashboard|organi[sz]er|shop|store|"
    r"board|journal|list|marketplace|calendar|wiki|library))\b|(?P<alone>\bcms\b|\bblog\b|\bhelpdesk\b|\bcrm\b|\bwiki\b)",
    re.IGNORECASE,
)
_KEPT: Final = re.compile(
    r"tracker|manager|planner|portal|dashboard|organi[sz]er|shop|store|board|journal|marketplace|calendar|wiki|library|cms$",
    re.IGNORECASE,
)
_NOT_A_NAME: Final = frozenset(
    "the a an this that our your my their its his her web next js nextjs next.js rest full full-stack stack multi-user secure simple small "
    "new mobile whole entire each every any same other one single existing current react fastapi python backend frontend better-auth auth "
    "demo sample saas internal basic modern typescript client server protected user-facing console public private real-time little of for in on "
    "and or to with by from is are be was both separate production external partner customer todo-list own task-list access user list role "
    "login typical existing token session-based second third jwt bearer identity de la le una un une uma ein eine authentication build make create want need develop write run s t i we you it".split()
)
_ALONE: Final = frozenset({"cms", "wiki", "marketplace"})
_TODO: Final = re.compile(
    r"\bto[ -]?dos?\b(?:[ -]?(?:list|app\w*|web|api|manager|anwendung))?|待办|ToDo", re.IGNORECASE
)


def find(reading: Reading) -> Iterator[Mention]:
    """Yield names, the surest first: stated, given in quotes, then a phrase such as "todo app"."""
    surest: list[Mention] = []
    for rank, pattern in enumerate((_LABELLED, _CALLED, _QUOTED, _TODO, _NOUN)):
        for sentence in reading.sentences:
            for match in pattern.finditer(sentence.text):
                found = _named(sentence, match, rank)
                if found is not None and found.stance in {Stance.WANTED, Stance.OPEN}:
                    surest.append(found)
        if surest:
            yield surest[0]
            return


def _named(sentence: Sentence, match: re.Match[str], rank: int) -> Mention | None:
    groups = match.groupdict()
    if rank == 3:  # noqa: PLR2004  # the todo row of the tuple above
        return mention(sentence, "project.name", "todo", match.span())
    if groups.get("head"):
        head = match["head"].lower()
        if head in _NOT_A_NAME:
            alone = slug(match["kind"])
            span = match.span("kind")
            return mention(sentence, "project.name", alone, span) if alone in _ALONE else None
        kind = match["kind"].split()[-1].split("-")[-1].lower()
        name = slug(f"{head} {kind}" if _KEPT.search(kind) else head)
    else:
        name = slug(
            next(v for k, v in groups.items() if v and k in {"name", "other", "alone", "made"})
        )
    if not name or name in _NOT_A_NAME:
        return None
    return mention(sentence, "project.name", name, match.span())


def slug(text: str) -> str:
    """Return a name as the contract writes it: lower case, ASCII, joined by dashes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    joined = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    joined = re.sub(r"-(?:app|application)$", "", joined)
    return re.sub(r"^[^a-z]+", "", joined)[:64].rstrip("-")
