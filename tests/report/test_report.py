"""Reports of a run and of findings, in every format."""

import dataclasses
import json
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from authpact.contract import criteria, default_contract
from authpact.findings import Finding, Outcome, Run, Severity
from authpact.report import FORMATS, Format, RuleText, render_findings, render_run


class Page(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_renders_every_run_and_ends_with_a_newline(form: Format, judged: Run) -> None:
    text = render_run(judged, form)
    assert text.endswith("\n")
    assert "AC-AUDIENCE" in text


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_renders_findings_and_their_absence(
    form: Format, findings: tuple[Finding, ...]
) -> None:
    assert "no-audience" in render_findings(findings, form)
    assert "no-audience" not in render_findings((), form)


def test_json_has_the_fixed_schema(judged: Run) -> None:
    data = json.loads(render_run(judged, "json"))
    assert data["schema"] == 1
    assert data["control"] == {
        "held": True, "endpoint": "GET /api/me", "with_token": 200, "without_token": 401,
    }  # fmt: skip
    keys = {
        "probe",
        "requirement",
        "criterion",
        "endpoint",
        "verdict",
        "reason",
        "evidence",
        "replay",
    }
    assert all(set(v) == keys for v in data["verdicts"])
    assert {v["verdict"] for v in data["verdicts"]} == {"held", "broken", "inconclusive"}
    assert data["stats"]["requests"] == 321


def test_json_findings_have_the_fixed_schema(findings: tuple[Finding, ...]) -> None:
    data = json.loads(render_findings(findings, "json"))
    assert data["schema"] == 1 and data["tool"]["name"] == "authpact"
    assert {"rule", "category", "requirement", "severity", "confidence", "file", "line",
            "message", "why", "remedy", "fingerprint"} <= set(data["findings"][0])  # fmt: skip
    assert data["findings"][0]["line"] == 7


def test_the_terminal_report_fits_into_80_columns(judged: Run) -> None:
    lines = render_run(judged, "terminal", width=80).splitlines()
    assert max(len(line) for line in lines) <= 80
    assert "\x1b" not in "".join(lines)
    assert any("1 broken" in line for line in lines)


def test_the_terminal_report_names_source_reason_and_evidence_of_what_is_broken(
    judged: Run,
) -> None:
    text = render_run(judged, "terminal", width=200)
    broken = text.partition("AC-AUDIENCE is broken: GET /api/me")[2]
    assert "A token for another audience, or without one, gets 401." in broken
    assert "token:audience (RFC 7519 4.1.3" in broken
    assert "the reason of AC-AUDIENCE" in broken
    assert "> GET /api/me   [another audience]" in broken
    assert "curl -i http://localhost:8000/api/me" in broken


def test_the_terminal_report_has_colour_only_where_asked(judged: Run) -> None:
    assert "\x1b[" in render_run(judged, "terminal", colour=True)


def test_html_stands_alone_and_runs_nothing(judged: Run) -> None:
    text = render_run(judged, "html")
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not [v for k, v in page.attributes if k in {"src", "href"} and not v.startswith("#")]
    assert not [k for k, _ in page.attributes if k.startswith("on")]
    assert "default-src 'none'" in text
    assert "url(" not in text and "@import" not in text


def test_html_shows_every_criterion_with_sentence_requirement_and_sources(judged: Run) -> None:
    text = render_run(judged, "html")
    for criterion in criteria(default_contract()):
        assert f'id="{criterion.id}"' in text
    assert "RFC 7519 4.1.3 · 8725bis 3.9 · ASVS 9.2.3" in text
    assert judged.contract_hash in text
    assert Page(text).tags.count("details") == len(judged.criteria)


def test_html_says_when_and_with_what_it_was_judged(judged: Run) -> None:
    stats = dataclasses.replace(judged.stats, started=1_800_000_000)
    text = render_run(dataclasses.replace(judged, stats=stats), "html")
    assert "on 2027-01-15 08:00 UTC" in text
    assert "authpact 1" in text


def test_html_takes_text_from_a_server_as_text(judged: Run, findings: tuple[Finding, ...]) -> None:
    for text in (render_run(judged, "html"), render_findings(findings, "html")):
        assert "<script>" not in text
        assert "&lt;script&gt;" in text


def test_junit_counts_broken_as_failures_and_inconclusive_as_skipped(judged: Run) -> None:
    suite = ET.fromstring(render_run(judged, "junit")).find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("skipped")) == ("1", "1")
    assert suite.get("tests") == str(len(suite.findall("testcase"))) == str(len(judged.verdicts))
    assert len(suite.findall("testcase/failure")) == 1


def test_markdown_keeps_one_table_row_for_each_criterion(judged: Run) -> None:
    rows = [r for r in render_run(judged, "markdown").splitlines() if r.startswith("| AC-")]
    assert len(rows) == len(judged.criteria)
    assert sum("**broken**" in row for row in rows) == 1


def test_a_pipe_in_a_finding_does_not_break_the_markdown_table(
    findings: tuple[Finding, ...],
) -> None:
    row = render_findings(findings, "markdown").splitlines()[2]
    assert row.replace("\\|", "").count("|") == 6


def test_sarif_lists_every_rule_found_or_not(findings: tuple[Finding, ...]) -> None:
    quiet = RuleText("quiet", "token:issuer", "summary", "why", "remedy", Severity.MEDIUM)
    run = json.loads(render_findings(findings, "sarif", rules=[quiet]))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [r["id"] for r in rules] == ["quiet", "no-audience", "vague"]
    assert rules[0]["defaultConfiguration"]["level"] == "warning"
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_has_the_members_that_code_scanning_needs(findings: tuple[Finding, ...]) -> None:
    document = json.loads(render_findings(findings, "sarif"))
    assert document["version"] == "2.1.0"
    first, second, third = document["runs"][0]["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "docs/a.md"
    assert place["region"] == {"startLine": 7, "startColumn": 3}
    assert (first["level"], third["level"]) == ("error", "note")
    assert first["partialFingerprints"] == second["partialFingerprints"]
    assert first["partialFingerprints"] != third["partialFingerprints"]


def test_sarif_tells_which_files_were_not_read(findings: tuple[Finding, ...]) -> None:
    text = render_findings(findings, "sarif", unread=[("app/[id]/a.ts", "is binary")])
    notes = json.loads(text)["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    place = notes[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert (place, notes[0]["level"]) == ("app/%5Bid%5D/a.ts", "warning")
    assert "is binary" in notes[0]["message"]["text"]


def test_sarif_of_a_run_reports_what_is_broken_only(judged: Run) -> None:
    run = json.loads(render_run(judged, "sarif"))["runs"][0]
    assert [r["ruleId"] for r in run["results"]] == ["AC-AUDIENCE"]
    assert len(run["tool"]["driver"]["rules"]) == len(judged.criteria)


def test_a_report_renders_the_same_twice(judged: Run, findings: tuple[Finding, ...]) -> None:
    for form in FORMATS:
        assert render_run(judged, form) == render_run(judged, form)
        assert render_findings(findings, form) == render_findings(findings, form)


def test_a_run_counts_by_outcome_and_finds_by_criterion(judged: Run) -> None:
    assert judged.count(Outcome.BROKEN) == 1
    assert judged.of_criterion("AC-AUDIENCE")[0].outcome is Outcome.BROKEN
