"""Operations a brief lists: `route`, as method, path and the access it states."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._fact import Mention, mention
from authpact.brief._paths import fastapi_path, is_issuer, is_login
from authpact.brief._reading import Reading, Sentence
from authpact.brief._stance import Stance

_METHODS: Final = r"GET|POST|PUT|PATCH|DELETE"
_PATH: Final = r"(?:https?://[\w.:-]+|localhost:\d+)?/[\w.~:<>{}\[\]/-]*"
_METHOD_FIRST: Final = re.compile(
    rf"(?<![\w/])(?P<methods>(?:{_METHODS})(?:\s*(?:[,/|+&]|and|und|et|y)\s*(?:{_METHODS}))*)(?:[\s|`*:\"'()\]-]|-X|\\)*(?P<path>{_PATH})"
)
_CALL: Final = re.compile(
    r"\.(?P<methods>get|post|put|patch|delete)\(\s*[\"'`](?P<path>/[^\"'`]*)[\"'`]"
)
_PATH_FIRST: Final = re.compile(
    rf"(?<![\w.])(?P<path>/[\w.~:<>{{}}\[\]/-]+)[`*\"]*\s*(?:\||:|\(|-|–|—|,|=>|→)*\s*[`*(\[]*(?P<methods>(?:{_METHODS})(?:\s*(?:[,/|+&]|and)\s*(?:{_METHODS}))*)\b(?![`*\s|:]*/)"
)
_OPENAPI_PATH: Final = re.compile(
    r"^\s*[\"']?(?P<path>/[^\s\"':]*(?::[a-z]\w*[^\s\"':]*)?)[\"']?:\s*\{?\s*$"
)
_OPENAPI_METHOD: Final = re.compile(
    r"^\s*[\"']?(?P<method>get|post|put|patch|delete)[\"']?:\s*\{?\s*$"
)
_LEVELS: Final = (
    ("public", r"\bpublic(?:ly)?\b|\bno (?:auth\w*|login|token|sign-?in)\b|\banyone\b|\banybody\b|\banonymous\w*|\bopen to (?:all|everyone|everybody)\b|\bunauthenticated\b|\bwithout (?:a )?(?:token|login|auth\w*)\b|"
        r"\bguests?\b|\böffentlich\w*|\bohne (?:anmeldung|login|token)|\bpubli(?:que|c|co|ca|cas|cos)\b|\bpúblic[oa]s?\b|\bpubblic[oa]\b|\bopenbaar\b|\bpubliczn\w+|\bherkese açık|公开|公開|\bauth: ?none\b|\beverybody\b"),
    ("owner", r"\bowners?\b|\bown(?:s|ed)?\b|\bself\b|\bown only\b|\btheir\b|\bbesitzer\w*|\beigentümer\w*|\bpropriétaire|\bpropietari[oa]|\bproprietári[oa]|\bproprietari[oa]|\beigenaar|\bwłaściciel\w*|\bsahib\w*|\bmy\b|\bmine\b|本人|自己"),
    ("authenticated", r"\bauthenticated\b|\b(?:signed|logged)[ -]?in\b|\bany (?:valid )?(?:user|token|account)\b|"
        r"\bauthenticated users?\b|\ball users\b|\bangemeldete?\b|\bauthentifi\w+|\bautenticad[oa]s?\b|\bautenticat[oi]\b|\bingelogd\w*|\bzalogowan\w+|登录用户|ログイン済み"),
)  # fmt: skip
_LEVEL: Final = tuple((level, re.compile(words, re.IGNORECASE)) for level, words in _LEVELS)
_PERMISSION: Final = re.compile(
    r"(?<![\w:/.-])(?:permission|scope|perm|berechtigung|permiso|permissão|permesso)?[:\s\"“`']*(?P<name>[a-z][a-z0-9_-]*:(?!int|str|path|uuid|float)[a-z][a-z0-9_-]*)(?![\w/:])"
)


def find(reading: Reading) -> Iterator[Mention]:
    """Yield every listed operation; what Better Auth serves and logins are not operations."""
    seen: set[tuple[str, str]] = set()
    for found in (*_lines(reading), *_openapi(reading)):
        method, path = str(found.value[0]), str(found.value[1])  # type: ignore[index]  # a route is a tuple
        if (method, path) not in seen and found.stance in {Stance.WANTED, Stance.OPEN}:
            seen.add((method, path))
            yield found


def _lines(reading: Reading) -> Iterator[Mention]:
    for sentence in reading.sentences:
        for pattern in (_METHOD_FIRST, _CALL, _PATH_FIRST):
            found = list(_matches(sentence, pattern))
            if found:
                yield from found
                break


def _matches(sentence: Sentence, pattern: re.Pattern[str]) -> Iterator[Mention]:
    matches = list(pattern.finditer(sentence.text))
    for index, match in enumerate(matches):
        path = fastapi_path(match["path"])
        if path is None or (path == "/" and pattern is _PATH_FIRST) or is_issuer(path):
            continue
        methods = re.findall(_METHODS, match["methods"].upper())
        if is_login(path) and methods == ["POST"]:
            continue
        following = matches[index + 1].start() if index + 1 < len(matches) else len(sentence.text)
        leading = matches[index - 1].end() if index else 0
        stated = access(sentence.text[match.end() : following]) or access(
            sentence.text[leading : match.start()]
        )
        stated = stated or access(sentence.heading)
        for method in methods:
            yield mention(
                sentence,
                "route",
                (method, path, stated, sentence.text[match.end() : following].strip(" |-–:\n")),
                match.span(),
                judged=_whole(sentence),
            )


def _whole(sentence: Sentence) -> Stance:
    return Stance.LATER if sentence.aside else Stance.WANTED


def access(text: str) -> str:
    """Return the access level that a text states; empty where it states none or names a role."""
    permission = _PERMISSION.search(text)
    if permission:
        return f"permission:{permission['name']}"
    return next((level for level, pattern in _LEVEL if pattern.search(text)), "")


def _openapi(reading: Reading) -> Iterator[Mention]:
    path: str | None = None
    for sentence in reading.sentences:
        if not sentence.code:
            continue
        named = _OPENAPI_PATH.match(sentence.text)
        method = _OPENAPI_METHOD.match(sentence.text)
        if named:
            path = fastapi_path(named["path"])
        elif method and path is not None and not is_issuer(path):
            span = method.span("method")
            yield mention(
                sentence,
                "route",
                (method["method"].upper(), path, "", ""),
                span,
                judged=Stance.WANTED,
            )
