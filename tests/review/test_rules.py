"""Every rule finds what its examples show, and is silent where they are right."""

import pytest

from authpact.requirements import REQUIREMENTS
from authpact.review import Case, Facts, all_rules, findings_in, sort_texts

RULES = all_rules()
FLAGGED = [(slug, case) for slug, rule in RULES.items() for case in rule.flagged]
ACCEPTED = [(slug, case) for slug, rule in RULES.items() for case in rule.accepted]


def found(slug: str, case: Case) -> int:
    return len(findings_in(Facts(sort_texts(case.files)), [slug]))


@pytest.mark.parametrize(
    ("slug", "case"), FLAGGED, ids=[f"{s}-{i}" for i, (s, _) in enumerate(FLAGGED)]
)
def test_a_rule_finds_its_flagged_example(slug: str, case: Case) -> None:
    assert found(slug, case) >= 1


@pytest.mark.parametrize(
    ("slug", "case"), ACCEPTED, ids=[f"{s}-{i}" for i, (s, _) in enumerate(ACCEPTED)]
)
def test_a_rule_is_silent_on_its_accepted_example(slug: str, case: Case) -> None:
    assert found(slug, case) == 0


def test_every_rule_cites_a_requirement_and_shows_both_sides() -> None:
    for slug, rule in RULES.items():
        assert rule.requirement in REQUIREMENTS, slug
        assert rule.flagged and rule.accepted, slug
        assert rule.summary and rule.why and rule.remedy, slug
