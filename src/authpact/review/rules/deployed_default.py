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
from authpact.review.source._pattern import lazy

_COMPOSE: Final = lazy(r"\$\{(\w+):?-([^}]+)\}")
_FILES: Final = r"ompose[\w.-]*\.ya?ml$"
_DEMANDED: Final = lazy(r"\$\{(\w+):?\?")
_WORK: Final = lazy(r"NODE_ENV[=:][ \t]*[\"']?development|--reload\b|Dockerfile\.dev\b")


def _in_images(facts: Facts) -> Iterator[Hit]:
    """Yield secrets that an image or a chart brings along; what is applied as is, is weak."""
    for v in facts.environment.deployed:
        if v.is_example or v.is_applied or not is_secret_name(v.name) or not v.name.isupper():
            continue
        if is_to_be_replaced(v.value) or is_chosen(v.value):
            continue  # a form to fill in; a value of its own, which `committed-secret` tells
        if is_placeholder(v.value) and not v.value.startswith(("$", "{", "http", "/")):
            yield Hit(v.file, v.line, f"A published value of {v.name} is set.")


def _in_compose(facts: Facts) -> Iterator[Hit]:
    """Yield stand-ins of compose files, each variable once a file; milder where it is for work."""
    sources = {s.path: s.text for s in facts.environment.plain(_FILES)}
    strict = {n for text in sources.values() for n in _DEMANDED.findall(text)}
    seen: set[tuple[str, str]] = set()
    for v in facts.environment.variables:
        found = _COMPOSE.search(v.value) if v.is_compose else None
        if not found or not is_secret_name(found[1]) or not is_placeholder(found[2]):
            continue
        if (v.file, found[1]) in seen:
            continue
        seen.add((v.file, found[1]))
        # Another file of the tree, for production, refuses to start without it.
        milder = found[1] in strict and _WORK.search(sources.get(v.file, ""))
        message = f"A literal stands in when {found[1]} is missing."
        yield Hit(v.file, v.line, message, Severity.LOW if milder else None)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets that a compose file, an image or a chart replaces by a published value."""
    yield from _in_compose(facts)
    yield from _in_images(facts)


RULE = Rule(
    requirement="key:no-example-values",
    category="default-secret-fallback",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A published literal is used when a secret is missing.",
    why="One forgotten variable and anybody who read the code can sign tokens or sessions.",
    remedy="Give the setting no default, so that the application does not start without it.",
    check=check,
    flagged=(
        Case(
            {
                "docker-compose.yml": "services:\n  api:\n    environment:\n      JWT_SECRET: ${JWT_SECRET:-your-secret}\n"
            }
        ),
        Case({"web/Dockerfile": 'FROM node:24\nENV BETTER_AUTH_SECRET="build-only"\n'}),
        Case({"chart/values.yaml": 'api:\n  env:\n    JWT_SECRET: "change-me"\n'}),
        Case(
            {
                "compose.yaml": """\
services:
  api:
    command: uvicorn main:app --reload
    environment:
      BOAT_SECRET: ${BOAT_SECRET:-boat-secret}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "docker-compose.yml": """\
services:
  api:
    environment:
      DATA_ENCRYPTION_KEY_ID: ${DATA_ENCRYPTION_KEY_ID:-first}
"""
            }
        ),
        Case(
            {
                "web/Dockerfile": """\
FROM node:24 AS build
ENV BETTER_AUTH_SECRET="build-only"
FROM node:24-slim
COPY --from=build /app /app
"""
            }
        ),
        Case(
            {
                "k8s/secret.yaml": """\
kind: Secret
stringData:
  JWT_SECRET: "REPLACE_WITH_YOUR_OWN_SECRET"
"""
            }
        ),
        Case(
            {"charts/values.yaml": "api:\n  env:\n    JWT_SECRET: notes_signing_4417902356_key\n"}
        ),
        Case(
            {
                "charts/values.yaml": """\
externalSecret:
  secretName: api-auth
  secretKey: token
"""
            }
        ),
    ),
)
