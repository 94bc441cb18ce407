from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call, Module
from authpact.review.source._pattern import lazy

_NESTED: Final = lazy(r"^(\w+)\.api\.(\w+)\.(\w+)$")
_DIRECT: Final = lazy(
    r"^(\w+)\.(getSession|signIn|signUp|signOut|signIn\.\w+|signUp\.\w+|getUser|validateSession|verifySession"
    r"|verifyToken|validateToken|getToken|createUser|updateUser|deleteUser|listSessions|revokeSession)$"
)
_BOUND: Final = frozenset({"bind", "call", "apply", "then", "catch"})
_MADE: Final = lazy(r"^(?:await\s+)?betterAuth\(")


def _is_server(facts: Facts, module: Module, name: str) -> bool:
    """Whether a name is the server side of Better Auth, made here or imported."""
    own = module.variables.get(name)
    if own:
        return bool(_MADE.match(own.value))
    given = module.imported.get(name)
    home = facts.project.module_of(module, given.module) if given else None
    made = home.variables.get(given.name or name) if home and given else None
    return bool(made and _MADE.match(made.value))


def _message(facts: Facts, module: Module, call: Call) -> str:
    """Say what is wrong with a call of the server side, empty for a right one."""
    nested = _NESTED.match(call.name)
    if nested and nested[3] not in _BOUND and _is_server(facts, module, nested[1]):
        first, second = nested[2], nested[3]
        flat = f"{first}{second[:1].upper()}{second[1:]}" if first.startswith("sign") else second
        return f"{call.name} does not exist: the API of the server is flat, as in api.{flat}()."
    direct = _DIRECT.match(call.name)
    if direct and _is_server(facts, module, direct[1]):
        return f"{call.name} does not exist: the server has its methods under api."
    return ""


def check(facts: Facts) -> Iterator[Hit]:
    """Yield calls on the server side of Better Auth that name nothing."""
    if not facts.issuers.is_used:
        return
    for module in facts.scripts:
        told: set[str] = set()
        for call in module.calls:
            message = _message(facts, module, call)
            if message and message not in told:
                told.add(message)
                yield at(module, call, message)


_SERVER: Final = """\
import { betterAuth } from "better-auth";
export const auth = betterAuth({ plugins: [twoFactor()] });
"""

RULE = Rule(
    requirement="identity:sign-in",
    category="client-api-misuse",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A method of the server side of Better Auth does not exist.",
    why="The call ends in a TypeError: the step it stands for fails for everybody, or is skipped.",
    remedy="Call the flat method of auth.api, such as `auth.api.signInEmail({ body, headers })`.",
    check=check,
    flagged=(
        Case(
            {
                "lib/auth.ts": _SERVER,
                "app/api/code/route.ts": """\
import { auth } from "../../../lib/auth";
export async function POST(request) {
  const done = await auth.api.twoFactor.verifyTotp({ body: await request.json() });
  return Response.json(done);
}
""",
            }
        ),
        Case(
            {
                "lib/auth.ts": _SERVER,
                "lib/session.ts": """\
import { auth } from "./auth";
export const read = async () => auth.getSession({ headers: await headers() });
""",
            }
        ),
        Case(
            {
                "lib/auth.ts": _SERVER
                + "export const enter = (b) => auth.api.signIn.email({ body: b });\n"
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/auth.ts": _SERVER,
                "lib/session.ts": """\
import { auth } from "./auth";
export const read = async () => auth.api.getSession({ headers: await headers() });
export const bound = auth.api.getSession.bind(auth);
export const enter = (body) => auth.api.signInEmail({ body });
export const handle = (request) => auth.handler(request);
""",
            }
        ),
        Case(
            {
                "lib/auth.ts": _SERVER,
                "lib/auth-client.ts": "export const auth = createAuthClient();\n",
                "app/page.tsx": """\
import { auth } from "../lib/auth-client";
export const read = () => auth.getSession();
export const enter = (body) => auth.signIn.email(body);
""",
            }
        ),
    ),
)
