"""Judging answers: small questions that many probes ask, and the loop most of them share."""

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field

from authpact.probe._case import Case
from authpact.probe._messages import Request, Response
from authpact.probe._probe import Attempt, Judgement, broken, held, inconclusive

Question = Callable[[Response], str]
"""Looks at an answer and says what is wrong with it; empty when nothing is."""

UNAUTHORIZED = 401
FORBIDDEN = 403
SERVER_ERROR = 500
_LABELS_SHOWN = 5


def told(response: Response) -> str:
    """Say what was answered, in a few words."""
    return f"answered {response.status}" if response.status else "ended the connection"


def unauthenticated(response: Response) -> str:
    """Ask for 401."""
    return "" if response.status == UNAUTHORIZED else f"{told(response)} instead of 401"


def one_of(*statuses: int) -> Question:
    """Return the question for one of these statuses."""
    names = " or ".join(str(s) for s in statuses)
    return lambda r: "" if r.status in statuses else f"{told(r)} instead of {names}"


def invalid_token(response: Response) -> str:
    """Ask for 401 with the challenge of RFC 6750 section 3.1 for a token that does not verify."""
    if response.status != UNAUTHORIZED:
        return unauthenticated(response)
    challenge = response.header("WWW-Authenticate") or ""
    if re.match(r'Bearer\b.*\berror="invalid_token"', challenge, re.IGNORECASE):
        return ""
    return 'answered 401 without `Bearer error="invalid_token"`'


def coded(code: str) -> Question:
    """Return the question for 401 with this code in the body."""

    def ask(response: Response) -> str:
        if response.status != UNAUTHORIZED:
            return unauthenticated(response)
        given = response.member("code")
        return "" if given == code else f"answered 401 with the code {given!r} instead of {code!r}"

    return ask


@dataclass(slots=True)
class Tally:
    """Collects what went wrong over several exchanges and ends in one judgement."""

    count: int = 0
    faults: dict[str, list[str]] = field(default_factory=dict)
    """What went wrong → the labels it went wrong with."""
    exhibits: list[Response] = field(default_factory=list)
    last: Response | None = None

    def note(self, label: str, fault: str, response: Response) -> None:
        """Count one exchange; an empty fault is a good one."""
        self.count += 1
        self.last = response
        if fault:
            self.faults.setdefault(fault, []).append(label)
            self.exhibits.append(response)

    def judge(self, good: str) -> Judgement:
        """End: held with this sentence, or broken with every fault named."""
        if not self.count:
            return inconclusive("There was nothing to try.")
        if not self.faults:
            return held(good, *((self.last,) if self.last else ()))
        wrong = sum(len(labels) for labels in self.faults.values())
        named = "; ".join(f"{fault}: {_listed(labels)}" for fault, labels in self.faults.items())
        return broken(f"{wrong} of {self.count} {named}.", *self.exhibits)


def _listed(labels: list[str]) -> str:
    shown = ", ".join(label for label in labels[:_LABELS_SHOWN] if label)
    rest = len(labels) - _LABELS_SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown


def ask_each(
    requests: Iterable[Request], question: Question, good: str
) -> Generator[Request, Response, Judgement]:
    """Send every request and ask the same question of every answer."""
    tally = Tally()
    for request in requests:
        response = yield request
        tally.note(request.label, question(response), response)
    return tally.judge(good.format(count=tally.count))


def present(
    case: Case, tokens: Mapping[str, str], good: str, question: Question = unauthenticated
) -> Attempt:
    """Present tokens, given by label, at the endpoint of the case; each must be refused."""
    requests = (case.call(token=token).labelled(label) for label, token in tokens.items())
    return ask_each(requests, question, good)
