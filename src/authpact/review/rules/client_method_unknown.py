import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._facts import Facts
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review._text import lines_matching

_CALLS: Final = re.compile(
    r"\b(?:authClient|auth_client|client)\.(getToken|getJWT|getJwt|getAccessTokenJwt|jwt)\("
)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield calls of the auth client that ask for an endpoint that does not exist, one a file."""
    if not facts.issuers.is_used:
        return
    for module in facts.scripts:
        found = [
            (line, match[1])
            for line, match in lines_matching(module.code, _CALLS)
            if "authClient" in match[0] or "createAuthClient" in module.code
        ]
        if found:
            yield at(
                module,
                found[0][0],
                f"The auth client has no {found[0][1]}(); the method is token().",
            )


RULE = Rule(
    requirement="issue:one-endpoint",
    category="client-api-misuse",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The client asks for an endpoint that does not exist.",
    why="The client turns any method into a request: getToken() asks /get-token and gets 404, so there is never a token.",
    remedy="Add jwtClient() and call `authClient.token()`.",
    check=check,
    flagged=(
        Case(
            {
                "lib/a.ts": """\
import { createAuthClient } from "better-auth/react";
const authClient = createAuthClient();
const r = await authClient.getToken();
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/a.ts": """\
import { createAuthClient } from "better-auth/react";
const authClient = createAuthClient();
const r = await authClient.token();
"""
            }
        ),
    ),
)
