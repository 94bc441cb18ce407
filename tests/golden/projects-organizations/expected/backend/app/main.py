"""The application: run it with `uvicorn app.main:app --env-file .env`."""

from fastapi import FastAPI

from app.routes import router
from app.security import secure

app = FastAPI(title="projects")
app.include_router(router)
secure(app)
