import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.source._model import Assignment, Module
from authpact.review.source._text import lines_matching

_TOKEN: Final = re.compile(
    r"^await\s+\(*\s*(\w+)(?:\s+as\s+.+\)+)?\s*\??\.\s*token\(\s*(?:\{\s*\})?\s*\)", re.DOTALL
)
_SENT: Final = r"\bBearer \$\{{\s*{name}\s*\}}|\bBearer [\"']\s*\+\s*{name}\b|\breturn {name}\s*(?:;|$|\?\?|\|\|)"
_OPENED: Final = r"\b{name}\s*(?:\?\.|!\.|\.)\s*(?:data|error|token)\b|\}}\s*=\s*{name}\b"


def _is_client(facts: Facts, module: Module, name: str) -> bool:
    """Whether a name is a client of Better Auth, made here or imported."""
    if name in module.variables:
        return "createAuthClient" in module.variables[name].value
    imported = module.imported.get(name)
    home = facts.project.module_of(module, imported.module) if imported else None
    return home is not None and "createAuthClient" in home.code


def _is_misread(module: Module, one: Assignment) -> bool:
    """Whether an answer goes out as a token itself and nobody opens it."""
    text = module.functions[one.function].text if one.function >= 0 else module.code
    name = re.escape(one.target)
    if re.search(_OPENED.format(name=name), text):
        return False
    return bool(re.search(_SENT.format(name=name), text, re.MULTILINE))


_ABSENT: Final = re.compile(
    r"\b(?:data|session)\s*[?!]?\.(?:data\s*[?!]?\.)?session\s*[?!]?\.(accessToken|access_token|idToken|id_token|jwt|jwtToken|bearerToken)\b"
)
_ADDED: Final = re.compile(
    r"customSession|additionalFields|inferAdditionalFields|[\"'](?:next-auth|@auth/|@clerk/|@supabase/)"
)


def _absent(facts: Facts) -> Iterator[Hit]:
    """Yield members of the session that Better Auth never fills, one a file."""
    if any(_ADDED.search(m.code) for m in facts.scripts):
        return
    for module in facts.scripts:
        asks = re.search(r"\b(?:useSession|getSession)\b", module.code)
        found = next(lines_matching(module.code, _ABSENT), None) if asks else None
        if found:
            yield at(module, found[0], f"The session of Better Auth has no {found[1][1]}.")


def check(facts: Facts) -> Iterator[Hit]:
    """Yield answers of `authClient.token()` that are sent as if they were the token."""
    if facts.issuers.clients:
        yield from _absent(facts)
    for module in facts.scripts if facts.issuers.clients else ():
        for one in module.assignments:
            asked = _TOKEN.match(one.value) if re.fullmatch(r"\w+", one.target) else None
            if asked and _is_client(facts, module, asked[1]) and _is_misread(module, one):
                message = (
                    f"{one.target} is {{ data, error }}; the token is {one.target}.data.token."
                )
                yield at(module, one.line, message)


_CLIENT: Final = """\
import { createAuthClient } from "better-auth/react";
export const authClient = createAuthClient({ plugins: [jwtClient()] });
"""

RULE = Rule(
    requirement="issue:one-endpoint",
    category="client-api-misuse",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The answer of the auth client is sent as the token.",
    why="Methods of the client resolve to `{ data, error }`: the header says `Bearer [object Object]`, every call is refused, and a test for a missing token never holds.",
    remedy="Take `data?.token` out of the answer.",
    check=check,
    flagged=(
        Case(
            {
                "lib/auth-client.ts": _CLIENT,
                "lib/use.ts": """\
import { authClient } from "@/lib/auth-client";
export const useToken = () => {
  const { data } = authClient.useSession();
  return data?.session?.jwt;
};
""",
            }
        ),
        Case(
            {
                "lib/auth-client.ts": _CLIENT,
                "lib/api.ts": """\
import { authClient } from "@/lib/auth-client";
async function token(): Promise<string> {
  const found = await (authClient as unknown as { token: () => Promise<string> }).token();
  if (!found) throw new Error("signed out");
  return found;
}
""",
            }
        ),
        Case(
            {
                "lib/auth-client.ts": _CLIENT,
                "app/chat.tsx": """\
import { authClient } from "@/lib/auth-client";
const send = async (text) => {
  const token = await authClient.token();
  await fetch(API, { method: "POST", headers: { Authorization: `Bearer ${token}` } });
};
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "lib/auth.ts": "export const auth = betterAuth({ plugins: [customSession(extend)] });\n",
                "lib/auth-client.ts": _CLIENT,
                "lib/use.ts": """\
import { authClient } from "@/lib/auth-client";
const { data } = authClient.useSession();
send(data?.session.jwt);
""",
            }
        ),
        Case(
            {
                "lib/auth-client.ts": _CLIENT,
                "lib/api.ts": """\
import { authClient } from "@/lib/auth-client";
import { store } from "@/lib/store";
async function token() {
  const { data } = await authClient.token();
  return data?.token;
}
async function other() {
  const answer = await authClient.token();
  return answer.data?.token;
}
async function third() {
  const token = await store.token();
  return token;
}
""",
                "lib/store.ts": "export const store = { token: async () => read() };\n",
            }
        ),
    ),
)
