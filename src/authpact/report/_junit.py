"""JUnit XML: for the test views of CI systems."""

from xml.etree import ElementTree as ET  # written, never parsed

from authpact.findings import Finding, Outcome, Run
from authpact.report._rows import evidence_of


def _write(suite: ET.Element) -> str:
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _clean(text: str) -> str:
    """Leave out what XML 1.0 cannot carry."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def run_as_junit(run: Run) -> str:
    """Render a run: one test case for each verdict; broken is a failure, inconclusive skipped."""
    suite = ET.Element(
        "testsuite",
        name=f"authpact probe {run.target}",
        tests=str(len(run.verdicts)),
        failures=str(run.count(Outcome.BROKEN)),
        skipped=str(run.count(Outcome.INCONCLUSIVE)),
        errors="0",
        time=f"{run.stats.seconds:.3f}",
    )
    for verdict in run.verdicts:
        case = ET.SubElement(
            suite,
            "testcase",
            classname=verdict.requirement,
            name=f"{verdict.criterion} {verdict.endpoint}".strip(),
        )
        if verdict.outcome is Outcome.BROKEN:
            failure = ET.SubElement(case, "failure", message=_clean(verdict.reason))
            failure.text = _clean(evidence_of(verdict))
        elif verdict.outcome is Outcome.INCONCLUSIVE:
            ET.SubElement(case, "skipped", message=_clean(verdict.reason))
    return _write(suite)


def findings_as_junit(findings: tuple[Finding, ...]) -> str:
    """Render findings: one failed test case each, or one that passed."""
    count = str(len(findings))
    suite = ET.Element(
        "testsuite", name="authpact", tests=str(max(1, len(findings))), failures=count, errors="0"
    )
    for finding in findings:
        case = ET.SubElement(suite, "testcase", classname=finding.rule, name=str(finding.location))
        failure = ET.SubElement(case, "failure", message=_clean(finding.message))
        failure.text = _clean(f"{finding.why}\nRemedy: {finding.remedy}")
    if not findings:
        ET.SubElement(suite, "testcase", classname="authpact", name="no findings")
    return _write(suite)
