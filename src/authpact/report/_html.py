"""HTML: one file for a reviewer, without scripts and without anything fetched from elsewhere."""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from authpact.findings import Finding, Outcome, Run
from authpact.report._json import tool
from authpact.report._rows import rows_of, tally_of

_TEMPLATES: Final = "templates"
_CODE: Final = re.compile(r"`([^`]+)`")


def prose(text: str) -> Markup:
    """Escape a sentence and set what stands between backticks as code."""
    # The text is escaped before the tags are put in.
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("authpact.report", _TEMPLATES),
        autoescape=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["prose"] = prose
    return environment


def _template(name: str) -> Template:
    return _environment().get_template(name)


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC" if seconds else ""


def run_as_html(run: Run) -> str:
    """Render a run: summary, then one foldable row for each criterion with its evidence."""
    rows = rows_of(run)
    return _template("run.html.j2").render(
        run=run,
        rows=rows,
        tally={outcome.value: count for outcome, count in tally_of(run).items()},
        started=_moment(run.stats.started),
        broken=[row for row in rows if row.outcome is Outcome.BROKEN],
        tool=tool(),
    )


def findings_as_html(findings: tuple[Finding, ...]) -> str:
    """Render findings, in their order."""
    return _template("findings.html.j2").render(findings=findings, tool=tool())
