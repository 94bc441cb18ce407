"""Where the two documents stand below the output folder; other targets point at them."""

from typing import Final

DESIGN: Final = "docs/authentication-design.md"
SPECIFICATION: Final = "specs/features/authentication.md"
DOCUMENTS: Final = frozenset({DESIGN, SPECIFICATION})
