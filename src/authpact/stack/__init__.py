"""The whole stack on one machine, for probing and for clicking through."""

from authpact.stack._stack import Project, launch

__all__ = ["Project", "launch"]
