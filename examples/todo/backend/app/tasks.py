"""The tasks of a user. Whose they are is decided by the token, and checked for every row."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from sqlmodel import col, select

from app.database import Database
from app.models import Task, TaskFields, TaskOut
from app.security import Owner, Principal, require_owner

router = APIRouter(prefix="/api/{user_id}/tasks")

UserId = Annotated[str, Path(alias="user_id")]
"""`Owner` has compared it with the token; nothing below needs it again."""

TaskId = Annotated[int, Path(alias="id", ge=1, le=2**31 - 1)]


def _owner_of(task: Task) -> str:
    return task.owner_id


def _own(task_id: int, owner: Principal, database: Database) -> Task:
    """Return the caller's task. A foreign and an absent one are the same 404."""
    return require_owner(owner, database.get(Task, task_id), _owner_of)


def _saved(task: Task, database: Database) -> Task:
    database.add(task)
    database.commit()
    database.refresh(task)
    return task


@router.get("", response_model=list[TaskOut])
def list_tasks(_user: UserId, owner: Owner, database: Database) -> Sequence[Task]:
    """List the user's tasks, the oldest first."""
    own = select(Task).where(Task.owner_id == owner.subject).order_by(col(Task.id))
    return database.exec(own).all()


@router.post("", response_model=TaskOut, status_code=201)
def create_task(_user: UserId, fields: TaskFields, owner: Owner, database: Database) -> Task:
    """Create a task that belongs to the caller, whatever the body says."""
    return _saved(Task(owner_id=owner.subject, **fields.model_dump()), database)


@router.get("/{id}", response_model=TaskOut)
def read_task(_user: UserId, task_id: TaskId, owner: Owner, database: Database) -> Task:
    """Read one task."""
    return _own(task_id, owner, database)


@router.put("/{id}", response_model=TaskOut)
def replace_task(
    _user: UserId, task_id: TaskId, fields: TaskFields, owner: Owner, database: Database
) -> Task:
    """Replace what the user wrote; whether it is done stays as it is."""
    task = _own(task_id, owner, database)
    task.sqlmodel_update(fields.model_dump())
    task.touch()
    return _saved(task, database)


@router.delete("/{id}", status_code=204)
def delete_task(_user: UserId, task_id: TaskId, owner: Owner, database: Database) -> None:
    """Delete a task."""
    database.delete(_own(task_id, owner, database))
    database.commit()


@router.patch("/{id}/complete", response_model=TaskOut)
def toggle_task(_user: UserId, task_id: TaskId, owner: Owner, database: Database) -> Task:
    """Turn over whether a task is done."""
    task = _own(task_id, owner, database)
    task.completed = not task.completed
    task.touch()
    return _saved(task, database)
