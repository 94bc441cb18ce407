import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._handlers import SESSION, actions, handlers
from authpact.review.facts._routes import Route
from authpact.review.facts._rows import is_person
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_FIELD: Final = r"(?:roles?|is_?[aA]dmin|is_?superuser|is_?staff|permissions|access_?[lL]evel)"
_PERSON: Final = r"(?:\w*user|me|member|account|profile|person|employee|\w*_user|db_obj)"
_WRITTEN: Final = lazy(
    rf"(?<![\w.]){_PERSON}\.({_FIELD})\s*=\s*(?:\w+\(\s*)?(\w+)(?:\.|\.get\(\s*[\"']|\[\s*[\"']){_FIELD}\b"
)
_ANY_WRITTEN: Final = lazy(
    rf"(?<![\w.])(\w+)\.({_FIELD})\s*=\s*(?:\w+\(\s*)?(\w+)(?:\.|\.get\(\s*[\"']|\[\s*[\"']){_FIELD}\b"
)
_LOADED: Final = (
    r"(?<![\w.]){0}\s*=\s*[^\n]*?\b(?:get|select|query|get_or_none|find_one|get_or_404)\(\s*([A-Z]\w*)"
    r"|(?<![\w.]){0}\s*=\s*(?:await\s+)?([A-Z]\w*)\.(?:get|filter|find)\w*\("
)
_COPIED: Final = lazy(
    rf"\bfor\s+(\w+)\s*,\s*\w+\s+in\s+(\w+)(?:\.(?:model_dump|dict)\([^)\n]*\))?\.items\(\)\s*:\s*\n\s*setattr\(\s*{_PERSON}\s*,\s*\1\b"
)
_CLASS_FIELD: Final = lazy(rf"^\s+({_FIELD})\s*:", re.MULTILINE)
_ASKED: Final = lazy(
    r"admin|superuser|staff|owner\b|permission|require_?role|allowed|\brole\w*\s*(?:not\s+in|in|[!=]==?)"
    r"|\[[\"']roles?[\"']\]\s*(?:not\s+in|in|[!=]=)|RoleChecker|has_role|check_role|\bis_allowed"
    r"|exclude|include\s*=",
    re.IGNORECASE,
)
_SCRIPT: Final = lazy(
    rf"\b(?:user|member|account|profile)s?\.update(?:Many)?\(\s*\{{[^;]*?\bdata\s*:\s*\{{[^}};]*\b({_FIELD})\b\s*(?:,|\}}|:\s*(?:body|data|input|payload|values|parsed\w*)\b)"
    rf"|\.update\(\s*(?:\w+\.)?users?\s*\)\s*\.set\(\s*\{{[^}};]*\b({_FIELD})\b\s*(?:,|\}}|:\s*(?:body|data|input|payload|values|parsed\w*)\b)"
)
_READ: Final = lazy(r"await\s+(?:req|request)\.json\(\)|formData\b|\binput\b|\bdata\b")
_LOGGED: Final = lazy(r"\b(?:logger|logging|log|print|console)\b(?:\.\w+)?\([^\n]*")


def _text(route: Route) -> str:
    """Return what decides: the parameters, the decorator and the body, without log lines."""
    decorator = " ".join(a.text for a in route.decorator.arguments[1:])
    return _LOGGED.sub("", f"{route.function.text.partition('(')[2]}\n{decorator}")


def _checked(facts: Facts, route: Route, written: str) -> bool:
    """Whether something on the way asks what the caller may do."""
    text = _text(route).replace(written, "")
    router = facts.application.routers.get(
        (route.module.path, route.decorator.name.rpartition(".")[0])
    )
    around = [router.dependencies if router else ""]
    around += [
        i.dependencies for i in facts.application.includes if i.child[0] == route.module.path
    ]
    return bool(_ASKED.search(text + " ".join(around))) or "/admin" in " ".join(route.paths)


def _body_field(facts: Facts, route: Route, name: str) -> str:
    """Return the privilege that a body may hold, empty when its model has none."""
    for parameter in route.function.parameters:
        found = facts.project.classes.get(parameter.annotation)
        if parameter.name == name and found is not None:
            field = _CLASS_FIELD.search(found[1].text)
            return field[1] if field else ""
    return ""


def _in_route(facts: Facts, route: Route) -> Iterator[Hit]:
    text = route.function.text
    given = {p.name for p in route.function.parameters} - {route.principal}
    given |= set(re.findall(r"\b(\w+)\s*=\s*await\s+\w+\.json\(\)", text))
    for line, match in lines_matching(text, _WRITTEN):
        if match[2] in given and not _checked(facts, route, match[0]):
            message = f"Every signed-in user may set `{match[1]}`."
            yield at(route.module, route.function.line + line - 1, message)
            return
    for line, match in lines_matching(text, _ANY_WRITTEN):
        loaded = re.search(_LOADED.format(re.escape(match[1])), text)
        written = loaded is not None and is_person(facts.project, loaded[1] or loaded[2])
        if written and match[3] in given and not _checked(facts, route, match[0]):
            message = f"Every signed-in user may set the `{match[2]}` of any account."
            yield at(route.module, route.function.line + line - 1, message)
            return
    for line, match in lines_matching(text, _COPIED):
        field = _body_field(facts, route, match[2])
        if field and not _checked(facts, route, match[0]):
            message = f"Every signed-in user may set `{field}` with the other fields."
            yield at(route.module, route.function.line + line - 1, message)
            return


def check(facts: Facts) -> Iterator[Hit]:
    """Yield operations for every signed-in user that store a role which the body names."""
    for route in facts.routes:
        if route.reachable and route.protected and route.principal and route.method != "get":
            yield from _in_route(facts, route)
    for handler in (*handlers(facts), *actions(facts)):
        text = _LOGGED.sub("", handler.function.text)
        found = next(lines_matching(text, _SCRIPT), None)
        if found is None or "/admin" in handler.module.path or not SESSION.search(text):
            continue
        if _READ.search(text) and not _ASKED.search(text.replace(found[1][0], "")):
            name = found[1][1] or found[1][2]
            line = handler.function.line + found[0] - 1
            yield at(handler.module, line, f"Every signed-in user may set `{name}`.")


RULE = Rule(
    requirement="access:role",
    category="missing-role-check",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="Users may change their own role.",
    why="An update of the own profile stores the role of the body: everybody becomes administrator.",
    remedy="Leave the role out of the model of the profile; change it in a route that demands a role.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.put("/crew/{crew_id}/role")
def change(crew_id: str, data: Change, me=Depends(get_current_user), db=Depends(get_db)):
    found = db.get(User, crew_id)
    found.role = data.role
    db.commit()
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.patch("/me")
def update(data: Profile, user=Depends(get_current_user), db=Depends(get_db)):
    if data.role is not None:
        user.role = data.role
    db.commit()
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from pydantic import BaseModel

app = FastAPI()

class UserUpdate(BaseModel):
    name: str | None = None
    is_admin: bool | None = None

@app.put("/users/me")
def update(data: UserUpdate, current_user=Depends(get_current_user), db=Depends(get_db)):
    user = db.get(User, current_user.id)
    for key, value in data.model_dump(exclude_unset=True).items():
        setattr(user, key, value)
    db.commit()
"""
            }
        ),
        Case(
            {
                "app/api/profile/route.ts": """\
export async function PATCH(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  if (!session) return new Response("", { status: 401 });
  const { name, role } = await request.json();
  await prisma.user.update({ where: { id: session.user.id }, data: { name, role } });
  return Response.json({});
}
"""
            }
        ),
        Case(
            {
                "app/actions.ts": """\
"use server";
export async function choose(input) {
  const session = await auth.api.getSession({ headers: await headers() });
  if (!session) throw new Error("no");
  await db.update(user).set({ role: input.role }).where(eq(user.id, session.user.id));
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

@app.patch("/members/{member_id}")
def update(member_id: int, data: Change, user=Depends(get_current_user), db=Depends(get_db)):
    if user.role not in ("owner", "lead"):
        raise HTTPException(403)
    member = db.get(Member, member_id)
    member.role = data.role
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.post("/messages")
def say(data: Message, user=Depends(get_current_user), db=Depends(get_db)):
    message = Row(user_id=user.id)
    message.role = data.role
    db.add(message)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from pydantic import BaseModel

app = FastAPI()

class ProfileUpdate(BaseModel):
    name: str | None = None

@app.put("/users/me")
def update(data: ProfileUpdate, user=Depends(get_current_user), db=Depends(get_db)):
    for key, value in data.model_dump(exclude_unset=True).items():
        setattr(user, key, value)
"""
            }
        ),
        Case(
            {
                "app/api/members/route.ts": """\
export async function PATCH(request) {
  const session = await auth.api.getSession({ headers: request.headers });
  if (session?.user.role !== "admin") return new Response("", { status: 403 });
  const { id, role } = await request.json();
  await prisma.user.update({ where: { id }, data: { role } });
  return Response.json({});
}
"""
            }
        ),
    ),
)
