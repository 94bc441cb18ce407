import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._handlers import SESSION, actions, handlers, reach
from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_PERSON: Final = r"(?:\w*user|me|member|account|profile)"
_WRITTEN: Final = lazy(
    rf"(?<![\w.]){_PERSON}\.(?:(email)\s*=\s*(?:\w+\(\s*)?\w+(?:\.|\[\s*[\"']|\.get\(\s*[\"'])(?:new_?)?email\b"
    rf"|(\w*password\w*)\s*=\s*(?:await\s+)?[\w.]*(?:hash|encrypt|pwd|password)\w*(?:\.\w+)*\()"
)
_SCRIPT: Final = lazy(
    r"\busers?\.update\(\s*\{[^;]*?\bdata\s*:\s*\{[^};]*\b(email)\b\s*(?:,|\}|:\s*(?:body|data|input|payload)\b)"
    r"|\b(?:user|account)s?\.update(?:Many)?\(\s*\{[^;]*?\bdata\s*:\s*\{[^};]*\b(password\w*)\b"
    r"|\.update\(\s*(?:\w+\.)?(?:user|account)s?\s*\)\s*\.set\(\s*\{[^};]*\b(email|password\w*)\b(?!\w)"
)
_PROVED: Final = lazy(
    r"(?:current|old|existing|confirm)_?password|(?:verify|check|compare|valid\w*)_?\w*password"
    r"|password\w*\.verify|(?:pwd|hasher|context|ctx|ph)\w*\.verify|checkpw|\bcompare\(|authenticate\w*\(|verified\w*[\"']?\]?\s*[:=]\s*(?:False|false|null|None)"
    r"|verification|confirm\w*|send_?\w*(?:mail|verif)|pending_?email|otp\b|\b(?:code|\w*(?:otp|verification|security)_code)\b|reset|magic|sudo|(?<!re)fresh|re_?auth"
    r"|has_\w*password|password\w*\s+is\s+(?:not\s+)?None|\bif\s+(?:not\s+)?\w+\.\w*password\w*\s*:|set_?password"
    r"|admin|superuser|\brole\b|invit|_token\b|tokens?\.",
    re.IGNORECASE,
)
_NOISE: Final = lazy(
    r"\b(?:logger|logging|log|print|console)\b(?:\.\w+)?\([^\n]*|status_code\s*=[^,)\n]*"
)


def _reached(facts: Facts, route: Route) -> str:
    """Return the text of a handler and of what it calls, log lines left out."""
    texts = [route.function.text, " ".join(route.paths)]
    texts += [f.text for _, f in facts.project.callees(route.module, route.function)]
    return _NOISE.sub("", "\n".join(texts))


def check(facts: Facts) -> Iterator[Hit]:
    """Yield operations that change how an account is entered for whoever holds its session."""
    for route in facts.routes:
        if not (route.reachable and route.principal) or route.method == "get":
            continue
        found = next(lines_matching(route.function.text, _WRITTEN), None)
        if found and not _PROVED.search(_reached(facts, route)):
            name = found[1][1] or found[1][2]
            line = route.function.line + found[0] - 1
            yield at(route.module, line, f"A session alone is enough to change `{name}`.")
    for handler in (*handlers(facts), *actions(facts)):
        text = handler.function.text
        found = next(lines_matching(text, _SCRIPT), None)
        if found and SESSION.search(text) and not _PROVED.search(reach(facts, handler)):
            name = next(g for g in found[1].groups() if g)
            line = handler.function.line + found[0] - 1
            yield at(handler.module, line, f"A session alone is enough to change `{name}`.")


RULE = Rule(
    requirement="session:lifetime",
    category="sensitive-action-no-reauth",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="An address or a password changes without the former password.",
    why="Whoever finds an open session keeps the account: the reset link then goes to the new address.",
    remedy="Ask for the password, or mail a link to the new address before it counts.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.put("/profile")
def update(data: Profile, user=Depends(get_current_user), db=Depends(get_db)):
    if data.email is not None:
        user.email = data.email
    db.commit()
    db.refresh(user)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/me/password")
def change(data: NewPassword, user=Depends(get_current_user), db=Depends(get_db)):
    user.hashed_password = hash_password(data.password)
    db.commit()
"""
            }
        ),
        Case(
            {
                "app/api/profile/route.ts": """\
export async function PATCH(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  const { name, email } = await request.json();
  await prisma.user.update({ where: { id: session.user.id }, data: { name, email } });
  return Response.json({});
}
"""
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/me/first-password")
def first(data: NewPassword, user=Depends(get_current_user), db=Depends(get_db)):
    if user.hashed_password is not None:
        raise HTTPException(409)
    user.hashed_password = hash_password(data.value)
    db.commit()
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.put("/profile")
def update(data: Profile, user=Depends(get_current_user), db=Depends(get_db)):
    if not verify_password(data.password, user.hashed_password):
        raise HTTPException(403)
    user.email = data.email
    db.commit()
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.put("/profile")
def update(data: Profile, user=Depends(get_current_user), db=Depends(get_db)):
    user.email = data.email
    user.is_verified = False
    db.commit()
"""
            }
        ),
        Case(
            {
                "app/api/profile/route.ts": """\
export async function PATCH(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  const { email } = await request.json();
  await prisma.user.update({
    where: { id: session.user.id },
    data: { email, emailVerified: false },
  });
  return Response.json({});
}
"""
            }
        ),
    ),
)
