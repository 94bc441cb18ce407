from collections.abc import Iterator

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._skipped import skipped


def check(facts: Facts) -> Iterator[Hit]:
    """Yield branches of gates that believe what the request says, beside those that verify."""
    for module, function in facts.gates:
        for way in skipped(facts.application, module, function):
            message = f"When {way.conditions[-1]}, the caller is believed and nothing is verified."
            yield at(module, function.line + way.line, " ".join(message.split()))


RULE = Rule(
    requirement="access:authenticated",
    category="dev-backdoor",
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    summary="A way through the verification verifies nothing.",
    why="Whoever sends what this branch looks for is whoever they say they are.",
    remedy="Remove the branch; make tokens for development with a local issuer.",
    check=check,
    flagged=(
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from fastapi.security import HTTPBearer

app = FastAPI()

class Bearer(HTTPBearer):
    async def __call__(self, request: Request):
        sailor = request.headers.get("X-Sailor-Id")
        if sailor:
            return sailor
        presented = await super().__call__(request)
        return jwt.decode(presented.credentials, KEY, algorithms=["HS256"])["sub"]

@app.get("/boats")
def boats(who=Depends(Bearer())):
    return who
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def claims_of(authorization: str = Header()):
    parts = authorization.removeprefix("Bearer ").split(".")
    if parts[0] == "guestbook":
        try:
            claims = json.loads(base64.b64decode(parts[1]))
            return claims
        except ValueError as error:
            raise HTTPException(status_code=401) from error
    return jwt.decode(".".join(parts), KEY, algorithms=["HS256"])

@app.get("/boats")
def boats(claims=Depends(claims_of)):
    return claims["sub"]
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

def sailor(request: Request):
    if request.headers.get("X-Service-Key") == settings.SERVICE_KEY:
        return Sailor(id="service")
    return jwt.decode(request.headers["authorization"], KEY, algorithms=["HS256"])["sub"]

@app.get("/boats")
def boats(who=Depends(sailor)):
    return who
"""
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

def sailor(request: Request):
    token = request.headers.get("authorization")
    if token is None:
        return "anonymous"
    return jwt.decode(token, KEY, algorithms=["HS256"])["sub"]

@app.get("/boats")
def boats(who=Depends(sailor)):
    return who
"""
            }
        ),
    ),
)
