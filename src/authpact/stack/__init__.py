"""The whole stack on one machine, for probing and for clicking through."""

from authpact.stack._stack import Databases, Project, launch

__all__ = ["Databases", "Project", "launch"]
