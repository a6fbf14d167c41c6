"""A small hospital on either database: people of every role, two departments, three doctors, prices."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import InstrumentedAttribute

from deskapp.db import audit
from deskapp.db.engine import Store
from deskapp.db.models.access import Account, AccountRole, AuditBody, AuditEntry
from deskapp.db.models.directory import Department, Doctor, PriceItem
from deskapp.db.workstation import Workstation
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import DepartmentDraft, DoctorDraft, PriceDraft
from deskapp.domain.duty import Duty
from deskapp.domain.intake import Ref, TriageDecision, VisitorDraft
from deskapp.domain.registration import Sex
from deskapp.domain.text import Words
from deskapp.services.all import Services, build_services
from deskapp.services.base import new_request
from tests.support.databases import KEY, PostgresDatabase, migrated_database
from tests.support.postgres import Postgres

MONDAY = dt.date(2026, 11, 16)
EARLIER = dt.datetime(2026, 11, 16, 0, 30, tzinfo=dt.UTC)
"""When the house was furnished: before nine in the morning of that Monday in every zone that tests run in."""


class WallClock:
    """The site's wall clock, set by the test."""

    def __init__(self) -> None:
        self.moment = dt.datetime.combine(MONDAY, dt.time(9)).astimezone()

    def __call__(self) -> dt.datetime:
        return self.moment.astimezone(dt.UTC)

    def set(self, text: str, day: dt.date = MONDAY) -> dt.datetime:
        """Set it to a time of a day, by default the first Monday."""
        self.moment = dt.datetime.combine(day, dt.time.fromisoformat(text)).astimezone()
        return self()

    def forward(self, **span: float) -> dt.datetime:
        """Let time pass."""
        self.moment += dt.timedelta(**span)
        return self()


@dataclass(frozen=True)
class House:
    """Ids of what the small hospital has."""

    surgery: int
    eyes: int
    li: int
    wang: int
    pool: int
    xray: int
    blood: int


class Desk:
    """What an operator does over and over: each step under a request of its own."""

    def __init__(self, services: Services, actor: Actor, house: House) -> None:
        self.services, self.actor, self.house = services, actor, house

    def register(self, name: str = "王建国", **values: object) -> Ref:
        draft = VisitorDraft(**{"name": name, "sex": Sex.MALE, **values})  # type: ignore[arg-type]
        return self.services.visitors.register(self.actor, new_request(), draft).value

    def open(self, visitor: int | None = None) -> Ref:
        return self.services.visits.open(self.actor, new_request(), visitor).value

    def arrive(self, name: str = "王建国") -> int:
        """Register somebody and open a visit; return the visit's id."""
        return self.open(self.register(name).id).id

    def triage(self, visit: int, **decision: object) -> None:
        made = TriageDecision(**{"complaint": "腿疼", "department_id": self.house.surgery, **decision})  # type: ignore[arg-type]
        self.services.visits.triage(self.actor, new_request(), visit, made)

    def number(self, visit: int) -> str:
        """Issue the number of a visit; return its label."""
        return self.services.numbers.issue(self.actor, new_request(), visit).value.label

    def triaged(self, name: str = "王建国", **decision: object) -> int:
        """Return a new visit that waits for its number only."""
        visit = self.arrive(name)
        self.triage(visit, **decision)
        return visit

    def found(self, typed: str) -> list[str]:
        """Return the names found by what is typed."""
        return [hit.name for hit in self.services.visitors.find(self.actor, typed)]


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def workstation(tmp_path: Path) -> Iterator[Workstation]:
    desk = Workstation.in_folder(tmp_path / "workstation")
    yield desk
    desk.drafts.close()


@pytest.fixture
def services(store: Store, workstation: Workstation, clock: WallClock) -> Services:
    return build_services(store, workstation, clock)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a migrated database: without entries, or furnished for a test that asks for `house`."""
    with_house = "house" in request.fixturenames
    if database_kind == "sqlite":
        template = request.getfixturevalue("furnished_file" if with_house else "sqlite_template")
        file = tmp_path / "deskapp.sqlite"
        shutil.copyfile(template, file)
        yield f"sqlite:///{file}"
        return
    database = request.getfixturevalue("furnished_database" if with_house else "postgres_database")
    yield database.url
    database.clean()


@pytest.fixture(scope="session")
def furnished_file(sqlite_template: Path) -> Path:
    """Return a furnished file to copy."""
    file = sqlite_template.with_name("furnished.sqlite")
    shutil.copyfile(sqlite_template, file)
    _furnish(f"sqlite:///{file}", KEY, file.parent)
    return file


@pytest.fixture(scope="session")
def furnished_database(
    postgres: Postgres, worker: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PostgresDatabase]:
    """Return this worker's own furnished database."""
    folder = tmp_path_factory.mktemp("furnished")
    # A module that imports this fixture gets a database of its own.
    with migrated_database(postgres, f"{folder.name}_{worker}") as name:
        _furnish(postgres.url(name), None, folder)
        with PostgresDatabase(postgres, name) as database:
            yield database


def _furnish(url: str, key: bytes | None, folder: Path) -> None:
    with closing(Store.open(url, key)) as store:
        desk = Workstation.in_folder(folder / "workstation")
        with closing(desk.drafts):
            services = build_services(store, desk, lambda: EARLIER)
            _add_house(services, _add_people(store)[Role.SUPERVISOR])


def _add_people(store: Store) -> dict[Role, Actor]:
    with store.writing() as session:
        for role in Role:
            account = insert(Account).values(sign_in=role.value, name=f"某{role.value}", password_hash="-")
            account = account.values(active=True, failures=0, version=1)
            key = session.execute(account.returning(Account.id)).scalar_one()
            session.execute(insert(AccountRole).values(account_id=key, role=role))
        session.commit()
    return _people(store)


def _people(store: Store) -> dict[Role, Actor]:
    with store.reading() as session:
        rows = session.execute(select(Account.id, Account.name, AccountRole.role).join(AccountRole)).all()
    return {role: Actor(key, name, frozenset({role}), "desk-1") for key, name, role in rows}


@pytest.fixture
def actors(store: Store, request: pytest.FixtureRequest) -> dict[Role, Actor]:
    """Return somebody signed in for every role; nobody here can sign in with a password."""
    return _people(store) if "house" in request.fixturenames else _add_people(store)


@pytest.fixture
def operator(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.OPERATOR]


@pytest.fixture
def head(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.SUPERVISOR]


@pytest.fixture
def house(store: Store) -> House:
    """Return what is in the database that comes with the name of this fixture: see `database_url`."""
    with store.reading() as session:

        def ids(code: InstrumentedAttribute[str]) -> dict[str, int]:
            return dict(session.execute(select(code, code.class_.id)).all())

        departments, doctors, prices = ids(Department.code), ids(Doctor.number), ids(PriceItem.code)
    return House(
        surgery=departments["general-surgery"],
        eyes=departments["ophthalmology"],
        li=doctors["D001"],
        wang=doctors["D002"],
        pool=doctors["D003"],
        xray=prices["XR"],
        blood=prices["BL"],
    )


def _add_house(services: Services, head: Actor) -> None:
    directory = services.directory

    def department(code: str, name: Words, prefix: str) -> int:
        draft = DepartmentDraft(code, name, f"{prefix}301", "8301", prefix)
        return directory.save_department(head, new_request(), draft).value.id

    def doctor(number: str, name: str, department_id: int, **values: object) -> None:
        draft = DoctorDraft(number, name, department_id, **values)  # type: ignore[arg-type]
        key = directory.save_doctor(head, new_request(), draft).value
        always = [Duty(dt.time(8), dt.time(18), weekday=day) for day in range(7)]
        directory.save_duty_times(head, new_request(), key, always)

    surgery = department("general-surgery", Words("普通外科", "General surgery", "Мэс засал"), "B")
    eyes = department("ophthalmology", Words("眼科", "Ophthalmology", "Нүд"), "E")
    doctor("D001", "李静", surgery, prefix="L")
    doctor("D002", "王伟", surgery, prefix="W", languages=("zh", "mn"))
    doctor("D003", "赵敏", eyes, own_queue=False)
    for code, name, fen in (
        ("XR", Words("胸片", "Chest X-ray", "Цээжний зураг"), 8_050),
        ("BL", Words("血常规", "Blood count", "Цусны шинжилгээ"), 2_500),
    ):
        directory.save_price_item(head, new_request(), PriceDraft(code, name, fen, ""))


@pytest.fixture
def desk(services: Services, operator: Actor, house: House) -> Desk:
    return Desk(services, operator, house)


def audit_bodies(store: Store, topic: str, record: int) -> list[str]:
    """Return what the trail says of a record, in order."""
    asked = select(AuditBody.body).join(AuditEntry, AuditEntry.id == AuditBody.entry_id)
    asked = asked.where(AuditEntry.topic == topic, AuditEntry.record_id == record).order_by(AuditEntry.id)
    with store.reading() as session:
        return [body.decode() for body in session.scalars(asked)]


@pytest.fixture
def chain_is_whole(store: Store) -> Iterator[Callable[[], None]]:
    """Assert at the end of the test, and whenever called, that no audit line is broken."""

    def check() -> None:
        with store.reading() as session:
            assert list(audit.broken_lines(session)) == []

    yield check
    check()
