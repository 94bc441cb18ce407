"""Facts of an existing project: routes, names, settings; evidence is a file and a line."""

from authpact.brief.project._read import read_project

__all__ = ["read_project"]
