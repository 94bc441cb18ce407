"""A language model beside the rules, where one is named and installed."""

from authpact.brief import Draft, Given, draft
from authpact.cli._output import progress
from authpact.errors import AuthpactError


def drafted(words: str, given: Given, model: str | None) -> tuple[Draft, Given]:
    """Return the draft of a brief, and what to draft it with again after answers.

    Raises AuthpactError for a model that cannot be used.
    """
    if model is None:
        return draft(words, given), given
    try:
        from authpact.agent import assist  # noqa: PLC0415  # an extra
    except ModuleNotFoundError as error:
        raise AuthpactError(
            f"{error.name} is not installed; pip install 'authpact[cli,llm]' brings the models"
        ) from None
    helped = assist(words, model, given)
    for fact in helped.admitted:
        progress(f"{model}: {fact.field} = {fact.value}, for it reads “{fact.evidence}”")
    for one in helped.dropped:
        progress(f"{model}: not taken: {one.proposed}: {one.reason}")
    if helped.note:
        progress(f"{model}: {helped.note}; the brief was read without it")
    return helped.draft, helped.given
