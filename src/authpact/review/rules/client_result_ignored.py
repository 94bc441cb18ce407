import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call, Module

_METHODS: Final = (
    r"(?:signIn\.(?:email|username|emailOtp|phoneNumber|anonymous|passkey)|signUp\.email|change(?:Password|Email)"
    r"|updateUser|resetPassword|requestPasswordReset|forgetPassword|deleteUser|revoke(?:Session|Sessions|OtherSessions)"
    r"|sendVerificationEmail|verifyEmail|twoFactor\.\w+|passkey\.\w+|admin\.\w+|organization\.(?!list|get)\w+)"
)
_NAMED: Final = re.compile(rf"^(?:(\w+)\.)?{_METHODS}$")
_TAKEN: Final = re.compile(r"(?:=|\(|\breturn|=>|,|\?|:|&&|\|\||\.|\bawait\s+\w+\()\s*$")


def _is_client(facts: Facts, module: Module, name: str) -> bool:
    """Whether a name is the client of Better Auth, or taken out of it."""
    root = name.partition(".")[0]
    if root in module.variables and "createAuthClient(" in module.variables[root].value:
        return True
    imported = module.imported.get(root)
    home = facts.project.module_of(module, imported.module) if imported else None
    if home is None and re.search(
        rf"\{{[^}}]*\b{root}\b[^}}]*\}}\s*=\s*\w*[cC]lient\b", module.code
    ):
        return "createAuthClient(" in module.code
    return home is not None and "createAuthClient(" in home.code


def _is_dropped(module: Module, call: Call) -> bool:
    """Whether a call is awaited as a statement of its own and nothing handles its result."""
    before = module.lines[call.line - 1].partition(call.name.partition(".")[0])[0]
    last = next((t for t in reversed(module.lines[: call.line - 1]) if t.strip()), "")
    if not re.fullmatch(r"\s*await\s+", before) or _TAKEN.search(last):
        return False
    after = module.code.encode()[call.end : call.end + 40].decode("utf-8", "replace")
    return not re.match(r"\s*\)*\s*[.!?]", after)


def _handles(facts: Facts, call: Call) -> bool:
    """Whether callbacks tell success from error, or errors are thrown, here or for the client."""
    text = " ".join(a.text for a in call.arguments)
    options = " ".join(c.options.get("fetchOptions", "") for c in facts.issuers.clients)
    return bool(re.search(r"onError|onSuccess|throw\s*:\s*true", f"{text} {options}"))


_ANSWER: Final = re.compile(r"^await\s+(\w+)\.getSession\(")


def _misread(facts: Facts, module: Module) -> Iterator[Hit]:
    """Yield answers of getSession that are taken for the session itself."""
    for one in module.assignments:
        asked = _ANSWER.match(one.value) if re.fullmatch(r"\w+", one.target) else None
        if not asked or one.function < 0 or not _is_client(facts, module, asked[1]):
            continue
        text = module.functions[one.function].text
        used = re.search(rf"\b{one.target}\??\.(?:user|session)\b", text)
        if used and not re.search(rf"\b{one.target}\??\.(?:data|error)\b", text):
            message = f"{one.target} is {{ data, error }}; the session is in {one.target}.data."
            yield at(module, one.line, message, Severity.MEDIUM)


def check(facts: Facts) -> Iterator[Hit]:
    """Yield calls of the auth client whose result, and with it the error, is dropped."""
    if not facts.issuers.clients:
        return
    for module in facts.scripts:
        yield from _misread(facts, module)
        for call in module.calls:
            if (
                _NAMED.match(call.name)
                and _is_client(facts, module, call.name)
                and _is_dropped(module, call)
                and not _handles(facts, call)
            ):
                message = f"The result of {call.name}() is dropped; the client does not throw."
                yield at(module, call, message)


_CLIENT: Final = """\
import { createAuthClient } from "better-auth/react";
export const authClient = createAuthClient();
export const { signIn } = authClient;
"""

RULE = Rule(
    requirement="identity:sign-in",
    category="client-api-misuse",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="The result of the auth client is dropped.",
    why="The client answers `{ data, error }` and throws nothing: a wrong password, or a session that was not ended, looks like success.",
    remedy="Look at `error`, or pass `fetchOptions: { throw: true }`.",
    check=check,
    flagged=(
        Case(
            {
                "lib/client.ts": _CLIENT,
                "app/sign-in.tsx": """\
import { signIn } from "@/lib/client";
async function submit() {
  try {
    await signIn.email({ email, password });
    router.push("/");
  } catch (e) {
    setError(e.message);
  }
}
""",
            }
        ),
        Case(
            {
                "lib/client.ts": _CLIENT,
                "app/settings.tsx": """\
import { authClient } from "@/lib/client";
const end = async (token) => {
  await authClient.revokeSession({ token });
  await load();
};
""",
            }
        ),
        Case(
            {
                "lib/client.ts": _CLIENT,
                "lib/api.ts": """\
import { authClient } from "@/lib/client";
export async function own() {
  const session = await authClient.getSession();
  return session?.user?.id;
}
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/client.ts": _CLIENT,
                "lib/api.ts": """\
import { authClient } from "@/lib/client";
export async function own() {
  const session = await authClient.getSession();
  return session.data?.user?.id;
}
""",
            }
        ),
        Case(
            {
                "lib/client.ts": _CLIENT,
                "app/sign-in.tsx": """\
import { authClient, signIn } from "@/lib/client";
async function submit() {
  const { error } = await signIn.email({ email, password });
  const other =
    await authClient.changePassword({ newPassword });
  await signIn.email({ email, password }, { onError: (c) => setError(c.error.message) });
  await authClient.updateUser({ name, fetchOptions: { throw: true } });
  await authClient.signOut();
  if ((await authClient.deleteUser()).error) return;
  return authClient.revokeSessions();
}
""",
            }
        ),
    ),
)
