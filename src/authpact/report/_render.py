"""One function for a run, one for findings; the formats are a closed table."""

from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from authpact.findings import Finding, Run
from authpact.report._json import findings_as_json, run_as_json
from authpact.report._junit import findings_as_junit, run_as_junit
from authpact.report._markdown import findings_as_markdown, run_as_markdown
from authpact.report._sarif import RuleText, findings_as_sarif, run_as_sarif
from authpact.report._terminal import findings_in_terminal, run_in_terminal

Format: TypeAlias = Literal["terminal", "json", "sarif", "junit", "markdown", "html"]
FORMATS: Final[tuple[Format, ...]] = ("terminal", "json", "sarif", "junit", "markdown", "html")


def _run_as_html(run: Run) -> str:
    from authpact.report._html import run_as_html  # noqa: PLC0415  # loads a template engine

    return run_as_html(run)


def _findings_as_html(findings: tuple[Finding, ...]) -> str:
    from authpact.report._html import findings_as_html  # noqa: PLC0415  # loads a template engine

    return findings_as_html(findings)


_RUNS: Final[MappingProxyType[str, Callable[[Run], str]]] = MappingProxyType(
    {
        "json": run_as_json,
        "sarif": run_as_sarif,
        "junit": run_as_junit,
        "markdown": run_as_markdown,
        "html": _run_as_html,
    }
)
_FINDINGS: Final[MappingProxyType[str, Callable[[tuple[Finding, ...]], str]]] = MappingProxyType(
    {
        "json": findings_as_json,
        "junit": findings_as_junit,
        "markdown": findings_as_markdown,
        "html": _findings_as_html,
    }
)


def render_run(run: Run, format: Format, *, width: int = 80, colour: bool = False) -> str:  # noqa: A002  # the name of the option
    """Render a run. `width` in columns and `colour` count for the terminal only."""
    if format == "terminal":
        return run_in_terminal(run, width, colour=colour)
    return _RUNS[format](run)


def render_findings(
    findings: Iterable[Finding],
    format: Format,  # noqa: A002  # the name of the option
    *,
    rules: Iterable[RuleText] = (),
    unread: Iterable[tuple[str, str]] = (),
    width: int = 80,
    colour: bool = False,
) -> str:
    """Render findings in their order.

    Two things count for SARIF: `rules`, every one that was tried, and `unread`, files that could
    not be judged and why.
    """
    found = tuple(findings)
    if format == "terminal":
        return findings_in_terminal(found, width, colour=colour)
    if format == "sarif":
        return findings_as_sarif(found, rules, unread)
    return _FINDINGS[format](found)
