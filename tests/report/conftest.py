import pytest

from authpact.findings import (
    Confidence,
    Finding,
    Location,
    Severity,
)

HOSTILE = "<script>alert(1)</script> | `code` [link](x)"


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
