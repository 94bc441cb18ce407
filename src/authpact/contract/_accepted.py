"""What people decided and accepted: choices, deviations, findings."""

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from authpact.contract._table import Table
from authpact.contract._texts import Text

Origin = Literal["brief", "answer", "default"]


class Decision(Table):
    """A weighty choice: its value, where it came from and why."""

    value: Text
    """What was chosen."""
    origin: Origin = "default"
    """`brief` and `answer` were decided by a person, `default` is an assumption."""
    rationale: Annotated[str, StringConstraints(max_length=1000)] = ""
    """Why; empty means the reason that authpact gives for this value."""


DeviationKind = Literal[
    "custom-auth",
    "own-password-store",
    "opaque-token",
    "other-token-type",
    "second-issuer",
    "secret-in-code",
    "no-expiry",
    "later-phase",
]


class Deviation(Table):
    """A wish outside of the constraints that somebody accepted, with the reason."""

    kind: DeviationKind
    """Which constraint is left."""
    why: Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^\S(.*\S)?$")]
    """Why it is accepted, in the words of whoever did."""
    text: Annotated[str, StringConstraints(max_length=500)] | None = None
    """The words of the brief that ask for it."""


class Suppression(Table):
    """A finding of the review that is accepted, with the reason and, where given, a last day."""

    rule: Annotated[str, StringConstraints(pattern=r"^[a-z*][a-z0-9*-]*$")]
    """The rule, or a pattern such as `cors-*`."""
    file: Text = "*"
    """The file, or a pattern such as `services/*/main.py`; all of them by default."""
    reason: Text
    """Why it is accepted."""
    until: date | None = None
    """The last day on which it is, such as 2027-01-31."""
