"""From words to a contract: facts with evidence, questions, assumptions, deviations."""

from authpact.brief._deviations import Deviating
from authpact.brief._draft import Assumption, Draft, Given, draft
from authpact.brief._fact import Fact
from authpact.brief._patched import patched
from authpact.brief._questions import MOST, Option, Question, all_questions
from authpact.brief._settled import Warned
from authpact.brief._update import Change, changes, updated
from authpact.brief.project import read_project

__all__ = [
    "MOST",
    "Assumption",
    "Change",
    "Deviating",
    "Draft",
    "Fact",
    "Given",
    "Option",
    "Question",
    "Warned",
    "all_questions",
    "changes",
    "draft",
    "patched",
    "read_project",
    "updated",
]
