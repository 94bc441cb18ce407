"""The development set: figures, and what must hold for every brief whatever it says."""

import random
import tomllib

import pytest
from measure import BRIEFS, measure

from authpact.brief import MOST, draft
from authpact.compile import checklist, render
from authpact.contract import parse, to_toml

TEXTS = [tomllib.loads(file.read_text("utf-8"))["text"] for file in sorted(BRIEFS.glob("*.toml"))]


def test_the_set_is_read_as_well_as_promised() -> None:
    figures = measure()
    assert len(TEXTS) >= 60
    assert figures.accuracy >= 0.97, figures.faults
    assert figures.stated_accuracy >= 0.97, figures.faults
    assert figures.recall == 1, figures.faults
    assert figures.precision >= 0.95, figures.faults
    assert figures.most_questions <= 3
    assert figures.asked_on_stated == 0, figures.faults
    assert figures.warnings_missing == 0, figures.faults


@pytest.mark.parametrize("seed", range(3))
def test_any_shuffle_of_words_gives_a_contract_that_loads(seed: int) -> None:
    chance = random.Random(seed)
    words = [word for text in TEXTS for word in text.split(" ")]
    for _ in range(60):
        text = " ".join(chance.choice(words) for _ in range(chance.randint(1, 60)))
        found = draft(text)
        parsed = parse(to_toml(found.contract))
        assert parsed.contract == found.contract, (text, parsed.diagnostics)
        assert len(found.questions) <= MOST
        for fact in found.facts:
            assert text[fact.start : fact.end] == fact.evidence


@pytest.mark.parametrize(
    "text", ["/" + "a/" * 3000, "no " * 3000, "a," * 4000, "> " * 2000, "jwt({" * 900]
)
def test_a_hostile_text_is_read_in_a_moment(text: str) -> None:
    assert parse(to_toml(draft(text).contract)).contract is not None


@pytest.mark.parametrize("index", range(0, len(TEXTS), 9))
def test_what_a_brief_becomes_passes_the_checklist(index: int) -> None:
    contract = draft(TEXTS[index]).contract
    for file in render(contract, ["spec", "design"]):
        assert checklist(file.text, contract, file.path) == ()
