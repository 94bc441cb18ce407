import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._browser import in_browser
from authpact.review.facts._clients import Answer
from authpact.review.facts._facts import Facts
from authpact.review.facts._logs import Line, carrying, origin
from authpact.review.source._pattern import lazy

_SERVER: Final = lazy(r"^\w+\.api\.(?:sign(?:In|Up)\w*|getToken)\(")
"""Methods of the server of Better Auth whose answer holds a token."""


def _is_answer(facts: Facts, line: Line, name: str) -> bool:
    """Whether a name holds what a client or a server of Better Auth answered, or its data."""
    if line.module.language != "script":
        return False
    root = re.sub(r"\.data$", "", name)
    alias = re.match(r"(\w+)\s+as\s", origin(line.module, line.function, root))
    names = {root, alias[1]} if alias else {root}
    if any(_SERVER.search(origin(line.module, line.function, n)) for n in names):
        return True
    return any(
        a.module is line.module
        and a.has_token
        and (a.name in names or (a.data in names and root == name))
        and line.call.line >= a.assignment.line
        and (a.assignment.function < 0 or _sees(a, line))
        for a in facts.issuers.answers
    )


def _sees(answer: Answer, line: Line) -> bool:
    """Whether a log line is inside of the function that keeps an answer."""
    around = answer.module.functions[answer.assignment.function]
    return around.line <= line.call.line <= around.end_line


def check(facts: Facts) -> Iterator[Hit]:
    """Yield log lines with the whole answer to a sign-in."""
    for line, found in carrying(facts.log_lines, partial(_is_answer, facts)):
        low = Severity.LOW if in_browser(line.module) else None
        yield at(line.module, line.call, f"{found} is logged with the token inside.", low)


RULE = Rule(
    requirement="logging:no-tokens",
    category="token-logged",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The answer to a sign-in is logged with the token inside.",
    why="Whoever reads the logs can act as the user.",
    remedy="Log the names that are needed, one by one; never the answer to a sign-in.",
    check=check,
    flagged=(
        Case(
            {
                "app/enter.tsx": """\
"use client";
import { createAuthClient } from "better-auth/react";
const { signUp } = createAuthClient();
const join = async (form) => {
  const outcome = await signUp.email(form);
  console.log("joined", JSON.stringify(outcome, null, 2));
};
"""
            }
        ),
        Case(
            {
                "app/api/enter/route.ts": """\
export async function POST(request) {
  const made = await auth.api.signInEmail({ body: await request.json() });
  console.log(made);
  return Response.json({ ok: true });
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/enter.tsx": """\
"use client";
import { createAuthClient } from "better-auth/react";
const { signUp, useSession } = createAuthClient();
export default function Enter() {
  const { data: me, error, isPending } = useSession();
  const join = async (form) => {
    const outcome = await signUp.email(form);
    console.log("joined", outcome.error, !!outcome.data, outcome.data?.user.id, me?.user.name, error, isPending);
  };
}
"""
            }
        ),
    ),
)
