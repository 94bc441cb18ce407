import re
from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at, once
from authpact.review.facts._facts import Facts
from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy
from authpact.review.source._text import lines_matching

_TENANT: Final = (
    r"(?:org(?:anization|anisation)?_id|tenant_id|team_id|workspace_id|company_id|group_id|household_id"
    r"|practice_id|account_id)"
)
_FILTER: Final = r"\b([A-Z]\w*)\.({tenant})\s*==\s*(?<![\w.]){principal}\.\2\b"
_PERSON: Final = lazy(r"^\w*(?:User|Member|Account|Profile)$")
_LOOSE: Final = r"^\s+{column}\s*(?::\s*(?:Mapped\[\s*)?(?:Optional\[|[^=\n]*\|\s*None)|=\s*(?:\w+\.)?(?:Column|mapped_column)\((?![^\n]*nullable\s*=\s*False)|:[^\n=]*=\s*(?:Field|mapped_column)\([^\n]*nullable\s*=\s*True)"


def _may_be_absent(facts: Facts, model: str, column: str) -> bool:
    """Whether rows of a model may have no tenant."""
    found = facts.project.classes.get(model)
    return found is not None and bool(
        re.search(_LOOSE.format(column=column), found[1].text, re.MULTILINE)
    )


def _asked(text: str, principal: str, column: str) -> bool:
    """Whether a handler looks whether the caller has a tenant at all."""
    read = rf"{re.escape(principal)}\.{column}"
    return bool(
        re.search(
            rf"\b(?:if|not|and|or|assert|elif)\s+\(?{read}\b(?!\s*[!=]=\s*\w+\.)|{read}\s+is\s+(?:not\s+)?None"
            rf"|{read}\s*(?:!=|==)\s*None|\brequire\w*\([^)\n]*{read}",
            text,
        )
    )


def _in_route(facts: Facts, route: Route) -> Iterator[tuple[str, Hit]]:
    text = route.function.text
    pattern = _FILTER.format(tenant=_TENANT, principal=re.escape(route.principal))
    for line, match in lines_matching(text, re.compile(pattern)):
        model, column = match[1], match[2]
        if not _PERSON.match(model) or _asked(text, route.principal, column):
            continue
        if _may_be_absent(facts, model, column):
            message = f"A caller without {column} reaches everybody who has none."
            yield (
                f"{route.module.path}:{route.line}",
                at(route.module, route.function.line + line - 1, message),
            )


def check(facts: Facts) -> Iterator[Hit]:
    """Yield handlers that compare the caller's tenant where both sides may have none."""
    for route in facts.routes:
        if route.reachable and route.principal:
            yield from once(_in_route(facts, route))


RULE = Rule(
    requirement="ownership:foreign-resource",
    category="missing-ownership-check",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="People without a tenant count as one tenant.",
    why="`column == None` becomes `IS NULL`: a caller who belongs to no tenant reaches all who belong to none.",
    remedy="Refuse callers without a tenant before the query, or make the column NOT NULL.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class User(Base):
    id = Column(Integer, primary_key=True)
    team_id = Column(Integer, ForeignKey("teams.id"), nullable=True)

@app.delete("/members/{member_id}")
def remove(member_id: int, me: User = Depends(get_current_user), db=Depends(get_db)):
    row = db.scalar(select(User).where(User.id == member_id, User.team_id == me.team_id))
    db.delete(row)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class User(SQLModel, table=True):
    id: int
    org_id: Optional[int] = Field(default=None, foreign_key="orgs.id")

@app.get("/members")
def listed(me: User = Depends(get_current_user), db=Depends(get_db)):
    return db.exec(select(User).where(User.org_id == me.org_id)).all()
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

class User(Base):
    id = Column(Integer, primary_key=True)
    team_id = Column(Integer, ForeignKey("teams.id"), nullable=True)

@app.delete("/members/{member_id}")
def remove(member_id: int, me: User = Depends(get_current_user), db=Depends(get_db)):
    if not me.team_id:
        raise HTTPException(403)
    row = db.scalar(select(User).where(User.id == member_id, User.team_id == me.team_id))
    db.delete(row)
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class User(Base):
    id = Column(Integer, primary_key=True)
    team_id = Column(Integer, ForeignKey("teams.id"), nullable=False)

@app.get("/members")
def listed(me: User = Depends(get_current_user), db=Depends(get_db)):
    return db.scalars(select(User).where(User.team_id == me.team_id)).all()
"""
            }
        ),
    ),
)
