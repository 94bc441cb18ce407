"""What is not about one user's tasks: health, the caller, and figures over all tasks."""

from fastapi import APIRouter
from sqlmodel import col, func, select

from app.database import Database
from app.models import Me, Report, Task
from app.security import AdminRole, CurrentPrincipal, ReportsReadPermission

router = APIRouter()


@router.get("/health")
async def health() -> dict[str, str]:
    """Tell that the API is up."""
    return {"status": "ok"}


@router.get("/api/me")
async def me(principal: CurrentPrincipal) -> Me:
    """Say who the token is about."""
    return Me(subject=principal.subject, roles=sorted(principal.roles))


@router.get("/admin/tasks")
def count_by_owner(_admin: AdminRole, database: Database) -> dict[str, int]:
    """Count the tasks of every user."""
    counted = select(Task.owner_id, func.count()).group_by(Task.owner_id)
    return dict(database.exec(counted.order_by(Task.owner_id)).all())


@router.get("/reports/tasks")
def report(_reader: ReportsReadPermission, database: Database) -> Report:
    """Count all tasks."""
    total = database.exec(select(func.count()).select_from(Task)).one()
    done = select(func.count()).select_from(Task).where(col(Task.completed))
    return Report(total=total, completed=database.exec(done).one())
