from collections.abc import Iterator
from typing import Final

from authpact.findings import Confidence, Severity
from authpact.review._rule import Case, Hit, Rule, at
from authpact.review.facts._facts import Facts
from authpact.review.facts._fetches import is_fetched_alone


def check(facts: Facts) -> Iterator[Hit]:
    """Yield routes whose id leads, through helpers and services, to a row of anybody."""
    for route in facts.routes:
        if is_fetched_alone(facts.project, route):
            continue  # said by the rule about the handler's own text
        load = facts.strangers.reached_by(route)
        if load:
            message = f"Any {load.kind} is reached by its id; its owner is not compared."
            module, function = load.place or (route.module, route.function)
            yield at(module, function, message)


def _pair(mine: str, one: str) -> Case:
    """Return an application that lists by owner, and reads one by its key."""
    text = f"""\
from fastapi import FastAPI, Depends

app = FastAPI()

@app.get("/parcels")
async def mine(caller=Depends(get_current_user)):
    return {mine}

@app.get("/parcels/{{key}}")
async def one(key: str, caller=Depends(get_current_user)):
    return {one}
"""
    return Case({"main.py": text})


_NESTED: Final = """\
class Parcel(Base):
    owner_id: str
app = FastAPI()
MINE = select(Parcel).where(Parcel.owner_id == me.id)

@app.delete("/{owner_id}/parcels/{key}")
def drop(owner_id: str, key: int, db=Depends(get_db), caller=Depends(get_current_user)):
    if caller["id"] != owner_id:
        raise HTTPException(403)
    parcel = db.get(Parcel, key)
    db.delete(parcel)
"""

_PARCELS: Final = """\
from fastapi import FastAPI, Depends
from services import ParcelService, DepotService

app = FastAPI()

@app.get("/parcels")
def mine(db=Depends(get_db), caller=Depends(get_current_user)):
    return db.query(Parcel).filter(Parcel.owner_id == caller.id).all()

@app.get("/parcels/{key}")
def one(key: int, service: ParcelService = Depends(), caller=Depends(get_current_user)):
    return service.read(key)

@app.get("/depots/{key}")
def depot(key: int, db=Depends(get_db), caller=Depends(get_current_user)):
    depots = DepotService(db)
    return depots.read(key)
"""

RULE = Rule(
    requirement="ownership:foreign-resource",
    category="missing-ownership-check",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A row is loaded for whoever names its id.",
    why="Elsewhere the same rows are kept to their owners; here every signed-in user reaches all of them.",
    remedy="Give the query the owner from the token together with the id, and answer 404.",
    check=check,
    flagged=(
        Case({"main.py": _NESTED}),
        Case(
            {
                "main.py": _PARCELS,
                "services.py": """\
class Parcel(Base):
    id: int
    owner_id: str

class Depot(Base):
    id: int

class ParcelService:
    def __init__(self, db=Depends(get_db)):
        self.rows = ParcelRows(db)

    def read(self, key):
        return self.rows.one(key)

class ParcelRows:
    def one(self, key):
        return self.db.get(Parcel, key)

class DepotService:
    def read(self, key):
        return self.db.get(Depot, key)

class DepotRows:
    def one(self, key):
        return None
""",
            }
        ),
        _pair(
            'await pool.fetch("SELECT * FROM parcels WHERE owner_id = $1", caller.id)',
            'await pool.fetchrow("SELECT * FROM parcels WHERE id = $1", key)',
        ),
        _pair(
            'cursor.execute("SELECT * FROM parcels p WHERE p.owner_id = %s", (caller.id,))',
            'cursor.execute("DELETE FROM parcels WHERE id = %s", (key,))',
        ),
        _pair(
            'db.table("parcels").select("*").eq("owner_id", caller.id).execute()',
            'db.table("parcels").select("*").eq("id", key).execute()',
        ),
        _pair(
            'await db.parcels.find({"owner_id": caller.id}).to_list()',
            'await db.parcels.find_one({"_id": ObjectId(key)})',
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Parcel(Base):
    id: int
    owner_id: str

@app.get("/parcels")
def mine(db=Depends(get_db), caller=Depends(get_current_user)):
    return db.query(Parcel).filter(Parcel.owner_id == caller.id).all()

@app.delete("/parcels/{key}")
def gone(key: int, db=Depends(get_db), caller=Depends(get_current_user)):
    return crud.parcel.remove(db=db, id=key)
"""
            }
        ),
        Case(
            {
                "main.py": """\
import importlib
from fastapi import FastAPI, Depends

app = FastAPI()
for name in ["parcels", "depots"]:
    module = importlib.import_module(f"routes.{name}")
    app.include_router(module.router, dependencies=[Depends(get_current_user)])
""",
                "routes/parcels.py": """\
from fastapi import APIRouter, Depends
from queries import find_parcel

router = APIRouter(prefix="/parcels")

@router.get("")
def mine(db=Depends(get_db), caller=Depends(get_current_user)):
    return db.exec(select(Parcel).where(Parcel.sender_id == caller.id)).all()

@router.post("/photos")
def photo(parcel_id: str = Form(...), db=Depends(get_db), caller=Depends(get_current_user)):
    parcel = find_parcel(db, uuid.UUID(parcel_id))
    if not parcel:
        raise HTTPException(404)
    return save_photo(parcel, taken_by=caller.id)
""",
                "queries.py": """\
class Parcel(SQLModel, table=True):
    id: int = Field(primary_key=True)
    sender_id: int = Field(foreign_key="users.id")

def find_parcel(db, key):
    return db.get(Parcel, key)
""",
            }
        ),
    ),
    accepted=(
        Case(
            {
                "main.py": _NESTED.replace(
                    "(parcel)", "(parcel if parcel.owner_id == owner_id else 0)"
                )
            }
        ),
        Case(
            {
                "main.py": _PARCELS,
                "services.py": """\
class Parcel(Base):
    id: int
    owner_id: str

class Depot(Base):
    id: int

class ParcelService:
    def __init__(self, db=Depends(get_db), user=Depends(get_current_user)):
        self.user = user
        self.rows = ParcelRows(db)

    def read(self, key):
        return self.rows.one(key, self.user)

class ParcelRows:
    def one(self, key, user):
        return self.db.query(Parcel).filter(Parcel.id == key, Parcel.owner_id == user.id).first()

class DepotService:
    def read(self, key):
        return self.db.get(Depot, key)

class DepotRows:
    def one(self, key):
        return None
""",
            }
        ),
        _pair(
            'await pool.fetch("SELECT * FROM parcels WHERE owner_id = $1", caller.id)',
            'await pool.fetchrow("SELECT * FROM parcels WHERE id = $1 AND owner_id = $2", key, caller.id)',
        ),
        _pair(
            'db.table("parcels").select("*").eq("owner_id", caller.id).execute()',
            'db.table("parcels").select("*").eq("id", key).eq("owner_id", caller.id).execute()',
        ),
        _pair(
            'await db.parcels.find({"owner_id": caller.id}).to_list()',
            'await db.colours.find_one({"_id": ObjectId(key)})',
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends
from queries import find_parcel, Parcel

app = FastAPI()

@app.get("/parcels")
def mine(db=Depends(get_db), caller=Depends(get_current_user)):
    return db.exec(select(Parcel).where(Parcel.sender_id == caller.id)).all()

@app.get("/parcels/{parcel_id}")
def one(parcel_id: str, db=Depends(get_db), caller=Depends(get_current_user)):
    parcel = find_parcel(db, uuid.UUID(parcel_id))
    same_sender(parcel, caller)
    return parcel

@app.get("/office/parcels/{parcel_id}", dependencies=[Depends(require_staff)])
def any_parcel(parcel_id: str, db=Depends(get_db)):
    return find_parcel(db, parcel_id)
""",
                "queries.py": """\
class Parcel(SQLModel, table=True):
    id: int = Field(primary_key=True)
    sender_id: int = Field(foreign_key="users.id")

def find_parcel(db, key):
    return db.get(Parcel, key)
""",
            }
        ),
        Case(
            {
                "main.py": """\
from fastapi import FastAPI, Depends

app = FastAPI()

class Colour(Base):
    id: int
    created_by: str

def colour(db, key):
    return db.get(Colour, key)

@app.get("/colours/{colour_id}")
def shown(colour_id: int, db=Depends(get_db), caller=Depends(get_current_user)):
    log.info("read by %s", caller.id)
    return colour(db, colour_id)
""",
            }
        ),
    ),
)
