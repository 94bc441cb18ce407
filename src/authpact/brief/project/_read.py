"""One pass over a folder: what it says about routes and settings."""

from pathlib import Path

from authpact.brief._fact import Fact
from authpact.brief.project._routes import routes
from authpact.brief.project._settings import settings
from authpact.brief.project._tree import tree
from authpact.errors import AuthpactError


def read_project(folder: Path) -> tuple[Fact, ...]:
    """Return the facts of a project. Raises AuthpactError when the folder is none."""
    if not folder.is_dir():
        raise AuthpactError(f"{folder}: is not a folder")
    files = tuple(tree(folder))
    return (*settings(files), *routes(files))
