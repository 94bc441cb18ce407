"""Whether tokens speak for an organization: `tenant.mode`.

"Our team" is who writes a brief; only several of them, or rows that they share, are tenants.
"""

import re
from collections.abc import Iterator
from typing import Final

from authpact.brief._fact import Mention, mention
from authpact.brief._reading import Reading

_NAMED: Final = re.compile(
    r"\b(?:multi|multiple)[ -]?tenan(?:t|ts|cy)\b|\btenan(?:ts|cy)\b|\b(?:each|every|per|one|a) tenant\b|"
    r"\b(?:each|every|per|one|several|multiple|many|different|other|between|switch\w*) (?:organi[sz]ations?|workspaces?|teams?)\b|"
    r"\b(?:members?|users?|rows|tasks|projects|data) of (?:an?|the same|one|their|his|her) (?:organi[sz]ation|workspace|team)\b|"
    r"\bshared? (?:by|within|with|in|inside|among) (?:an?|the|the same|one|their|his|her|your) (?:organi[sz]ation|workspace|team)\b|"
    r"\b(?:organi[sz]ations|workspaces)\b|\borgani[sz]ation(?:\(\))? plugin\b|"
    r"\bmandantenf[äa]hig\w*|\bmandanten\b|\bmulti-?mandant\w*|\bmulti-?locataire\w*|\bmulti-?inquilino\w*|マルチテナント|多租户",
    re.IGNORECASE,
)


def find(reading: Reading) -> Iterator[Mention]:
    """Yield what the text says about organizations, workspaces, teams and tenants."""
    for sentence in reading.prose:
        for match in _NAMED.finditer(sentence.text):
            yield mention(sentence, "tenant.mode", "organization", match.span())
