"""The self-check of a design document: five questions, answered by the checks that ran over it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from authpact.compile._checklist import document_checks
from authpact.contract import Contract
from authpact.findings import Finding

_QUESTIONS: Final = (
    ("Are the constraints kept?", ("document", "identity", "scope")),
    ("Do issuance and verification agree?", ("algorithm", "key", "session", "token", "transport")),
    ("Are both environments complete, without secrets?", ("environment",)),
    ("Are the endpoint rules unambiguous?", ("access", "error", "ownership", "tenant")),
    ("Are browser, log and replay dealt with?", ("browser", "logging", "replay")),
)
"""Each question with the requirement families that answer it; together they are all of them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question, the checks that answer it and what they found."""

    question: str
    checks: tuple[str, ...]
    result: str


@dataclass(frozen=True, slots=True)
class Weakness:
    """Something the design does not prevent, and what was done about it."""

    what: str
    done: str


def answers(findings: Iterable[Finding]) -> tuple[Answer, ...]:
    """Return the five answers for these findings of a design document."""
    found = tuple(findings)
    return tuple(_answer(question, families, found) for question, families in _QUESTIONS)


def _answer(question: str, families: tuple[str, ...], findings: tuple[Finding, ...]) -> Answer:
    checks = tuple(
        slug
        for slug, check in document_checks().items()
        if "design" in check.kinds and check.requirement.split(":")[0] in families
    )
    broken = [f"line {f.location.line}: {f.message}" for f in findings if f.rule in checks]
    result = "yes" if not broken else "no: " + "; ".join(broken)
    return Answer(question, checks, result)


def weaknesses(contract: Contract, exposure: str) -> tuple[Weakness, ...]:
    """Return what remains; `exposure` is how long a stolen token works, in words."""
    found = [
        Weakness(
            "A stolen access token can be used by whoever holds it.", f"It ends after {exposure}."
        ),
        Weakness(
            "E-mail addresses are not verified at sign-up.",
            "Raised: switch on `requireEmailVerification` in Better Auth where it matters.",
        ),
        Weakness(
            "Better Auth limits rates in production only and believes `X-Forwarded-For`.",
            "Raised: the proxy in front must set this header itself.",
        ),
    ]
    return (*found, *_by_choice(contract, exposure))


def _by_choice(contract: Contract, exposure: str) -> Iterator[Weakness]:
    if contract.algorithm.symmetric:
        yield Weakness(
            "Whoever reads the API's secret can issue tokens for this API.",
            "A dedicated key that opens nothing else; rotation with overlap; `jwks` mode.",
        )
    if contract.session.storage != "cookie":
        yield Weakness(
            "A script injected into a page can use the token.",
            "Content Security Policy; short life.",
        )
    if contract.revocation.mode == "none":
        yield Weakness(
            "Sign-out does not reach issued tokens.",
            f"They end after {exposure}, or use `backchannel`.",
        )
    elif contract.revocation.store == "memory":
        yield Weakness(
            "Ended sessions are forgotten when the API restarts.",
            f"Tokens end after {exposure}.",
        )
    if contract.tenant_claim is not None:
        yield Weakness(
            "A member who was removed keeps the organization in tokens issued before.",
            f"They end after {exposure}; the next token is issued without it.",
        )
