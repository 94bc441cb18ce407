"""Who may more than others: `roles`, permissions of a role, and powers over everybody's resources."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._fact import Mention, mention
from authpact.brief._nouns import ascii_name, noun
from authpact.brief._reading import Reading, Sentence
from authpact.brief._stance import Stance

_ROLE: Final = r"roles?|rollen?|rôles?|rol(?:es)?|papel|papéis|perfil|ruol[oi]|rola|role|rolü|kirdar|角色|ロール"
_ROLE_WORD: Final = re.compile(rf"\b(?:{_ROLE})\b", re.IGNORECASE)
_NAME: Final = r"[A-Za-z][\w-]{1,30}"
_AFTER: Final = re.compile(
    rf"\b(?:{_ROLE})\b(?: is| are| heißen| names?| called| named|:)?\s*[\"“`'«(]*(?P<names>{_NAME}[\"”`'»)]*(?:(?:\s*,\s*|\s*/\s*|\s+(?:and|or|und|et|y|e|en|i|ve|&)\s+|,\s*and\s+)[\"“`'«]*{_NAME}[\"”`'»]*)*)",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    rf"[\"“`'«]?(?P<name>{_NAME})[\"”`'»]?\)?[ -](?:{_ROLE})\b", re.IGNORECASE
)
_KNOWN: Final = {
    "admin": r"admins?|administrators?|administrador(?:es|as?)?|administratör|administrateurs?|amministrator[ei]|beheerders?|administratorzy|yönetici(?:ler)?|管理员|管理員|管理者",
    "moderator": r"moderators?|moderator(?:en|inn?en)|modérateurs?|moderador(?:es)?|moderator[ei]|版主|モデレーター",
    "editor": r"editors?|redakteure?", "manager": r"managers?", "support": r"support (?:staff|agents?|team)", "auditor": r"auditors?",
    "teacher": r"teachers?", "reviewer": r"reviewers?",
}  # fmt: skip
_KNOWN_RE: Final = re.compile(
    "|".join(
        rf"(?P<{name}>(?<![A-Za-zÀ-ÿ])(?:{words})(?![A-Za-zÀ-ÿ]))" for name, words in _KNOWN.items()
    ),
    re.IGNORECASE,
)
_CAPABLE: Final = re.compile(
    r"\b(?:can|may|could|should|must|are (?:able|allowed)|is (?:able|allowed)|only|see|sees|delete|deletes|manage|manages|view|views|approve|kann|können|darf|dürfen|alle|"
    r"peut|peuvent|puede|pueden|pode|podem|può|possono|kan|kunnen|mag|mogen|może|mogą|görebilir|silebilir|sakta|sakte|sab|everyone|everybody|all|any)\b|可以|能|できる|できます|全て|すべて|所有",
    re.IGNORECASE,
)
_NOT_ROLES: Final = frozenset(
    "the a an and or of for in on to is are be with no none not based per user-based claim claims model check checks may can must should only who that which this new its "
    "his her their them from by at as any each every either name names table column field management yet now needed required assignment assignments system such like we it "
    "two three several one der die das und ein eine le la les un une el los las uno il lo de het een access control rbac permissions permission have has his play plays exists list can all ke ki hai var sahip".split()
)
_NONE: Final = re.compile(
    rf"\b(?:no|without|not? any|zero|keine|ohne|pas de|aucun|sans|sin|não há|sem|senza|nessun|geen|zonder|bez) (?:\w+ )?(?:{_ROLE}|admins?|rbac)\b|\b(?:{_ROLE})\s*[:=]\s*(?:none|no|keine|-)(?!\w)|"
    rf"\b(?:everyone|everybody|all users?|all people) (?:is|are|has|have) (?:equal|the same (?:rights|role))|\bonly one kind of users?\b|没有角色|ロールなし",
    re.IGNORECASE,
)
_PERMISSION: Final = re.compile(
    r"(?<![\w:/.-])(?P<name>[a-z][a-z0-9_-]*:(?:read|write|create|update|delete|manage|list|view|edit|publish|approve|export|admin|close|assign|cancel|review|import|refund|archive|comment|moderate|invite|all))(?![\w:/])"
)
_POWER: Final = re.compile(
    r"\b(?P<verbs>(?:see|view|read|list|access|delete|remove|edit|update|manage|moderate|change|browse|search|inspect)(?:s|es)?(?:(?:,| and| or|, and) (?:see|view|read|list|delete|remove|edit|update|manage)s?)*) "
    r"(?P<whose>all|any|every|everyone['’]s|everybody['’]s|all users['’]?|any user['’]s|other users['’]|others['’]|anyone['’]s|the)(?: of the| of| the)? (?P<what>[^\W\d_][\w-]*(?: [^\W\d_][\w-]*)?)",
    re.IGNORECASE,
)


def find(reading: Reading) -> Iterator[Mention]:
    """Yield `roles`, `roles.NAME.permissions`, `powers.ROLE` and, where there are none, `roles.none`."""
    for sentence in reading.sentences:
        for match in _NONE.finditer(sentence.text):
            yield mention(
                sentence, "note.no-roles", value="none", span=match.span(), judged=Stance.WANTED
            )
        named = list(_named(sentence)) + list(_known(sentence))
        yield from named
        yield from _granted(sentence, named)
        yield from _powers(sentence, named)


def _named(sentence: Sentence) -> Iterator[Mention]:
    if _NONE.search(sentence.text):
        return
    for match in _AFTER.finditer(sentence.text):
        for name in re.finditer(_NAME, match["names"]):
            if name[0].lower() in _NOT_ROLES or name[0].lower() in {"oder", "und"}:
                continue
            at = match.start("names") + name.start()
            yield mention(sentence, "roles", _plain(name[0]), (at, at + len(name[0])))
    for match in _BEFORE.finditer(sentence.text):
        if match["name"].lower() not in _NOT_ROLES and not re.fullmatch(
            r"\w+(?:ed|ing)", match["name"], re.IGNORECASE
        ):
            yield mention(sentence, "roles", _plain(match["name"]), match.span("name"))
    yield from _listed(sentence)


def _listed(sentence: Sentence) -> Iterator[Mention]:
    """Yield the name an item below a heading about roles begins with."""
    if _ROLE_WORD.search(sentence.heading) and not re.search(
        r"GET|POST|PUT|PATCH|DELETE", sentence.text
    ):
        head = re.match(rf"[\"“`'*_]*(?P<name>{_NAME})[\"”`'*_]*\s*(?::|[-–—]|\(|$)", sentence.text)
        if head and head["name"].lower() not in _NOT_ROLES:
            yield mention(sentence, "roles", _plain(head["name"]), head.span("name"))


def _known(sentence: Sentence) -> Iterator[Mention]:
    for match in _KNOWN_RE.finditer(sentence.text):
        around = sentence.text[match.end() :]
        possessive = re.match(
            r"['’]s|[ -](?:plugin|panel|console|dashboard|ui|page|api|interface)", around
        )
        capable = (
            _CAPABLE.search(sentence.text)
            or _ROLE_WORD.search(sentence.text)
            or re.search(r"[-–—]|\bonly\b|\|", sentence.text)
        )
        if capable and not possessive:
            yield mention(sentence, "roles", str(match.lastgroup), match.span())


def _plain(name: str) -> str:
    low = name.lower()
    known = _KNOWN_RE.fullmatch(low)
    return str(known.lastgroup) if known else ascii_name(low)


def _granted(sentence: Sentence, named: list[Mention]) -> Iterator[Mention]:
    if re.search(r"\b(?:GET|POST|PUT|PATCH|DELETE)\b", sentence.text):
        for match in _PERMISSION.finditer(sentence.text):
            yield mention(sentence, "note.permission", match["name"], match.span("name"))
        return
    for match in _PERMISSION.finditer(sentence.text):
        before = [m for m in named if m.end <= sentence.start + match.start()]
        role = before[-1].value if before else _head(sentence)
        field = f"roles.{role}.permissions" if role else "note.permission"
        yield mention(sentence, field, match["name"], match.span("name"))


def _head(sentence: Sentence) -> str | None:
    head = re.match(
        rf"[\"“`'*_|\s]*(?P<name>{_NAME})[\"”`'*_\s]*(?::|[-–—=|(]| (?:has|may|can|gets))",
        sentence.text,
    )
    return _plain(head["name"]) if head and head["name"].lower() not in _NOT_ROLES else None


def _powers(sentence: Sentence, named: list[Mention]) -> Iterator[Mention]:
    wanted = [m for m in named if m.stance is Stance.WANTED]
    if not wanted:
        return
    for match in _POWER.finditer(sentence.text):
        found = noun(match["what"])
        holder = [m for m in wanted if m.end <= sentence.start + match.start()]
        if found is None or not holder:
            continue
        for verb, method in (
            ("see view read list access browse search inspect manage moderate", "GET"),
            ("delete remove manage moderate", "DELETE"),
            ("edit update change manage", "PUT"),
        ):
            if re.search(rf"\b(?:{verb.replace(' ', '|')})", match["verbs"], re.IGNORECASE):
                yield mention(
                    sentence, f"powers.{holder[-1].value}", f"{method} {found[0]}", match.span()
                )
