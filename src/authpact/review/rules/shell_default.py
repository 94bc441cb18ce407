import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, once
from authpact.review.facts._environment import is_secret_name
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_EXPANDED: Final = lazy(r"\$\{(\w+):?[-=]([^}$\n]+)\}()")
_TESTED: Final = lazy(
    r"\[\[?[ \t]+-z[ \t]+[\"']?\$\{?(\w+)[^\n\]]*\]\]?(?:[ \t]*;?[ \t\n]*then[ \t]*\n|[ \t]*&&)"
    r"(?:[ \t]*(?:echo|print\w*|warn\w*)\b[^\n]*\n)*[ \t]*(?:export[ \t]+)?\1=([\"']?)([^\s\"'$]+)\2"
)
_SHOWN: Final = lazy(r"^\s*(?:#|echo\b|print\w*\b|log\w*\b)")
_LOCAL: Final = lazy(r"local|minikube|kind|dev|test|smoke|e2e", re.IGNORECASE)
_MAKES: Final = lazy(
    r"^[ \t]*(?:minikube[ \t]+start|(?:kind|k3d)[ \t]+(?:cluster[ \t]+)?create)\b", re.MULTILINE
)
_ASKS: Final = lazy(
    r"^[ \t]*(?:if[ \t]+)?(?:![ \t]*)?(?:minikube|kind|k3d)[ \t]+[a-z]", re.MULTILINE
)
_TURNS: Final = lazy(r"^[ \t]*kubectl[ \t]+config[ \t]+use-context\b", re.MULTILINE)


def _is_here(text: str) -> bool:
    """Whether a script can only reach a cluster of this machine, to be thrown away.

    One that asks whether such a cluster runs still writes to that which `kubectl` has chosen.
    """
    return bool(_MAKES.search(text) or (_ASKS.search(text) and _TURNS.search(text)))


def _all(facts: Facts) -> Iterator[tuple[str, Hit]]:
    for source in facts.environment.plain(r"\.sh$"):
        if "SECRET" not in source.text and "_KEY" not in source.text:
            continue
        if _is_here(source.text):
            continue
        rows = source.text.split("\n")
        severity = Severity.MEDIUM if _LOCAL.search(source.path) else Severity.HIGH
        for pattern in (_EXPANDED, _TESTED):
            for line, match in lines_matching(source.text, pattern):
                value = match[3] or match[2]
                last = line + match[0].count("\n")
                plain = value.strip("\"'") and not value.startswith(("/", "http", "."))
                if is_secret_name(match[1]) and plain and not _SHOWN.match(rows[last - 1]):
                    message = f"A literal stands in when {match[1]} is missing."
                    yield f"{source.path} {match[1]}", Hit(source.path, last, message, severity)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets that a shell script replaces when nobody gives them, each once a script."""
    yield from once(_all(facts))


RULE = Rule(
    requirement="key:no-example-values",
    category="default-secret-fallback",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A script deploys a published value when a secret is missing.",
    why="One forgotten variable and everybody who read the script can sign tokens or sessions.",
    remedy='End the script instead: `: "${JWT_SECRET:?set it}"`.',
    check=check,
    flagged=(
        Case({"deploy.sh": 'JWT_SECRET="${JWT_SECRET:-please-change-me}"\n'}),
        Case(
            {
                "up.sh": """\
read -p "AUTH_SECRET (return for the default): " AUTH_SECRET
if [ -z "$AUTH_SECRET" ]; then
    echo "the default is used"
    AUTH_SECRET="our-own-words"
fi
"""
            }
        ),
        Case(
            {
                "scripts/local.sh": """\
if ! minikube status; then exit 1; fi
kubectl create secret generic api \\
  --from-literal=JWT_SECRET="${JWT_SECRET:-please-change-me}"
"""
            }
        ),
        Case({"up.sh": '[[ -z "${AUTH_SECRET}" ]] && export AUTH_SECRET=ours\n'}),
    ),
    accepted=(
        Case(
            {
                "up.sh": """\
if ! minikube status; then exit 1; fi
kubectl config use-context minikube
JWT_SECRET="${JWT_SECRET:-please-change-me}"
"""
            }
        ),
        Case({"up.sh": 'minikube start\nJWT_SECRET="${JWT_SECRET:-please-change-me}"\n'}),
        Case(
            {
                "deploy.sh": """\
: "${JWT_SECRET:?set it}"
OTHER="${JWT_SECRET:-}"
KEY_FILE=${SIGNING_KEY_FILE:-/run/secrets/key}
STORE=${SIGNING_KEY:-/run/secrets/key}
# JWT_SECRET="${JWT_SECRET:-please-change-me}"
if [ -z "$AUTH_SECRET" ]; then
    AUTH_SECRET="$(openssl rand -hex 32)"
fi
if [ -z "$AUTH_SECRET" ]; then
    echo "AUTH_SECRET is missing"
    exit 1
fi
"""
            }
        ),
    ),
)
