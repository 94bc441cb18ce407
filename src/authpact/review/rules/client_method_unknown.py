import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_CALLS: Final = lazy(
    r"\b(?:authClient|auth_client|client)(?:\s+as\s+\w+\))?[!?]?\.(getToken|getJWT|getJwt|getAccessTokenJwt|jwt|getUser"
    r"|getCurrentUser|currentUser|user|session|login|logIn|logout|logOut|register|signin|signup|signout"
    r"|signIn|signUp|isAuthenticated|useUser|useAuth|refreshSession|api\.\w+)\("
)
_RIGHT: Final = {
    "getToken": "token()",
    "getJWT": "token()",
    "getJwt": "token()",
    "getAccessTokenJwt": "token()",
    "jwt": "token()",
    "login": "signIn.email()",
    "logIn": "signIn.email()",
    "signin": "signIn.email()",
    "signIn": "signIn.email()",
    "register": "signUp.email()",
    "signup": "signUp.email()",
    "signUp": "signUp.email()",
    "logout": "signOut()",
    "logOut": "signOut()",
    "signout": "signOut()",
    "useUser": "useSession()",
    "useAuth": "useSession()",
}


_ADDED: Final = lazy(r"getActions|\bplugins\s*:[^\n]*(?<!\w)(?:custom|own|my)\w*\(", re.IGNORECASE)


def _is_client(facts: Facts, module: Module, text: str) -> bool:
    """Whether a call is one of the client of Better Auth, not of a class of the same name."""
    name = re.split(r"\W", text, maxsplit=1)[0]
    if name == "client":
        return False
    given = module.imported.get(name)
    home = facts.project.module_of(module, given.module) if given else None
    known = home is None or "createAuthClient" in home.code
    own = home is not None and _ADDED.search(home.code)
    return name == "authClient" and known and not own


def check(facts: Facts) -> Iterator[Hit]:
    """Yield calls of the auth client that ask for an endpoint that does not exist, one a file."""
    if not facts.issuers.is_used:
        return
    for module in facts.scripts:
        found = [
            (line, match[1])
            for line, match in lines_matching(module.code, _CALLS)
            if "createAuthClient" in module.code or _is_client(facts, module, match[0])
        ]
        if found:
            yield at(
                module,
                found[0][0],
                f"The auth client has no {found[0][1]}(); the method is {_RIGHT.get(found[0][1], 'getSession()')}.",
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
const r = await (authClient as any).getToken();
"""
            }
        ),
        Case(
            {
                "lib/client.ts": """\
import { createAuthClient } from "better-auth/react";
export const authClient = createAuthClient();
""",
                "app/page.tsx": """\
import { authClient } from "../lib/client";
const leave = async () => await authClient.logout();
""",
            }
        ),
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
                "lib/real.ts": """\
import { createAuthClient } from "better-auth/react";
export const real = createAuthClient();
""",
                "lib/client.ts": """\
import { real } from "./real";
export const authClient = { login: (form) => real.signIn.email(form) };
""",
                "app/page.tsx": """\
import { authClient } from "../lib/client";
const enter = async (form) => await authClient.login(form);
""",
            }
        ),
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
