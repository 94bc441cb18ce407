import posixpath
import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._tree import Source

_DEPLOYMENT: Final = lazy(r"^kind:\s*(?:Deployment|StatefulSet)\b", re.MULTILINE)
_NAME: Final = lazy(r"^metadata:\s*\n(?:[ \t]+[^\n]*\n)*?[ \t]+name:[ \t]*([^\n]+)", re.MULTILINE)
_FRONT: Final = lazy(r"front|\bweb|next|\bui\b", re.IGNORECASE)
_OTHER: Final = lazy(r"chat|admin|docs|static|proxy|nginx|hook|socket|worker", re.IGNORECASE)
_COMPOSE: Final = lazy(r"ompose[\w.-]*\.ya?ml$|(^|/)\.|(^|/)(?:specs?|docs?)/")
_TAKES_ALL: Final = lazy(r"\benvFrom\b|toYaml\s+[^}]*env|range\s+[^}]*env", re.IGNORECASE)
_FROM_SECRET: Final = lazy(r"secretRef|toYaml\s+[^}]*env", re.IGNORECASE)
_CHART: Final = lazy(r"^(.*/)?templates/")
_ENV: Final = lazy(r"^([ \t]+)env:[ \t]*$", re.MULTILINE)
_MAP: Final = lazy(r"^([ \t]+)envFrom:[ \t]*$", re.MULTILINE)


def _names(facts: Facts) -> set[str]:
    """Return the variables that hold the secret of the Better Auth instances."""
    found = {"BETTER_AUTH_SECRET"}
    for issuer in facts.issuers.servers:
        value = facts.evaluator.value(issuer.module, issuer.options.get("secret", ""))
        found |= set(value.environment)
    return found


def _frontends(source: Source) -> Iterator[tuple[int, str, str]]:
    """Yield (line, name, text) of each pod that runs the Next.js application."""
    line = 1
    for text in re.split(r"(?<=\n)---[^\n]*\n", source.text):
        name = _NAME.search(text)
        if _DEPLOYMENT.search(text) and name and "containerPort" in text:
            called = (
                name[1] if "{{" not in name[1] else f"{name[1]} {posixpath.basename(source.path)}"
            )
            if _FRONT.search(called) and not _OTHER.search(called):
                yield line, name[1].strip("\"' "), text
        line += text.count("\n") + 1


def _is_open(facts: Facts, source: Source, text: str, names: set[str]) -> bool:
    """Whether a pod takes more than its manifest lists, where that may hold the secret."""
    if not _TAKES_ALL.search(text):
        return False
    chart = _CHART.match(source.path)
    if chart is None or _FROM_SECRET.search(text):
        return True
    # Maps and values of a chart are in the chart: what none of its files names is in none.
    inside = (s for s in facts.environment.plain(r"\.ya?ml$") if s.path.startswith(chart[1] or ""))
    return any(name in s.text for s in inside for name in names)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield pods of Next.js that do not get the secret which the cluster holds for Better Auth."""
    # A tree may hold an application twice; several applications have several pods.
    if len({"/".join(s.module.path.split("/")[-2:]) for s in facts.issuers.servers}) != 1:
        return
    names = _names(facts)
    sources = [s for s in facts.environment.plain(r"\.ya?ml$") if not _COMPOSE.search(s.path)]
    if not any(name in s.text for s in sources for name in names):
        return
    for source in sources:
        for line, name, text in _frontends(source):
            given = _ENV.search(text)
            if not given or any(n in text for n in names):
                continue
            if not _is_open(facts, source, text, names):
                place = line + text.count("\n", 0, (_MAP.search(text) or given).start(1))
                message = f"{name} runs Better Auth and does not get {min(names)}."
                yield Hit(source.path, place, message)


_SERVER: Final = """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ secret: process.env.BETTER_AUTH_SECRET });
"""
_VALUES: Final = 'auth:\n  BETTER_AUTH_SECRET: ""\n'
_TAKES_MAP: Final = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "web.name" . }}-frontend
spec:
  template:
    spec:
      containers:
        - name: {{ .Chart.Name }}
          ports:
            - containerPort: 3000
          env:
            {{- range $key, $value := .Values.env }}
            - name: {{ $key }}
              value: {{ $value | quote }}
            {{- end }}
          envFrom:
            - configMapRef:
                name: web
"""

RULE = Rule(
    requirement="environment:complete",
    category="env-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The pod of Next.js does not get the secret of Better Auth.",
    why="Better Auth runs in Next.js: without the secret it refuses to start or signs with a published default, whatever the API gets.",
    remedy="Give the frontend's container BETTER_AUTH_SECRET and the database from the cluster's secret.",
    check=check,
    flagged=(
        Case(
            {
                "web/lib/auth.ts": _SERVER,
                "charts/api/values.yaml": _VALUES,
                "charts/web/values.yaml": "env:\n  PORT: 3000\n",
                "charts/web/templates/deployment.yaml": _TAKES_MAP,
            }
        ),
        Case(
            {
                "web/lib/auth.ts": _SERVER,
                "chart/values.yaml": _VALUES,
                "chart/templates/frontend.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Values.frontend.name }}
spec:
  template:
    spec:
      containers:
        - name: frontend
          image: example/frontend
          ports:
            - containerPort: 3000
          env:
            - name: NEXT_PUBLIC_API_URL
              value: https://api.example.com
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "web/lib/auth.ts": _SERVER,
                "charts/web/values.yaml": _VALUES,
                "charts/web/templates/deployment.yaml": _TAKES_MAP,
            }
        ),
        Case(
            {
                "web/lib/auth.ts": _SERVER,
                "chart/values.yaml": _VALUES,
                "k8s/pods.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: backend
spec:
  template:
    spec:
      containers:
        - name: backend
          ports:
            - containerPort: 8000
          env:
            - name: PORT
              value: "8000"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: frontend
spec:
  template:
    spec:
      containers:
        - name: frontend
          ports:
            - containerPort: 3000
          env:
            - name: PORT
              value: "3000"
          envFrom:
            - secretRef:
                name: app
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          ports:
            - containerPort: 3000
          env:
            - name: BETTER_AUTH_SECRET
              valueFrom:
                secretKeyRef:
                  name: app
                  key: auth
""",
            }
        ),
    ),
)
