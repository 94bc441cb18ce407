import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule
from authpact.review.facts._environment import is_credential_name, is_secret_name, looks_random
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_SECRET: Final = lazy(r"^kind:\s*Secret\b", re.MULTILINE)
_DEFAULT: Final = lazy(
    r"^[ \t]*([A-Za-z_][\w-]*):[ \t]*\{\{[^}\n]*\|[ \t]*default[ \t]+\"([^\"\n]+)\"", re.MULTILINE
)
_ELSE: Final = lazy(
    r"^[ \t]*\{\{-?[ \t]*else[ \t]*-?\}\}[ \t]*\n[ \t]*([A-Za-z_][\w-]*):[ \t]*[\"']?([^\s\"'{#]+)",
    re.MULTILINE,
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets of a chart that a literal of its template replaces."""
    for source in facts.environment.plain(r"\.ya?ml$"):
        if "{{" not in source.text or not _SECRET.search(source.text):
            continue
        for pattern in (_DEFAULT, _ELSE):
            for line, match in lines_matching(source.text, pattern):
                name = match[1].replace("-", "_")
                named = is_secret_name(name) or is_credential_name(name)
                if named and not looks_random(match[2]) and not match[2].startswith("http"):
                    yield Hit(source.path, line, f"A literal stands in when {match[1]} is missing.")


RULE = Rule(
    requirement="key:no-example-values",
    category="default-secret-fallback",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A chart has a published value for a secret.",
    why="An installation that forgets the value runs with one that everybody can read.",
    remedy='Refuse to render without it: `{{ required "auth.secret" .Values.auth.secret }}`.',
    check=check,
    flagged=(
        Case(
            {
                "chart/templates/secret.yaml": """\
kind: Secret
stringData:
  JWT_SECRET: {{ .Values.auth.secret | default "please-set" | quote }}
"""
            }
        ),
        Case(
            {
                "chart/templates/secret.yaml": """\
kind: Secret
stringData:
  {{- if .Values.db.password }}
  db-password: {{ .Values.db.password | quote }}
  {{- else }}
  db-password: "letmein"
  {{- end }}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "chart/templates/secret.yaml": """\
kind: Secret
stringData:
  JWT_SECRET: {{ required "auth.secret" .Values.auth.secret | quote }}
  API_KEY: {{ .Values.api.key | default "" | quote }}
"""
            }
        ),
        Case(
            {
                "chart/templates/external.yaml": """\
kind: ExternalSecret
spec:
  secretKey: {{ .Values.keys.jwt | default "jwt-secret" }}
"""
            }
        ),
    ),
)
