"""What a brief came to, as clients receive it."""

from collections.abc import Iterable

from pydantic import BaseModel

from authpact.brief import Deviating, Draft, Fact, Question
from authpact.compile import DESIGN, checklist, render
from authpact.contract import digest, struck, to_toml
from authpact.mcp._drafts import Kept
from authpact.mcp._judgement import Fault, fault


class Choice(BaseModel, use_attribute_docstrings=True):
    """One answer to a question."""

    value: str
    """What to send to the tool `answer`."""
    label: str


class Asked(BaseModel, use_attribute_docstrings=True):
    """One question for the person who wrote the brief."""

    id: str
    question: str
    why: str
    """What depends on the answer."""
    recommended: str
    """Taken, and labelled as an assumption, where nobody answers."""
    options: list[Choice]
    settles: list[str]
    """The fields of the contract that the answer decides."""


class Wish(BaseModel, use_attribute_docstrings=True):
    """A deviation: something the brief wants that leaves a constraint."""

    kind: str
    """What to send to the tool `answer` to accept it."""
    text: str
    """The words of the brief."""
    constraint: str
    cost: str
    alternative: str
    """What is allowed instead, and designed unless the wish is accepted."""
    accepted: str | None
    """Why somebody accepted it, null while nobody did: ask whether to go on."""


class Assumed(BaseModel):
    """A value that nobody decided."""

    field: str
    value: str
    why: str


class Warned(BaseModel):
    """Something in the brief that cannot be followed as it stands."""

    topic: str
    message: str


class Stated(BaseModel, use_attribute_docstrings=True):
    """A value that the brief states."""

    field: str
    value: str | int | bool | list[str]
    evidence: str
    """The exact words."""


class Open(BaseModel, use_attribute_docstrings=True):
    """What is left to say about a brief."""

    draft: str
    """The id of this design; every tool takes it as `contract`."""
    questions: list[Asked]
    """Three at most, the weightiest first; put all of them in one message."""
    deviations: list[Wish]


class Designed(Open, use_attribute_docstrings=True):
    """A complete design: the contract, what it rests on, and the design document."""

    ready: bool
    """True when no deviation is open and the document passes its own checklist."""
    digest: str
    """12 hexadecimal digits of the contract."""
    contract: str
    """The contract as TOML: the text of authpact.toml."""
    assumptions: list[Assumed]
    warnings: list[Warned]
    facts: list[Stated]
    path: str
    """Where the document belongs in the project."""
    document: str
    """The whole design document; hand it over as it is."""
    findings: list[Fault]


def still_open(kept: Kept) -> Open:
    """Return what a person has to be asked."""
    found = kept.draft
    return Open(draft=kept.id, questions=_asked(found), deviations=_wishes(found.deviations))


def designed(kept: Kept) -> Designed:
    """Return the design of a brief with its answers so far."""
    found = kept.draft
    (file,) = render(found.contract, ["design"])
    faults = [fault(f) for f in checklist(file.text, found.contract, DESIGN)]
    wishes = _wishes(found.deviations)
    return Designed(
        draft=kept.id,
        ready=not faults and all(wish.accepted for wish in wishes),
        digest=digest(found.contract),
        contract=to_toml(found.contract),
        questions=_asked(found),
        deviations=wishes,
        assumptions=[Assumed(field=a.field, value=a.value, why=a.why) for a in found.assumptions],
        warnings=[Warned(topic=w.topic, message=struck(w.message)) for w in found.warnings],
        facts=[_stated(fact) for fact in found.facts],
        path=file.path,
        document=file.text,
        findings=faults,
    )


def _asked(found: Draft) -> list[Asked]:
    return [_question(question) for question in found.questions]


def _question(question: Question) -> Asked:
    return Asked(
        id=question.id,
        question=question.question,
        why=question.why,
        recommended=question.recommended,
        options=[Choice(value=o.value, label=o.label) for o in question.options],
        settles=list(question.fields),
    )


def _wishes(found: Iterable[Deviating]) -> list[Wish]:
    return [
        Wish(
            kind=d.kind,
            text=d.text,
            constraint=d.constraint,
            cost=d.cost,
            alternative=d.alternative,
            accepted=d.accepted,
        )
        for d in found
    ]


def _stated(fact: Fact) -> Stated:
    value = list(fact.value) if isinstance(fact.value, tuple) else fact.value
    return Stated(field=fact.field, value=value, evidence=struck(fact.evidence))
