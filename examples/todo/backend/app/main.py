"""The application: run it with `uvicorn app.main:app --env-file .env`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import overview, tasks
from app.database import create_tables
from app.security import secure


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    create_tables()
    yield


app = FastAPI(title="todo", lifespan=_lifespan)
app.include_router(overview.router)
app.include_router(tasks.router)
secure(app)
