"""What a well-formed contract must still not say."""

from collections.abc import Iterator
from typing import Final

from authpact.contract._judgement import Judgement, Rule
from authpact.contract._model import Contract
from authpact.contract._rules_access import ACCESS_RULES
from authpact.contract._rules_tenant import TENANT_RULES
from authpact.contract._rules_token import TOKEN_RULES

RULES: Final[tuple[Rule, ...]] = (*TOKEN_RULES, *ACCESS_RULES, *TENANT_RULES)


def judge(contract: Contract) -> Iterator[Judgement]:
    """Yield every error and warning that the rules find in a well-formed contract."""
    for rule in RULES:
        yield from rule(contract)
