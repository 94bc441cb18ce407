"""Under which names each module logs: loggers are often called after what they tell."""

import re
from collections.abc import Mapping
from typing import Final

from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._project import Project

_MAKES: Final = lazy(
    r"^(?:(?:logging|structlog(?:\.stdlib)?|loguru|log4js|winston|bunyan|consola|pino|tslog)\.)?"
    r"(?:getLogger|get_logger|getChildLogger|createLogger|pino|createConsola|new\s+\w*Logger)\("
    r"|^(?:new\s+)?(?:pino|\w*Logger|bunyan\.createLogger|debug)\("
    r"|^\w*log(?:ger)?\.(?:bind|child|getChild|opt|new|withTag|scope)\(",
    re.IGNORECASE,
)
_PRINTERS: Final = frozenset({"print", "pprint", "pformat", "inspect"})
_SOURCES: Final = lazy(r"^(?:loguru|logging|rich|pprint|icecream|consola|signale|structlog)")


def _made(module: Module) -> frozenset[str]:
    return frozenset(a.target for a in module.assignments if _MAKES.match(a.value))


def _imported(module: Module) -> frozenset[str]:
    """Return loggers and printers of libraries that an import renames."""
    return frozenset(
        i.alias
        for i in module.imports
        if _SOURCES.match(i.module)
        and (i.name in {*_PRINTERS, "logger", "log", "ic"} or not i.name or i.name == "default")
        and i.alias not in {"", i.module}
    )


def loggers(project: Project) -> Mapping[str, frozenset[str]]:
    """Return the names of loggers by module, those that another module makes included."""
    own = {m.path: _made(m) | _imported(m) for m in project.modules}
    known = frozenset(name for names in own.values() for name in names) | {"default"}
    found = dict(own)
    for module in project.modules:
        for one in module.imports:
            if one.name not in known:
                continue
            home = project.module_of(module, one.module)
            if home is not None and one.name in own[home.path]:
                found[module.path] |= {one.alias}
    return found
