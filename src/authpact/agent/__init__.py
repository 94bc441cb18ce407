"""An optional language model: it proposes, the deterministic result stays the floor.

The model reads the brief without its secrets and may add two things: facts with the exact words
that state them, for fields that nothing else settled, and friendlier wordings of the questions.
What it adds passes the schema and the rules of the contract, and may not be looser than the
default. A model that fails, or says nothing useful, changes nothing.
"""

from authpact.agent._assist import Assisted, Dropped, assist

__all__ = ["Assisted", "Dropped", "assist"]
"""`assist` is `authpact.brief.draft` with a model beside it."""
