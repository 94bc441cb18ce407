"""At most three questions: those whose answers settle most, weighed by risk."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from authpact.brief._durations import durations
from authpact.brief._fact import Value
from authpact.brief._facts import Mentions
from authpact.brief._nouns import noun
from authpact.brief._settled import Settlement
from authpact.contract import ALGORITHMS
from authpact.errors import AuthpactError

MOST: Final = 3
_WORTH_ASKING: Final = 6
_RAISED: Final = 2
"""A topic that the brief raises without deciding weighs twice."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer and the fields it settles."""

    value: str
    label: str
    settles: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its rank: fields it settles times risk."""

    id: str
    question: str
    why: str
    recommended: str
    options: tuple[Option, ...]
    fields: tuple[str, ...]
    risk: int
    raised: bool = False
    free: Callable[[str], Mapping[str, Value] | None] | None = None
    """Reads an answer that is none of the options; None where only options count."""

    @property
    def impact(self) -> int:
        """Fields settled times risk, twice as much where the brief raises the topic."""
        return len(self.fields) * self.risk * (_RAISED if self.raised else 1)

    def settle(self, answer: str) -> Mapping[str, Value]:
        """Return the fields an answer settles. Raises AuthpactError for an answer that is none."""
        text = answer.strip()
        for index, option in enumerate(self.options, start=1):
            if text.lower() in {option.value.lower(), str(index)}:
                return option.settles
        found = self.free(text) if self.free else None
        if found is None:
            known = ", ".join(option.value for option in self.options)
            raise AuthpactError(f"{self.id}: “{text}” is no answer; write one of: {known}")
        return found


def _resources(answer: str) -> Mapping[str, Value] | None:
    names = [found[0] for part in re.split(r",|\band\b", answer) if (found := noun(part))]
    return {"resources": tuple(names)} if names else None


def _lifetime(answer: str) -> Mapping[str, Value] | None:
    found = durations(answer)
    within = found and 60 <= found[0].seconds <= 3600  # noqa: PLR2004  # the limits of token.lifetime
    return {"token.lifetime": found[0].seconds} if within else None


def _algorithm(answer: str) -> Mapping[str, Value] | None:
    name = next((n for n in ALGORITHMS if n.lower() == answer.lower()), None)
    return {"token.algorithm": name} if name else None


def _role_list(answer: str) -> Mapping[str, Value] | None:
    names = tuple(
        n
        for n in re.split(r"[,\s]+(?:and\s+)?", answer.lower())
        if re.fullmatch(r"[a-z][a-z0-9_-]*", n)
    )
    return {"roles": names} if names else None


_QUESTIONS: Final = (
    Question(
        "resources",
        "Which resources do users own?",
        "Every endpoint, every ownership rule and most acceptance criteria follow from it.",
        "tasks",
        (
            Option(
                "tasks",
                "tasks: the six operations of a todo application",
                {"resources": ("tasks",)},
            ),
            Option(
                "notes",
                "notes, or any other nouns: type them, such as “invoices, receipts”",
                {"resources": ("notes",)},
            ),
        ),
        ("endpoints", "ownership.foreign_path", "ownership.foreign_resource"),
        3,
        free=_resources,
    ),
    Question(
        "algorithm",
        "Do the people who run FastAPI also run Next.js?",
        "With a shared secret whoever runs the API could sign tokens, too; with a key pair only Better Auth can.",
        "shared-secret",
        (
            Option(
                "shared-secret",
                "yes, one team: HS256 with a dedicated shared secret",
                {"token.algorithm": "HS256"},
            ),
            Option(
                "jwks",
                "no, or not for long: EdDSA with a key pair and a published key set",
                {"token.algorithm": "EdDSA"},
            ),
        ),
        ("token.mode", "token.algorithm", "keys"),
        3,
        free=_algorithm,
    ),
    Question(
        "storage",
        "May scripts of your pages hold the access token?",
        "It decides what one injected script can steal, and whether API calls pass through Next.js.",
        "memory",
        (
            Option(
                "memory",
                "yes, in page memory only: simple, gone with the page",
                {"session.storage": "memory"},
            ),
            Option(
                "cookie",
                "no: an HttpOnly cookie, Next.js passes API calls on",
                {"session.storage": "cookie"},
            ),
        ),
        ("session.storage", "endpoints of Next.js"),
        3,
    ),
    Question(
        "revocation",
        "Must a token stop working the moment its user signs out?",
        "Without it a stolen token works until it expires; with it the API keeps a list of ended sessions.",
        "none",
        (
            Option(
                "none",
                "no: tokens run out by themselves within minutes",
                {"revocation.mode": "none"},
            ),
            Option(
                "backchannel",
                "yes: Better Auth tells the API within seconds",
                {"revocation.mode": "backchannel"},
            ),
        ),
        ("revocation.mode", "revocation.store"),
        2,
    ),
    Question(
        "lifetime",
        "How long may a stolen access token work?",
        "The lifetime is the only limit of a stolen token; sessions re-issue tokens unseen.",
        "15m",
        (
            Option("15m", "15 minutes", {"token.lifetime": 900}),
            Option("5m", "5 minutes: data worth stealing", {"token.lifetime": 300}),
            Option("1h", "1 hour: fewer requests to Better Auth", {"token.lifetime": 3600}),
        ),
        ("token.lifetime",),
        3,
        free=_lifetime,
    ),
    Question(
        "roles",
        "Does anybody need more rights than an ordinary user?",
        "Roles are issued in the token and need rules of their own on every endpoint.",
        "none",
        (
            Option(
                "none", "no: everybody owns what they create, nobody sees the rest", {"roles": ()}
            ),
            Option("admin", "yes, a role admin (or other names: type them)", {"roles": ("admin",)}),
        ),
        ("roles", "endpoints.*.access"),
        2,
        free=_role_list,
    ),
    Question(
        "ownership",
        "What does a stranger learn about somebody else's object?",
        "404 hides that it exists; 403 admits it.",
        "404",
        (
            Option("404", "404: as if it did not exist", {"ownership.foreign_resource": 404}),
            Option("403", "403: it exists, but is not yours", {"ownership.foreign_resource": 403}),
        ),
        ("ownership.foreign_resource",),
        2,
    ),
    Question(
        "session",
        "How long does a session last?",
        "It bounds how long tokens are re-issued without a password.",
        "7d",
        (
            Option("7d", "7 days", {"session.lifetime": 604800}),
            Option("12h", "12 hours: sign in every working day", {"session.lifetime": 43200}),
            Option("30d", "30 days", {"session.lifetime": 2592000}),
        ),
        ("session.lifetime",),
        2,
    ),
    Question(
        "refresh",
        "Is an expired token replaced while the session lives?",
        "Otherwise the user signs in again whenever the token runs out.",
        "silent",
        (
            Option("silent", "yes, once and unseen", {"session.reissue": "silent"}),
            Option("none", "no, the user signs in again", {"session.reissue": "none"}),
        ),
        ("session.reissue",),
        1,
    ),
)
_STATED_BY: Final = {
    "algorithm": ("token.algorithm",), "storage": ("session.storage",), "revocation": ("revocation.mode",),
    "lifetime": ("token.lifetime",), "session": ("session.lifetime",), "refresh": ("session.reissue",),
    "ownership": ("ownership.foreign_resource", "ownership.foreign_path"),
}  # fmt: skip
_RAISED_BY: Final = {
    **_STATED_BY,
    "algorithm": ("token.algorithm", "token.mode"),
    "roles": ("roles",),
}


def all_questions() -> Mapping[str, Question]:
    """Return every question there is, by id."""
    return {question.id: question for question in _QUESTIONS}


def stated(state: Settlement, said: Mentions, *, resources: bool, roles: bool) -> frozenset[str]:
    """Return the topics that the brief or an answer settles."""
    found = {
        topic for topic, fields in _STATED_BY.items() if any(f in state.values for f in fields)
    }
    if resources:
        found.add("resources")
    if roles or said.wanted("note.no-roles"):
        found.add("roles")
    return frozenset(found - state.disputed)


def questions(state: Settlement, said: Mentions, settled: frozenset[str]) -> tuple[Question, ...]:
    """Return at most three questions, the weightiest first; none on what is settled."""
    ranked = []
    for order, question in enumerate(_QUESTIONS):
        if question.id in settled:
            continue
        raised = question.id in state.disputed or any(
            said.raised(f) for f in _RAISED_BY.get(question.id, ())
        )
        one = replace(question, raised=raised)
        if one.impact >= _WORTH_ASKING or raised:
            ranked.append((-one.impact, order, one))
    return tuple(one for _, _, one in sorted(ranked, key=lambda r: r[:2])[:MOST])
