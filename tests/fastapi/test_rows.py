"""Rows of a database that belong to somebody, with SQLModel and with SQLAlchemy."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, delete, update
from sqlalchemy import select as sqlalchemy_select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm import Session as PlainSession
from sqlalchemy.pool import StaticPool
from sqlmodel import Field, Session, SQLModel, col, select

from authpact import Contract, Principal
from authpact.errors import ConfigurationError, ForeignObject, ObjectAbsent, TenantMissing
from authpact.fastapi import Owner, install
from authpact.fastapi.rows import Owned
from authpact.testing import LocalIssuer


class Note(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: str
    text: str = ""


class Base(DeclarativeBase):
    pass


class Page(Base):
    __tablename__ = "page"
    id: Mapped[int] = mapped_column(primary_key=True)
    author: Mapped[str]


NOTES, PAGES = Owned(Note, "owner_id"), Owned(Page, "author")


def principal(subject: str) -> Principal:
    nobody = frozenset[str]()
    return Principal(subject, "s", "t", "web", nobody, nobody, 0, 1)


ANN, BOB = principal("ann"), principal("bob")


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    SQLModel.metadata.create_all(engine, tables=[SQLModel.metadata.tables["note"]])
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([Note(id=1, owner_id="ann"), Note(id=2, owner_id="bob")])
        session.add_all([Page(id=1, author="ann"), Page(id=2, author="bob")])
        session.commit()
        yield session


def test_a_scoped_select_has_the_callers_rows_and_no_others(session: Session) -> None:
    found = session.exec(NOTES.scope(select(Note), ANN)).all()
    assert [note.id for note in found] == [1]
    assert [n.id for n in session.exec(select(Note).where(NOTES.of(BOB))).all()] == [2]


def test_a_scoped_select_of_sqlalchemy_does_too(session: Session) -> None:
    with PlainSession(session.get_bind()) as plain:
        assert [p.id for p in plain.scalars(PAGES.scope(sqlalchemy_select(Page), BOB))] == [2]


def test_scoped_changes_leave_foreign_rows_alone(session: Session) -> None:
    session.exec(NOTES.scope(update(Note).values(text="changed"), ANN))
    assert session.exec(select(Note.text).order_by(col(Note.id))).all() == ["changed", ""]
    session.exec(NOTES.scope(delete(Note), ANN))
    assert session.exec(select(Note.id)).all() == [2]


def test_one_row_is_read_by_its_owner_alone(session: Session) -> None:
    assert NOTES.get(session, ANN, 1).owner_id == "ann"
    with pytest.raises(ForeignObject):
        NOTES.get(session, ANN, 2)
    with pytest.raises(ObjectAbsent):
        NOTES.get(session, ANN, 3)


def test_the_owner_never_comes_from_the_body(session: Session) -> None:
    note = NOTES.new(ANN, {"text": "hello", "owner_id": "bob"})
    assert (note.owner_id, note.text) == ("ann", "hello")
    NOTES.change(ANN, note, {"text": "other", "owner_id": "bob"})
    assert (note.owner_id, note.text) == ("ann", "other")
    with pytest.raises(ForeignObject):
        NOTES.change(BOB, note, {"text": "mine"})
    assert note.text == "other"


@pytest.mark.parametrize(("model", "owner"), [(Note, "user"), (dict, "owner_id")])
def test_a_mistaken_table_is_refused_at_once(model: type[object], owner: str) -> None:
    with pytest.raises(ConfigurationError):
        Owned(model, owner)


@pytest.mark.parametrize(("status", "code"), [(404, "not_found"), (403, "not_owner")])
def test_a_foreign_row_is_answered_as_the_contract_says(
    status: int, code: str, session: Session
) -> None:
    contract = Contract.model_validate(
        {
            "ownership": {"foreign_resource": status},
            "endpoints": [
                {"method": "GET", "path": "/n/{id}", "access": "owner", "owner_from": "resource"}
            ],
        }
    )
    app, issuer = FastAPI(), LocalIssuer(contract)

    @app.get("/n/{id}")
    def read(id: int, owner: Owner) -> str:  # noqa: A002  # the name in the contract
        return NOTES.get(session, owner, id).owner_id

    install(app, contract, environ=issuer.environ)
    client = TestClient(app)
    assert client.get("/n/1", headers=issuer.headers("ann")).json() == "ann"
    foreign = client.get("/n/2", headers=issuer.headers("ann"))
    absent = client.get("/n/9", headers=issuer.headers("ann"))
    assert (foreign.status_code, foreign.json()["code"]) == (status, code)
    assert (absent.status_code, absent.json()["code"]) == (404, "not_found")


class Project(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    org_id: str | None = None
    owner_id: str = ""
    text: str = ""


SHARED = Owned(Project, tenant="org_id")
DRAFTS = Owned(Project, "owner_id", tenant="org_id")


def member(subject: str, tenant: str | None) -> Principal:
    return replace(principal(subject), tenant=tenant)


@pytest.fixture
def projects(session: Session) -> Session:
    SQLModel.metadata.create_all(session.get_bind(), tables=[SQLModel.metadata.tables["project"]])
    rows = (("blue", "ann"), ("red", "ann"), ("blue", "bob"), (None, "ann"))
    session.add_all(Project(org_id=org, owner_id=owner) for org, owner in rows)
    session.commit()
    return session


def test_members_share_the_rows_of_their_organization(projects: Session) -> None:
    for subject in ("ann", "bob"):
        found = projects.exec(SHARED.scope(select(Project.id), member(subject, "blue"))).all()
        assert list(found) == [1, 3]
    assert SHARED.get(projects, member("ann", "blue"), 3).owner_id == "bob"
    with pytest.raises(ForeignObject):
        SHARED.get(projects, member("ann", "blue"), 2)
    with pytest.raises(ObjectAbsent):
        SHARED.get(projects, member("ann", "blue"), 9)


def test_an_owned_row_of_an_organization_needs_both(projects: Session) -> None:
    ann = member("ann", "blue")
    assert list(projects.exec(DRAFTS.scope(select(Project.id), ann)).all()) == [1]
    assert DRAFTS.get(projects, ann, 1).owner_id == "ann"
    for foreign in (2, 3, 4):
        with pytest.raises(ForeignObject):
            DRAFTS.get(projects, ann, foreign)


def test_owner_and_organization_of_a_row_never_come_from_the_body(projects: Session) -> None:
    ann = member("ann", "blue")
    sent = {"text": "hello", "owner_id": "bob", "org_id": "red"}
    draft = DRAFTS.new(ann, sent)
    assert (draft.owner_id, draft.org_id, draft.text) == ("ann", "blue", "hello")
    DRAFTS.change(ann, draft, {**sent, "text": "other"})
    assert (draft.owner_id, draft.org_id, draft.text) == ("ann", "blue", "other")
    with pytest.raises(ForeignObject):
        DRAFTS.change(member("ann", "red"), draft, {"text": "mine"})


def test_a_caller_without_an_organization_has_no_rows_not_even_those_without_one(
    projects: Session,
) -> None:
    ann = member("ann", None)
    for owned in (SHARED, DRAFTS):
        for attempt in (
            lambda owned=owned: owned.scope(select(Project), ann),
            lambda owned=owned: owned.get(projects, ann, 4),
            lambda owned=owned: owned.new(ann, {}),
            lambda owned=owned: owned.change(ann, Project(owner_id="ann"), {}),
        ):
            with pytest.raises(TenantMissing):
                attempt()


def test_a_table_of_nobody_or_with_a_mistaken_organization_is_refused_at_once() -> None:
    with pytest.raises(ConfigurationError, match="name the column"):
        Owned(Project)
    with pytest.raises(ConfigurationError, match="no column org"):
        Owned(Project, "owner_id", tenant="org")
