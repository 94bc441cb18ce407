"""The requirements: what must hold, where it comes from, how it is checked."""

from authpact.requirements._model import Check, Level, Requirement
from authpact.requirements._table import REQUIREMENTS

__all__ = ["REQUIREMENTS", "Check", "Level", "Requirement"]
