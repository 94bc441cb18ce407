"""The one Jinja2 environment of all targets: undefined names are errors, output is exact."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def environment() -> Environment:
    """Return the environment over `compile/templates`; nothing is escaped: no HTML is rendered."""
    return Environment(
        loader=PackageLoader("authpact.compile", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # Markdown and source code, never HTML
    )
