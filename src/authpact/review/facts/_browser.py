"""Which scripts run in a browser."""

import re
from typing import Final

from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy

_CLIENT: Final = lazy(r"^[ \t]*[\"']use client[\"']", re.MULTILINE)
_BROWSER: Final = lazy(r"\bwindow\b|\b(?:local|session)Storage\b|\bdocument\.|\buse[A-Z]\w*\(")


def is_client(module: Module) -> bool:
    """Whether a script says that it runs in the browser."""
    return "use client" in module.text and bool(_CLIENT.search(module.text))


def in_browser(module: Module) -> bool:
    """Whether a script runs in a browser, by what it says or what it uses."""
    return is_client(module) or bool(_BROWSER.search(module.code))
