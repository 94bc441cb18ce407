import posixpath
import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, once
from authpact.review.facts._environment import is_secret_name
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._project import folders_of
from authpact.review.source._text import lines_matching
from authpact.review.source._tree import Source

_POD: Final = lazy(r"^kind:\s*(?:Deployment|StatefulSet)\b", re.MULTILINE)
_GIVEN: Final = lazy(r"^[ \t]*-[ \t]+name:[ \t]*[\"']?([A-Z][A-Z0-9_]+)\b", re.MULTILINE)
_TAKES_ALL: Final = lazy(r"secretRef|toYaml\s+[^}]*env", re.IGNORECASE)
_LEFT_OUT: Final = lazy(r"ompose[\w.-]*\.ya?ml$|(^|/)\.|(^|/)(?:specs?|docs?|history)/")


def _home(source: Source) -> str:
    """Return the folder of all manifests that are applied together: a chart, or the own folder."""
    return posixpath.dirname(source.path.partition("templates/")[0] or source.path)


def _root(facts: Facts, source: Source) -> str:
    """Return the nearest folder around a manifest that holds code which reads secrets.

    A tree may hold several states of an application, each with its own names.
    """
    paths = {r.module.path for r in facts.variables.secrets}
    around = folders_of(source.path)
    return next((f for f in around if f and any(p.startswith(f"{f}/") for p in paths)), "")


def _all(facts: Facts) -> Iterator[tuple[str, Hit]]:
    manifests = [s for s in facts.environment.plain(r"\.ya?ml$") if not _LEFT_OUT.search(s.path)]
    pods = [s for s in manifests if _POD.search(s.text) and not _TAKES_ALL.search(s.text)]
    for source in pods:
        home, root = _home(source), _root(facts, source)
        inside, below = (f"{f}/" if f else "" for f in (home, root))
        secrets = {r.name for r in facts.variables.secrets if r.module.path.startswith(below)}
        for line, match in lines_matching(source.text, _GIVEN):
            name = match[1]
            if not is_secret_name(name) or name in facts.variables.mentioned_below(root):
                continue
            near = {s for s in secrets if s.isupper() and (name in s or s in name)}
            beside = [s.text for s in manifests if s.path.startswith(inside)]
            named = re.compile(rf"\b(?:{'|'.join(sorted(near))})\b")
            if near and not any(named.search(text) for text in beside):
                message = f"The pod gets {name}, the code reads {min(near)}."
                yield f"{home} {name}", Hit(source.path, line, message)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield secrets that a pod gets under a name which no code reads, each once a chart."""
    yield from once(_all(facts))


_CODE: Final = """\
class Settings(BaseSettings):
    jwt_secret_key: str
"""
_DEPLOYMENT: Final = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  template:
    spec:
      containers:
        - name: api
          env:
            - name: JWT_SECRET
              valueFrom:
                secretKeyRef: {name: api, key: jwt}
"""

RULE = Rule(
    requirement="environment:complete",
    category="env-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A pod gets a secret under a name that the code does not read.",
    why="The application does not start, or signs and verifies with its default, whatever the cluster holds.",
    remedy="Give the variable the name that the code reads.",
    check=check,
    flagged=(
        Case({"api/config.py": _CODE, "chart/templates/api.yaml": _DEPLOYMENT}),
        Case(
            {
                "api/auth.py": 'import os\nKEY = os.environ["API_JWT_SECRET"]\n',
                "k8s/api.yaml": _DEPLOYMENT,
            }
        ),
        Case(
            {
                "api/auth.py": 'import os\nKEY = os.environ["SECRET_KEY"]\n',
                "k8s/api.yaml": _DEPLOYMENT.replace("JWT_SECRET", "JWT_SECRET_KEY"),
            }
        ),
        Case(
            {
                "first/auth.py": 'import os\nKEY = os.environ["JWT_SECRET"]\n',
                "second/api/auth.py": 'import os\nKEY = os.environ["API_JWT_SECRET"]\n',
                "second/k8s/api.yaml": _DEPLOYMENT,
            }
        ),
    ),
    accepted=(
        Case(
            {
                "api/config.py": _CODE,
                "web/lib/pass.ts": "export const key = process.env.JWT_SECRET;\n",
                "web/app/api/pass/route.ts": 'import { key } from "@/lib/pass";\n',
                "k8s/web.yaml": _DEPLOYMENT,
            }
        ),
        Case(
            {
                "api/config.py": _CODE,
                "chart/templates/other.yaml": _DEPLOYMENT,
                "chart/values.yaml": "api:\n  env:\n    JWT_SECRET_KEY: ''\n",
                "k8s/api.yaml": f"{_DEPLOYMENT}          envFrom:\n            - secretRef: {{name: all}}\n",
                "docs/api.yaml": _DEPLOYMENT,
            }
        ),
        Case({"api/main.py": "import os\nPORT = os.getenv('PORT')\n", "k8s/api.yaml": _DEPLOYMENT}),
    ),
)
