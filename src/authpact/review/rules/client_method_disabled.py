import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._issuers import Issuer
from authpact.review.source._model import Call
from authpact.review.source._text import members

_NEEDS: Final = {
    "requestPasswordReset": "emailAndPassword.sendResetPassword",
    "forgetPassword": "emailAndPassword.sendResetPassword",
    "sendVerificationEmail": "emailVerification.sendVerificationEmail",
    "deleteUser": "user.deleteUser",
    "changeEmail": "user.changeEmail",
    "signIn.email": "emailAndPassword",
    "signUp.email": "emailAndPassword",
}
"""The option that switches a method on."""
_REPLACED: Final = frozenset({"emailOTP", "phoneNumber"})
"""Plugins that may answer these paths themselves."""


def _lacks(issuer: Issuer, option: str) -> bool:
    """Whether a server is written out and has no such option."""
    if not issuer.options or "..." in issuer.text or _REPLACED & set(issuer.plugins):
        return False
    part, _, inner = option.partition(".")
    text = issuer.options.get(part, "")
    if not inner or not text:
        return not text
    # What stands in a constant may hold anything; an option may be written as a method.
    return text.startswith("{") and not re.search(rf"\b{inner}\b", text)


def _has_no_token(call: Call) -> bool:
    """Whether a new password is set without the token of the link, in the body or the query."""
    given = call.text_of("", 0)
    names = members(given)
    return bool(names) and "..." not in given and not {"token", "query"} & set(names)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield calls of the client that the server of the tree always refuses."""
    servers = facts.issuers.servers
    told: set[tuple[str, str]] = set()
    for module, call, method in facts.issuers.calls:
        if (module.path, method) in told:
            continue
        option = _NEEDS.get(method, "")
        if option and servers and all(_lacks(s, option) for s in servers):
            told.add((module.path, method))
            yield at(module, call, f"{method}() is refused: the server sets no {option}.")
        elif method == "resetPassword" and _has_no_token(call):
            told.add((module.path, method))
            yield at(module, call, "resetPassword() is refused without the token of the link.")


_SERVER: Final = (
    "export const auth = betterAuth({ emailAndPassword: { enabled: true }, secret });\n"
)
_CLIENT: Final = """\
import { createAuthClient } from "better-auth/react";
export const authClient = createAuthClient();
"""

RULE = Rule(
    requirement="identity:sign-in",
    category="client-api-misuse",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The client calls a method that the server refuses.",
    why="Better Auth answers 400 or 404 to a method whose option is not set: what the page promises, such as a new password, never happens.",
    remedy="Set the option of the server, pass the `token` of the link to `resetPassword`, or remove the call.",
    check=check,
    flagged=(
        Case(
            {
                "lib/auth.ts": _SERVER,
                "lib/client.ts": _CLIENT,
                "app/lost/page.tsx": """\
import { authClient } from "@/lib/client";
const { error } = await authClient.requestPasswordReset({ email });
""",
            }
        ),
        Case(
            {
                "lib/client.ts": _CLIENT,
                "app/renew/page.tsx": """\
import { authClient } from "@/lib/client";
const { error } = await authClient.resetPassword({ newPassword: word });
""",
            }
        ),
        Case(
            {
                "lib/auth.ts": "export const auth = betterAuth({ socialProviders: { github }, secret });\n",
                "lib/client.ts": _CLIENT,
                "app/enter/page.tsx": """\
import { authClient } from "@/lib/client";
const { error } = await authClient.signIn.email({ email, password });
const gone = await authClient.deleteUser();
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/auth.ts": """\
export const auth = betterAuth({
  emailAndPassword: { enabled: true, async sendResetPassword({ user, url }) { await mail(user, url); } },
  user: { deleteUser: { enabled: true } },
});
""",
                "lib/client.ts": _CLIENT,
                "app/page.tsx": """\
import { authClient } from "@/lib/client";
const one = await authClient.requestPasswordReset({ email });
const two = await authClient.resetPassword({ newPassword, token });
const three = await authClient.signIn.email({ email, password });
const four = await authClient.deleteUser({ password });
""",
            }
        ),
        Case(
            {
                "lib/auth.ts": "export const auth = betterAuth({ ...shared, emailAndPassword });\n",
                "lib/client.ts": _CLIENT,
                "app/page.tsx": """\
import { authClient } from "@/lib/client";
const one = await authClient.requestPasswordReset({ email });
""",
            }
        ),
    ),
)
