import pytest

from authpact.contract import criteria, default_contract, digest
from authpact.findings import (
    Confidence,
    Control,
    Exchange,
    Finding,
    Location,
    Outcome,
    Run,
    RunStats,
    Severity,
    Verdict,
)

HOSTILE = "<script>alert(1)</script> | `code` [link](x)"


@pytest.fixture
def judged() -> Run:
    """A run with every outcome, and with text from a server that wants to be markup."""
    contract = default_contract()
    chosen = tuple(criteria(contract))
    verdicts = []
    for criterion in chosen:
        outcome = {
            "AC-AUDIENCE": Outcome.BROKEN,
            "AC-SIGN-UP": Outcome.INCONCLUSIVE,
        }.get(criterion.id, Outcome.HELD)
        shown = Exchange("GET /api/me   [another audience]", f"200\n{HOSTILE}")
        verdicts.append(
            Verdict(
                criterion.probe,
                criterion.requirement,
                criterion.id,
                "GET /api/me",
                outcome,
                f"the reason of {criterion.id}",
                (shown,),
                'curl -i http://localhost:8000/api/me -H "Authorization: Bearer $TOKEN"',
            )
        )
    control = Control("GET /api/me", 200, 401)
    stats = RunStats(
        1.25, 321, len(chosen), "GET /api/me", ("missing_token",), (("authpact", "1"),)
    )
    return Run("http://localhost:8000", digest(contract), chosen, control, tuple(verdicts), stats)


@pytest.fixture
def findings() -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule,
            "document",
            "token:audience",
            severity,
            Confidence.HIGH,
            Location("docs/a.md", line, 3),
            f"message {HOSTILE}",
            "why",
            "remedy",
        )
        for rule, severity, line in (
            ("no-audience", Severity.HIGH, 7),
            ("no-audience", Severity.HIGH, 9),
            ("vague", Severity.LOW, 11),
        )
    )
