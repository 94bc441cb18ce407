import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule
from authpact.review.facts._environment import (
    is_chosen,
    is_placeholder,
    is_secret_name,
    is_to_be_replaced,
)
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_SCRIPTED: Final = lazy(
    r"^(?!\s*(?:#|echo\b|print))[^\n]*--from-literal[= ][\"']?(\w+)=[\"']?([^\s\"'$]+)",
    re.MULTILINE,
)
_ADMINISTRATOR: Final = lazy(
    r"^(?:\w*admin_?password|(?:minio_|mysql_)?root_?password|rabbitmq_default_pass)$",
    re.IGNORECASE,
)
_PUBLISHED: Final = frozenset(
    ["admin", "password", "grafana", "prom-operator", "minioadmin", "guest", "root", "changeme"]
)
_OPEN: Final = ("$", "<", "{", "http", "/")


def _refuses(module: Module, value: str) -> bool:
    """Whether the code knows this stand-in and does not start with it."""
    if value not in module.code:
        return False
    known = rf"(?:[!=]==?|\bin\b)[^\n]*[\"']{re.escape(value)}[\"'](?:(?!\ndef |\nclass )[\s\S]){{0,500}}"
    return bool(re.search(rf"{known}\b(?:raise|throw|sys\.exit|process\.exit)\b", module.code))


def _is_weak(value: str) -> bool:
    """Whether a value works as it is and can be guessed."""
    asked = is_to_be_replaced(value) or is_chosen(value)
    return bool(value) and not value.startswith(_OPEN) and is_placeholder(value) and not asked


def _applied(facts: Facts) -> Iterator[Hit]:
    """Yield what manifests apply as it is, and the published password of a chart."""
    for v in facts.environment.deployed:
        value = v.value.strip("\"'")
        if v.is_example:
            continue
        if v.is_offered and _ADMINISTRATOR.match(v.name) and value.lower() in _PUBLISHED:
            yield Hit(v.file, v.line, f"{v.name} is the published one.", Severity.MEDIUM)
        elif v.is_applied and v.name.isupper() and is_secret_name(v.name) and _is_weak(value):
            yield Hit(v.file, v.line, f"The value of {v.name} is short or guessable.")


def _scripted(facts: Facts) -> Iterator[Hit]:
    """Yield secrets that a script makes in a cluster."""
    for source in facts.environment.plain(r"\.sh$"):
        if "--from-literal" not in source.text:
            continue
        for line, match in lines_matching(source.text, _SCRIPTED):
            if is_secret_name(match[1]) and match[1].isupper() and _is_weak(match[2]):
                yield Hit(source.path, line, f"The value of {match[1]} is short or guessable.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield values that are guessable, as files and scripts of a deployment set them."""
    yield from _applied(facts)
    yield from _scripted(facts)
    for v in facts.environment.variables:
        value = v.value.strip("\"'")
        if v.is_example or "SECRET" not in v.name or not is_secret_name(v.name):
            continue
        if value and not value.startswith(("$", "<")) and is_placeholder(value):
            if any(_refuses(m, value) for m in facts.project.modules):
                continue
            yield Hit(v.file, v.line, f"The value of {v.name} is short or guessable.")


RULE = Rule(
    requirement="key:strength",
    category="weak-secret",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A signing secret is short or guessable.",
    why="Anybody who holds one token can try secrets offline until one fits.",
    remedy="Use 32 random bytes: `openssl rand -base64 32`.",
    check=check,
    flagged=(
        Case({"api/.env": "JWT_SECRET=mysecret\n"}),
        Case(
            {
                "k8s/api.yaml": """\
kind: Deployment
spec:
  containers:
    - env:
        - name: JWT_SECRET
          value: "change-me"
"""
            }
        ),
        Case({"chart/values-minikube.yaml": "env:\n  AUTH_SECRET: our-minikube-secret\n"}),
        Case(
            {"chart/values.yaml": "charts:\n  adminUser: admin\n  adminPassword: admin # later\n"}
        ),
        Case(
            {
                "up.sh": """\
kubectl create secret generic api \\
    --from-literal=AUTH_SECRET="change-me-later"
"""
            }
        ),
    ),
    accepted=(
        Case({"api/.env.example": "JWT_SECRET=\n"}),
        Case(
            {
                "chart/values.yaml": "charts:\n  adminPassword: ''\napi:\n  jwtSecretName: auth\n",
                "k8s/secret.yaml": 'kind: Secret\nstringData:\n  JWT_SECRET: "<your secret>"\n',
                "specs/plan/contract.yaml": "env:\n  JWT_SECRET: change-me\n",
                "up.sh": """\
echo "  --from-literal=AUTH_SECRET=your-secret"
kubectl create secret generic api --from-literal=AUTH_SECRET="$AUTH_SECRET"
""",
            }
        ),
        Case(
            {
                ".env": "JWT_SECRET=changethis\n",
                "config.py": """\
def check(value):
    if value == "changethis" and ENV != "development":
        raise ValueError("JWT_SECRET is the published one")
""",
            }
        ),
    ),
)
