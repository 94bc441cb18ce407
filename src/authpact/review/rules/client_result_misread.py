import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._clients import Answer
from authpact.review.facts._facts import Facts
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_SENT: Final = r"\bBearer \$\{{\s*{name}\s*\}}|\bBearer [\"']\s*\+\s*{name}\b|\breturn {name}\s*(?:;|$|\?\?|\|\|)"
_OPENED: Final = r"\b{name}\s*(?:\?\.|!\.|\.)\s*(?:data|error|token)\b|\}}\s*=\s*{name}\b"


def _is_misread(answer: Answer) -> bool:
    """Whether an answer goes out as a token itself and nobody opens it."""
    if answer.method != "token" or not answer.name or "throw: true" in answer.assignment.value:
        return False
    if re.search(_OPENED.format(name=answer.name), answer.text):
        return False
    return bool(re.search(_SENT.format(name=answer.name), answer.text, re.MULTILINE))


_ABSENT: Final = lazy(
    r"(?<!\|\| )(?<!\?\? )\b(?:data|session)\s*[?!]?\.(?:data\s*[?!]?\.)?session\s*[?!]?\.(accessToken|access_token|idToken|id_token|jwt|jwtToken|bearerToken)\b"
)
_ADDED: Final = lazy(
    r"customSession|additionalFields|inferAdditionalFields|[\"'](?:next-auth|@auth/|@clerk/|@supabase/)"
)


def _absent(facts: Facts) -> Iterator[Hit]:
    """Yield members of the session that Better Auth never fills, one a file."""
    for module in facts.scripts:
        asks = re.search(r"\b(?:useSession|getSession)\b", module.code)
        found = next(lines_matching(module.code, _ABSENT), None) if asks else None
        if found:
            yield at(module, found[0], f"The session of Better Auth has no {found[1][1]}.")


_BARE: Final = (
    r"(?<![\w.]){name}\s*[?!]?\.\s*(token|accessToken|access_token|idToken|jwt)\b(?!\s*=[^=])"
)
_STATE: Final = lazy(r"\[\s*(\w+)\s*,\s*(\w+)\s*\]$")


def _names(answer: Answer) -> list[str]:
    """Return the names that hold the data of a session: its own, and a state it is put into."""
    given = answer.data or f"{answer.name}.data"
    found = [answer.data] if answer.data else []
    for one in answer.module.assignments:
        state = _STATE.match(one.target) if "useState" in one.value[:40] else None
        put = rf"(?<![\w.]){state[2]}\(\s*{re.escape(given)}\s*\)" if state else ""
        if state and re.search(put, answer.text):
            found.append(state[1])
    return found


def _without(facts: Facts) -> Iterator[Hit]:
    """Yield reads of a member that `{ session, user }` does not have, one a file."""
    told: set[str] = set()
    for answer in facts.issuers.answers:
        if answer.method not in {"getSession", "useSession"} or answer.module.path in told:
            continue
        for name in _names(answer):
            pattern = re.compile(_BARE.format(name=re.escape(name)))
            found = next(lines_matching(answer.module.code, pattern), None)
            if found:
                told.add(answer.module.path)
                message = f"{name} is {{ session, user }}: it has no {found[1][1]}."
                yield at(answer.module, found[0], message)
                break


def check(facts: Facts) -> Iterator[Hit]:
    """Yield answers of the client that are read as what they are not."""
    if facts.issuers.clients and not any(_ADDED.search(m.code) for m in facts.scripts):
        yield from _absent(facts)
        yield from _without(facts)
    for answer in facts.issuers.answers:
        if _is_misread(answer):
            message = f"{answer.name} is {{ data, error }}; the token is {answer.name}.data.token."
            yield at(answer.module, answer.assignment.line, message)


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
                "app/board.tsx": """\
import { authClient } from "@/lib/auth-client";
export default function Board() {
  const [person, setPerson] = useState(null);
  useEffect(() => { load(); }, []);
  const load = async () => {
    const { data } = await authClient.getSession();
    setPerson(data);
  };
  return <List bearer={person?.token} />;
}
""",
            }
        ),
        Case(
            {
                "lib/auth-client.ts": _CLIENT,
                "app/page.tsx": """import { authClient } from "@/lib/auth-client";
const { useSession } = authClient;
export default function Page() {
  const { data: me } = useSession();
  return <Inside bearer={me!.accessToken} />;
}
""",
            }
        ),
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
const kept = (data) => data.session.token || data.session.accessToken;
const { data: who } = authClient.useSession();
const id = who?.session?.token ?? who?.user.status;
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
