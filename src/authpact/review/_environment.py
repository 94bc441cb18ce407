"""What stands beside the code: environment files, compose files, requirements, ignore lists."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review._project import folders_of
from authpact.review._tree import Source, Tree

_ENV_FILE: Final = re.compile(r"(^|/)(\.env[\w.-]*|[\w-]*\.env(\.\w+)?)$")
_EXAMPLE: Final = re.compile(r"example|sample|template|dist|\.test", re.IGNORECASE)
_COMPOSE: Final = re.compile(r"(^|/)(docker-)?compose[\w.-]*\.ya?ml$")
_VARIABLE: Final = re.compile(
    r"^[ \t]*(?:export[ \t]+|-[ \t]*)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*[=:][ \t]*([^\n]*)$",
    re.MULTILINE,
)
_PIN: Final = re.compile(
    r"^[\s\"']*{name}(?:\[[\w,\s-]*\])?\s*[\"']?\s*(==|>=|~=|\^|=|<=|>|<|~)?\s*[\"']?\s*\^?~?v?(\d+(?:\.\d+)*)?",
    re.IGNORECASE | re.MULTILINE,
)
_SECRET_NAME: Final = re.compile(r"SECRET|PRIVATE_KEY|SIGNING_KEY|JWT_KEY", re.IGNORECASE)
_ELSEWHERE: Final = re.compile(
    r"PUBLIC_KEY|_ENV$|_NAME$|_FILE$|_PATH$|LENGTH|CLIENT|MINIO|AWS|S3_|STRIPE|GOOGLE|GITHUB|SMTP"
    r"|TWILIO|WEBHOOK|OPENAI|ROTATION",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = re.compile(
    r"your|change|example|placeholder|secret|replace|xxx|todo|dummy|sample|default|generate|here|test|dev"
    r"|password|min(?:imum)?[-_ ]?\d|\.\.\.|<|>|\$\{|\*\*|fallback|insecure|local|random|paste|key",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable as an environment or compose file gives it."""

    file: str
    line: int
    name: str
    value: str
    is_example: bool
    is_compose: bool


@dataclass(frozen=True, slots=True)
class Pin:
    """One requirement: the operator and the version, both empty when it is open."""

    file: str
    operator: str
    version: tuple[int, ...]
    line: int

    @property
    def is_exact(self) -> bool:
        """Whether exactly this version is installed."""
        return self.operator == "=="


def is_secret_name(name: str) -> bool:
    """Whether a variable or field of this name holds a secret that signs tokens or sessions."""
    return bool(_SECRET_NAME.search(name)) and not _ELSEWHERE.search(name)


def looks_random(value: str) -> bool:
    """Whether a text looks like a real secret rather than like a placeholder."""
    plain = value.strip().strip("\"'")
    if len(plain) < 16 or _PLACEHOLDER.search(plain) or re.search(r"\s", plain):  # noqa: PLR2004
        return False
    classes = sum(bool(re.search(p, plain)) for p in (r"[a-z]", r"[A-Z]", r"\d"))
    return len(set(plain)) >= 10 and classes >= 2  # noqa: PLR2004


def is_placeholder(value: str) -> bool:
    """Whether a literal is a published stand-in for a secret."""
    return bool(value.strip()) and not looks_random(value)


class Environment:
    """Reads what is configured outside of the code."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._plain: dict[str, tuple[Source, ...]] = {}
        self._pins: dict[str, tuple[Pin, ...]] = {}
        self.variables = tuple(v for s in tree.plain for v in _variables(s))
        self.names = frozenset(v.name for v in self.variables)

    def plain(self, pattern: str) -> tuple[Source, ...]:
        """Return the texts whose path matches."""
        if pattern not in self._plain:
            found = tuple(s for s in self._tree.plain if re.search(pattern, s.path))
            self._plain[pattern] = found
        return self._plain[pattern]

    def pins(self, package: str) -> tuple[Pin, ...]:
        """Return what requirement files say about a Python package."""
        if package not in self._pins:
            self._pins[package] = tuple(self._pinned(package))
        return self._pins[package]

    def _pinned(self, package: str) -> Iterator[Pin]:
        name = re.escape(package) + r"(?![\w-])"
        pattern = re.compile(_PIN.pattern.replace("{name}", name), _PIN.flags)
        for source in self.plain(r"(requirements[\w.-]*\.(txt|in)|pyproject\.toml)$"):
            match = pattern.search(source.text)
            if match:
                parts = tuple(int(p) for p in (match[2] or "").split(".") if p)
                start = match.start() + len(match[0]) - len(match[0].lstrip())
                line = source.text.count("\n", 0, start) + 1
                yield Pin(source.path, match[1] or "", parts, line)

    def pin_for(self, path: str, package: str) -> Pin | None:
        """Return the pin that counts for a file: that of the nearest folder around it."""
        pins = {posixpath.dirname(p.file): p for p in self.pins(package)}
        return next((pins[f] for f in folders_of(path) if f in pins), None)


def _variables(source: Source) -> Iterator[Variable]:
    is_compose = bool(_COMPOSE.search(source.path))
    if not (is_compose or _ENV_FILE.search(source.path)):
        return
    is_example = bool(_EXAMPLE.search(posixpath.basename(source.path)))
    for match in _VARIABLE.finditer(source.text):
        if is_compose and not match[1].isupper():
            continue
        line = source.text.count("\n", 0, match.start(1)) + 1
        value = match[2].strip()
        yield Variable(source.path, line, match[1], value, is_example, is_compose)
