"""What stands beside the code: environment files, deployment files, requirements, ignore lists."""

import base64
import binascii
import itertools
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from authpact.review.facts._images import IMAGE
from authpact.review.source._pattern import lazy
from authpact.review.source._project import folders_of
from authpact.review.source._tree import Source, Tree

_ENV_FILE: Final = lazy(r"(^|/)(\.env[\w.-]*|[\w-]*\.env(\.\w+)?)$")
_EXAMPLE: Final = lazy(r"example|sample|template|dist|\.test", re.IGNORECASE)
_COMPOSE: Final = lazy(r"(^|/)(docker-)?compose[\w.-]*\.ya?ml$")
_VARIABLE: Final = lazy(
    r"^[ \t]*(?:export[ \t]+|-[ \t]*)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*[=:][ \t]*([^\n]*)$",
    re.MULTILINE,
)
_PIN: Final = lazy(
    r"^[\s\"']*{name}(?:\[[\w,\s-]*\])?\s*[\"']?\s*(==|>=|~=|\^|=|<=|>|<|~)?\s*[\"']?\s*\^?~?v?(\d+(?:\.\d+)*)?",
    re.IGNORECASE | re.MULTILINE,
)
_SECRET_NAME: Final = lazy(
    r"SECRET|(?:PRIVATE|SIGNING|JWT|HMAC|FERNET|ENCRYPTION|MASTER)_?KEY", re.IGNORECASE
)
_CREDENTIAL_NAME: Final = lazy(
    r"SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|(?:PRIVATE|ACCESS|SIGNING|ENCRYPTION|SERVICE_ROLE)_?KEY",
    re.IGNORECASE,
)
_NO_CREDENTIAL: Final = lazy(
    r"PUBLIC|PUBLISHABLE|ANON|SITE_?KEY|KEY_?ID|_NAME$|_FILE$|_PATH$|_URL$|_URI$|EXPIR|LIFETIME|_TTL"
    r"|LENGTH|LIMIT|COUNT|_TYPE$|_ALG|MAX_?TOKENS?|_ENV$",
    re.IGNORECASE,
)
_DOCKER_STAGE: Final = lazy(r"^[ \t]*FROM\b", re.MULTILINE | re.IGNORECASE)
_DOCKER_PAIR: Final = lazy(
    r"^[ \t]*(?:ENV|ARG)[ \t]+([A-Za-z_]\w*)[ \t]*[= \t][ \t]*([^\n]+)$", re.MULTILINE
)
_YAML: Final = lazy(r"\.ya?ml$")
_OFFERS: Final = lazy(r"(^|/)values\.ya?ml$")
_OTHER_YAML: Final = lazy(
    rf"^\.github/|(^|/)(?:specs?|history|prompts?|archive)/|{_COMPOSE.pattern}"
)
_YAML_PAIR: Final = lazy(
    r"^[ \t]*(?:-[ \t]+)?[\"']?([A-Za-z_][\w-]*)[\"']?:[ \t]+([^\n|>&*{\[][^\n]*)$", re.MULTILINE
)
_YAML_NAMED: Final = lazy(
    r"^[ \t]*-[ \t]+name:[ \t]*[\"']?(\w+)[\"']?[ \t]*\n[ \t]+value:[ \t]*([^\n]+)$", re.MULTILINE
)
_ELSEWHERE: Final = lazy(
    r"PUBLIC_KEY|_ENV$|_NAME$|_FILE$|_PATH$|LENGTH|CLIENT|MINIO|AWS|S3_|STRIPE|GOOGLE|GITHUB|SMTP"
    r"|TWILIO|WEBHOOK|OPENAI|ROTATION|KEY_?ID|_VERSION$|_UR[IL]$|_HEADER$",
    re.IGNORECASE,
)
_REPLACE: Final = lazy(
    r"^(?:REPLACE|INSERT|ENTER|FILL|PUT|PASTE|SET|ADD)_?(?:_?IN|_?WITH|_?ME|_?THIS|_?BY|_?YOUR)[\w-]*$"
    r"|^__\w+__$|^<[^<>]+>$|^YOUR_[A-Z0-9_]+$"
)
_ASKS: Final = lazy(
    r"your|change|example|placeholder|replace|xxx|dummy|sample|default|generate|here|test|(?<![a-z])dev"
    r"|minimum|fallback|insecure|local|prod|demo",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = lazy(
    r"your|change|example|placeholder|secret|replace|xxx|todo|dummy|sample|default|generate|here|test|dev"
    r"|passw|min(?:imum)?[-_ ]?\d|minimum|\.\.\.|<|>|\$\{|\*\*|fallback|insecure|local|random|paste"
    r"|^[\[({]|string|generated|secure|key",
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

    @property
    def is_offered(self) -> bool:
        """Whether a chart has it as the value of an installation that says nothing else."""
        return bool(_OFFERS.search(self.file))

    @property
    def is_applied(self) -> bool:
        """Whether it is a plain text of a manifest that is applied, not what a chart offers."""
        plain = not self.is_offered and "(" not in self.value
        return plain and bool(_YAML.search(self.file))


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


def is_credential_name(name: str) -> bool:
    """Whether a variable of this name holds any credential, that of a provider included."""
    return bool(_CREDENTIAL_NAME.search(name)) and not _NO_CREDENTIAL.search(name)


def is_counted_up(value: str) -> bool:
    """Whether a text is typed along the alphabet or the digits, as illustrations are."""
    plain = value.lower()
    pairs = [*itertools.pairwise(plain), *zip(plain, plain[2:], strict=False)]
    rising = sum(ord(b) - ord(a) == 1 for a, b in pairs)
    return rising * 5 >= len(plain) * 2


def looks_random(value: str) -> bool:
    """Whether a text looks like a real secret rather than like a placeholder."""
    plain = value.strip().strip("\"'")
    if len(plain) < 16 or _PLACEHOLDER.search(plain) or re.search(r"\s", plain):  # noqa: PLR2004
        return False
    words = [w for w in re.split(r"[-_.]", plain) if re.fullmatch(r"[a-z]{3,}|[A-Z]{3,}", w)]
    if len(words) >= 3 or is_counted_up(plain):  # noqa: PLR2004
        return False
    classes = sum(bool(re.search(p, plain)) for p in (r"[a-z]", r"[A-Z]", r"\d"))
    return len(set(plain)) >= 10 and classes >= 2  # noqa: PLR2004


def is_to_be_replaced(value: str) -> bool:
    """Whether a value of a manifest asks its reader to put the real one in its place."""
    return bool(_REPLACE.search(value.strip().strip("\"'")))


def is_chosen(value: str) -> bool:
    """Whether a text was made up for one installation, in words and numbers: no stand-in."""
    plain = value.strip().strip("\"'")
    if len(plain) < 24 or _ASKS.search(plain) or not re.fullmatch(r"[\w@#%&!+=/.-]+", plain):  # noqa: PLR2004
        return False
    return bool(re.search(r"\d{5,}|\d[^\d]+\d[^\d]+\d", plain)) and not is_counted_up(plain)


def is_placeholder(value: str) -> bool:
    """Whether a literal is a published stand-in for a secret."""
    return bool(value.strip()) and not looks_random(value)


class Environment:
    """Reads what is configured outside of the code."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._plain: dict[str, tuple[Source, ...]] = {}
        self._words: dict[re.Pattern[str], frozenset[str]] = {}
        self._pins: dict[str, tuple[Pin, ...]] = {}
        self.variables = tuple(v for s in tree.plain for v in _variables(s))
        self.names = frozenset(v.name for v in self.variables)
        self.deployed = tuple(v for s in tree.plain for v in _deployed(s))

    def plain(self, pattern: str) -> tuple[Source, ...]:
        """Return the texts whose path matches."""
        if pattern not in self._plain:
            found = tuple(s for s in self._tree.plain if re.search(pattern, s.path))
            self._plain[pattern] = found
        return self._plain[pattern]

    def home_of(self, path: str) -> str | None:
        """Return the nearest folder around a file that has environment files."""
        folders = {posixpath.dirname(v.file) for v in self.variables if not v.is_compose}
        return next((f for f in folders_of(path) if f in folders), None)

    def documented(self, folder: str) -> set[str]:
        """Return the names that the environment files of a folder have."""
        rows = (v for v in self.variables if not v.is_compose)
        return {v.name for v in rows if posixpath.dirname(v.file) == folder}

    def words_outside(self, left_out: re.Pattern[str]) -> frozenset[str]:
        """Return the lower-case words of all texts but those whose path matches."""
        if left_out not in self._words:
            texts = (s.text for s in self._tree.plain if not left_out.search(s.path))
            rows = (re.findall(r"\w+", text.lower()) for text in texts)
            self._words[left_out] = frozenset().union(*rows)
        return self._words[left_out]

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


def _deployed(source: Source) -> Iterator[Variable]:
    """Yield what images and cluster manifests set; workflows of a CI run with throw-away values."""
    if IMAGE.search(source.path):
        yield from _image(source)
    elif _YAML.search(source.path) and not _OTHER_YAML.search(source.path):
        yield from _manifest(source)


def _image(source: Source) -> Iterator[Variable]:
    """Yield the variables of a Dockerfile; those of a stage that is thrown away are examples."""
    stages = [m.start() for m in _DOCKER_STAGE.finditer(source.text)]
    for match in _DOCKER_PAIR.finditer(source.text):
        early = bool(stages) and match.start() < stages[-1]
        yield _variable(source, match, match[2], is_example=early)


def _manifest(source: Source) -> Iterator[Variable]:
    """Yield the variables of a Kubernetes manifest or of Helm values."""
    secret = re.search(r"^kind:\s*Secret\b", source.text, re.MULTILINE)
    encoded = secret and re.search(r"^data:", source.text, re.MULTILINE)
    example = bool(_EXAMPLE.search(posixpath.basename(source.path)))
    for match in _YAML_NAMED.finditer(source.text):
        yield _variable(source, match, match[2], is_example=example)
    for match in _YAML_PAIR.finditer(source.text):
        if is_credential_name(match[1]) or match[1].upper().endswith(("URL", "URI")):
            value = _decoded(match[2]) if encoded else match[2]
            yield _variable(source, match, value, is_example=example)


def _decoded(value: str) -> str:
    plain = value.partition(" #")[0].strip().strip("\"'")
    try:
        return base64.b64decode(plain, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return plain


def _variable(source: Source, match: re.Match[str], value: str, *, is_example: bool) -> Variable:
    line = source.text.count("\n", 0, match.start(1)) + 1
    plain = value.partition(" #")[0].strip().strip("\"'")
    return Variable(source.path, line, match[1], plain, is_example, is_compose=False)
