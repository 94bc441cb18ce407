"""Reports: a run or findings as terminal text, JSON, SARIF, JUnit, Markdown or HTML."""

from authpact.report._render import FORMATS, Format, render_findings, render_run
from authpact.report._sarif import RuleText

__all__ = ["FORMATS", "Format", "RuleText", "render_findings", "render_run"]
