"""What users own: `resources`, from which the endpoints follow where none are listed."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._fact import Mention, mention
from authpact.brief._nouns import noun, translated
from authpact.brief._reading import Reading, Sentence
from authpact.brief._stance import Stance

_OWN: Final = re.compile(
    r"(?:\b(?:their|there|his|her|its|my|your|our|one['’]?s|the|of) own\b|\bown(?:s|ed)? (?:their|his|her|the|a|an|many|several)\b|\bonly (?:see|view|access|edit|manage|read) (?:their|his|her)\b|"
    r"\bonly their\b|\b(?:users?|customers?|members?|people|students?|patients?|employees?|clients?|drivers?|authors?|everyone|everybody|nobody|person|each \w+|every \w+) owns?\b(?! a\b)|"
    r"\bmanag(?:e|es|ing) (?:their|his|her|my)\b|\bI (?:want|can|may|need|would like|should)\b[^.;]{0,30}\bmy\b|\b(?:create|keep|track|store|write|organi[sz]e|edit|upload)s? (?:and \w+ )?(?:their|his|her|my)\b|"
    r"\beigene[nrms]?\b|\bpropres?\b|\bpropi[oa]s?\b|\bprópri[oa]s?\b|\bpropri[eoa]?\b|\beigen\b|\bwłasn\w+|\bswoj\w+|\bkendi\b|\bapn[eia]\b|自己的|自分の|本人の)",
    re.IGNORECASE,
)
_BELONGS: Final = re.compile(
    r"(?P<noun>[^\W\d_][\w-]*(?: [^\W\d_][\w-]*)?) (?:belongs?|belonging) to (?:(?:a|an|the|one|their|its|exactly|whoever|each|his|her|single)\b|users?)|"
    r"\b(?P<owned>[^\W\d_][\w-]*) (?:are |is )?owned by\b|"
    r"\b(?:someone|somebody) else['’]s (?P<else>[^\W\d_][\w-]*)|\b(?:another|other) (?:user|customer|person|member)s?['’]s? (?P<other>[^\W\d_][\w-]*)",
    re.IGNORECASE,
)
_MANAGE: Final = re.compile(
    r"\b(?:can|may|to|should|must|will|users?|customers?|members?)\s+(?:create|add|manage|list|view|read|edit|update|store|save|organi[sz]e|track|upload|submit|book)"
    r"(?:,? (?:and |or |& )?(?:create|read|view|update|edit|delete|list|remove|complete|manage|mark))*\s+",
    re.IGNORECASE,
)
_APPS: Final = {
    "todo": "tasks", "todos": "tasks", "to-do": "tasks", "task": "tasks", "tasks": "tasks", "note": "notes", "notes": "notes", "expense": "expenses", "habit": "habits",
    "recipe": "recipes", "blog": "posts", "bookmark": "bookmarks", "invoice": "invoices", "journal": "entries", "diary": "entries", "budget": "budgets", "photo": "photos",
    "reading": "books", "inventory": "items", "booking": "bookings", "workout": "workouts", "ticket": "tickets", "ticketing": "tickets", "contact": "contacts",
    "document": "documents", "shopping": "lists", "calendar": "events", "event": "events", "helpdesk": "tickets", "crm": "contacts", "expenses": "expenses", "recipes": "recipes",
    "job": "jobs", "flashcard": "flashcards", "wishlist": "wishlists", "time": "timesheets", "mood": "moods", "meal": "meals", "movie": "movies", "subscription": "subscriptions",
}  # fmt: skip
_APP: Final = re.compile(
    r"\b(?P<head>[A-Za-zÀ-ÿ-]+?)[ -](?:(?:list|web|mobile|full-stack|multi-user|rest|taking|keeping)[ -])*(?:apps?|application|trackers?|managers?|planners?|service|api|platform|"
    r"system|tool|board|anwendung|applicatie|uygulaması|uygulama|app\w*)\b|\b(?P<alone>blog|helpdesk|crm|todos?|to-do|inventory|diary)\b|"
    r"(?P<cjk>待办事项|待办|笔记|任务|发票|メモ|タスク|日記)(?:应用|アプリ|管理)?|"
    r"\b(?:app\w*|aplicação|aplicación|applicazione|application|aplikacja) (?:de|di|des|per|para|do|zum|für|for|voor) (?P<of>[^\W\d_][\w-]*)",
    re.IGNORECASE,
)
_AND: Final = re.compile(
    r"^\s*(?:,(?=\s*[\w-]+(?:\s*,\s*[\w-]+)*\s*,?\s*(?:and|&|und|et|y|e|en)\s)|and|&|und|et|y|e|en|i|ve|aur|,\s*and|、|和|と)\s+(?:(?:their|his|her|my|seine|ihre) )?(?:own |eigenen? |propres )?",
    re.IGNORECASE,
)
_CAPABLE: Final = re.compile(
    r"\b(?:admins?|administrators?|moderators?|managers?|staff|support)\b", re.IGNORECASE
)


def find(reading: Reading) -> Iterator[Mention]:
    """Yield what is owned; where nothing is, what the application is about."""
    for finder in (_owned, _belonging, _managed, _implied):
        found = [m for s in reading.sentences for m in finder(s) if m.stance is Stance.WANTED]
        if found:
            yield from found
            return


def _owned(sentence: Sentence) -> Iterator[Mention]:
    for match in _OWN.finditer(sentence.text):
        if re.search(
            r"^\W*(?:own )?(?:login|auth|passw|jwts?\b|(?:access )?tokens?\b|secret|(?:user |database )?table|domain|syst[eè]m|sistema|server|"
            r"mots? de passe|contraseñ|senha|database\b|db\b|base de|users? table|identity|sign)",
            sentence.text[match.end() :][:40],
            re.IGNORECASE,
        ):
            continue
        yield from _nouns(sentence, match.end())
    yield from _belonging(sentence)


def _nouns(sentence: Sentence, at: int) -> Iterator[Mention]:
    """Yield the noun there and those that are joined to it."""
    found = _cjk(sentence, at) or noun(sentence.text[at:])
    while found is not None:
        name, start, end = found
        yield mention(sentence, "resources", name, (at + start, at + end), judged=Stance.WANTED)
        joined = _AND.match(sentence.text[at + end :])
        if joined is None:
            return
        at += end + joined.end()
        found = noun(sentence.text[at:])
        if (
            found is not None
            and not sentence.text[at : at + found[2]].split()[-1].lower().endswith("s")
            and not translated(sentence.text[at : at + found[2]].split()[-1])
        ):
            return


def _cjk(sentence: Sentence, at: int) -> tuple[str, int, int] | None:
    rest = sentence.text[at : at + 12]
    for size in (4, 3, 2):
        name = translated(rest[:size])
        if name is not None:
            return name, 0, size
    return None


def _belonging(sentence: Sentence) -> Iterator[Mention]:
    for match in _BELONGS.finditer(sentence.text):
        kind = next(k for k, v in match.groupdict().items() if v)
        found = noun(match[kind].split()[-1] if kind == "noun" else match[kind])
        if found is not None:
            start = (
                match.end(kind) - len(match[kind].split()[-1])
                if kind == "noun"
                else match.start(kind)
            )
            yield mention(
                sentence, "resources", found[0], (start, match.end(kind)), judged=Stance.WANTED
            )


def _managed(sentence: Sentence) -> Iterator[Mention]:
    for match in _MANAGE.finditer(sentence.text):
        if not _CAPABLE.search(sentence.text[: match.start() + 3]):
            yield from _nouns(sentence, match.end())


def _implied(sentence: Sentence) -> Iterator[Mention]:
    for match in _APP.finditer(sentence.text):
        kind = next(k for k, v in match.groupdict().items() if v)
        word = match[kind].lower()
        name = (
            _APPS.get(word)
            or translated(word)
            or (None if kind != "of" else (noun(word) or (None,))[0])
        )
        if name is not None:
            yield mention(sentence, "resources", name, match.span(kind))
