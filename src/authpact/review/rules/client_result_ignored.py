import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._clients import Answer
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Call, Module
from authpact.review.source._pattern import lazy

_METHODS: Final = lazy(
    r"^(?:signIn\.(?:email|username|emailOtp|phoneNumber|anonymous|passkey)|signUp\.email|change(?:Password|Email)"
    r"|updateUser|resetPassword|requestPasswordReset|forgetPassword|deleteUser|revoke(?:Session|Sessions|OtherSessions)"
    r"|sendVerificationEmail|verifyEmail|twoFactor\.\w+|passkey\.\w+|admin\.\w+|organization\.(?!list|get)\w+)$"
)
_TAKEN: Final = lazy(r"(?:=|\(|\breturn|=>|,|\?|:|&&|\|\||\.|\bawait\s+\w+\()\s*$")


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


_HOLDS: Final = r"!\s*{name}\b(?!\s*[!?]?[.\[(=])|\bif\s*\(\s*{name}\s*(?:\)|&&)|\breturn\s+{name}\s*(?:\?(?![.?])|!==?\s*null)"
"""A test whether a name holds anything."""


def _misread(answer: Answer) -> str:
    """Return what is wrong with how an answer to getSession is read, empty for nothing."""
    name, text = answer.name, answer.text
    if not name or answer.method != "getSession" or "throw: true" in answer.assignment.value:
        return ""
    if re.search(rf"\b{name}\s*[!?]?\.\s*(?:data|error)\b|\}}\s*=\s*{name}\b", text):
        return ""
    if re.search(rf"\b{name}\s*[!?]?\.\s*(?:user|session)\b", text):
        return f"{name} is {{ data, error }}; the session is in {name}.data."
    if re.search(_HOLDS.format(name=name), text):
        return f"{name} is {{ data, error }} even when nobody is signed in: the test always holds."
    return ""


def check(facts: Facts) -> Iterator[Hit]:
    """Yield calls of the auth client whose result, and with it the error, is dropped."""
    for answer in facts.issuers.answers:
        message = _misread(answer)
        texts = (
            s.text
            for s in (*facts.tree.scripts, *facts.tree.others)
            if s.path != answer.module.path
        )
        if message and not answer.is_idle(texts):
            yield at(answer.module, answer.assignment.line, message, Severity.MEDIUM)
    for module, call, method in facts.issuers.calls:
        if _METHODS.match(method) and _is_dropped(module, call) and not _handles(facts, call):
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
                "lib/client.ts": _CLIENT + "export const getSession = authClient.getSession;\n",
                "lib/guard.ts": """\
import { getSession as current } from "./client";
export async function need() {
  const session = await current();
  if (!session) throw new Error("sign in first");
}
""",
                "app/page.tsx": """\
import { need } from "@/lib/guard";
export default async function Page() { await need(); }
""",
            }
        ),
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
async function own() {
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
  if (!session || session.error) return "";
  return session.data?.user?.id;
}
export async function nobodyAsks() {
  const session = await authClient.getSession();
  return !!session;
}
export async function name() {
  const { data: session } = await authClient.getSession();
  return session ? session.user.name : "";
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
