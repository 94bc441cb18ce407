import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call, Module
from authpact.review.source._pattern import lazy

_TRUE: Final = lazy(r"^(?:True|Field\(\s*(?:default\s*=\s*)?True\b.*)$", re.DOTALL)
_READ: Final = lazy(
    r"(?:getenv|environ\.get|config|env(?:\.bool)?)\(\s*[\"']\w*DEBUG\w*[\"']\s*,\s*"
    r"(?:default\s*=\s*)?(?:True|[\"'](?:true|1|yes|on)[\"'])",
    re.IGNORECASE,
)
_APPS: Final = frozenset(["FastAPI", "Starlette"])


def _place(facts: Facts, module: Module, call: Call) -> Hit | None:
    """Return the place where the debug mode of an application is on unless something says no."""
    given = call.get("debug")
    if given is None:
        return None
    message = "Unhandled errors are answered with a traceback."
    if _TRUE.match(given.text) or _READ.search(given.text):
        return at(module, given.line, message)
    name = given.text.strip()
    if not re.fullmatch(r"[\w.()]+", name):
        return None
    last = name.rpartition(".")[2]
    found = facts.project.symbol(module, name)
    rows = [] if found is None else [(found.module, found.module.variables.get(last))]
    if "." in name:
        rows += [
            (m, a) for m, a in facts.project.fields.get(last.lower(), ()) if "debug" in last.lower()
        ]
    for home, value in rows:
        if value is not None and (_TRUE.match(value.value) or _READ.search(value.value)):
            return at(home, value.line, message)
    return None


def check(facts: Facts) -> Iterator[Hit]:
    """Yield applications whose debug mode is on by default."""
    seen: set[tuple[str, int]] = set()
    for module in facts.python:
        for call in module.called(*_APPS):
            hit = _place(facts, module, call)
            if hit is not None and (hit.file, hit.line) not in seen:
                seen.add((hit.file, hit.line))
                yield hit


RULE = Rule(
    requirement="error:no-leak",
    category="error-detail-leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The debug mode of the application is on by default.",
    why="Starlette answers an unhandled error with its traceback: files, code and values of the server.",
    remedy="Let debug be off unless a variable of the developer's machine turns it on.",
    check=check,
    flagged=(
        Case({"main.py": "app = FastAPI(title='x', debug=True)\n"}),
        Case({"main.py": "app = FastAPI(debug=os.getenv('DEBUG', 'true') == 'true')\n"}),
        Case(
            {
                "config.py": "class Settings(BaseSettings):\n    debug: bool = True\n\nsettings = Settings()\n",
                "main.py": "from config import settings\napp = FastAPI(debug=settings.debug)\n",
            }
        ),
    ),
    accepted=(
        Case({"main.py": "app = FastAPI(debug=os.getenv('DEBUG', 'false') == 'true')\n"}),
        Case(
            {
                "config.py": "class Settings(BaseSettings):\n    debug: bool = False\n\nsettings = Settings()\n",
                "main.py": "from config import settings\napp = FastAPI(debug=settings.debug)\n",
            }
        ),
        Case(
            {
                "config.py": "class Settings(BaseSettings):\n    debug: bool = True\n\nsettings = Settings()\n",
                "main.py": "from config import settings\napp = FastAPI()\nif settings.debug: log()\n",
            }
        ),
    ),
)
