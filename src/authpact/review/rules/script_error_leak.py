from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._answers import answers_of
from authpact.review.facts._facts import Facts
from authpact.review.facts._told import told
from authpact.review.source._model import Module
from authpact.review.source._pattern import lazy

_SERVICE: Final = lazy(r"[\"'](?:express|fastify|hono|koa)[\"']")


def _answering(facts: Facts) -> Iterator[tuple[Module, frozenset[str]]]:
    """Yield handlers of Next.js, services of other frameworks, and hooks of Better Auth."""
    answers = answers_of(facts.python)
    yield from ((module, answers) for module in facts.handlers)
    for module in facts.scripts:
        if _SERVICE.search(module.text) and module not in facts.handlers:
            yield module, answers
    for path in {s.module.path for s in facts.issuers.servers}:
        yield facts.project.by_path[path], frozenset({"APIError"})


def check(facts: Facts) -> Iterator[Hit]:
    """Yield answers of scripts that carry internal error texts."""
    own = facts.own_errors
    for module, answers in _answering(facts):
        for line in told(facts.project, module, answers, own):
            yield at(module, line, "The text of the exception is sent to the client.")


RULE = Rule(
    requirement="error:no-leak",
    category="error-detail-leak",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Exception text reaches the client from a script.",
    why="It tells an attacker which library, table or host failed, and how.",
    remedy="Log the exception and answer with a fixed sentence and a stable code.",
    check=check,
    flagged=(
        Case(
            {
                "app/api/parcels/route.ts": """\
export async function GET() {
  try {
    return Response.json(await parcels());
  } catch (failure) {
    return Response.json({ error: String(failure) }, { status: 500 });
  }
}
"""
            }
        ),
        Case(
            {
                "service/index.js": """\
const express = require("express");
app.post("/parcels", requireAuth, async (req, res) => {
  try {
    res.json(await store(req.body));
  } catch (failure) {
    res.status(500).json({ error: "not stored", detail: failure.message });
  }
});
"""
            }
        ),
        Case(
            {
                "lib/auth.ts": """\
export const auth = betterAuth({
  emailVerification: {
    sendVerificationEmail: async ({ user, url }) => {
      try {
        await post(user.email, url);
      } catch (failure) {
        throw new APIError("BAD_REQUEST", { message: "not sent: " + (failure?.message || "") });
      }
    },
  },
});
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "app/api/parcels/route.ts": """\
export async function GET() {
  try {
    return Response.json(await parcels());
  } catch (failure) {
    console.error(failure);
    return Response.json({ error: "not found" }, { status: 500 });
  }
}
"""
            }
        ),
    ),
)
