"""What a review does not cover: files that were not read in full, and a side that is not there."""

from collections.abc import Iterator

from authpact.review.facts._issuers import Issuers
from authpact.review.facts._routes import Application
from authpact.review.source._project import Project
from authpact.review.source._tree import Tree, Unreviewable


def unread(
    tree: Tree, project: Project, application: Application, issuers: Issuers
) -> tuple[Unreviewable, ...]:
    """Return the files with what kept them from being read; `.` stands for the whole folder."""
    broken = [
        Unreviewable(m.path, f"line {m.error_line} could not be parsed; the rest was read")
        for m in project.modules
        # Half of all pages hold a bare `&`, which the grammar refuses and browsers take.
        if m.error_line and not m.path.endswith("x")
    ]
    return (*tree.unreviewable, *broken, *_absent(application, issuers))


def _absent(application: Application, issuers: Issuers) -> Iterator[Unreviewable]:
    """Yield the side of an integration that a folder does not hold: silence is no approval."""
    apis = any(r.is_application for r in application.routers.values())
    if apis and issuers.servers:
        return
    if apis:
        reason = "no Better Auth server is here, so who issues the tokens was not reviewed"
    elif issuers.servers:
        reason = "no FastAPI application is here, so who accepts the tokens was not reviewed"
    else:
        reason = "neither a FastAPI application nor a Better Auth server is here"
    yield Unreviewable(".", reason)
