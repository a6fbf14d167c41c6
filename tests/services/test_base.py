"""What every use case is given: the permission is asked, a retry is no second write, nothing is half done."""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

import deskapp.services
from deskapp.db.engine import Store
from deskapp.db.models.access import Request, Setting
from deskapp.db.unit_of_work import Work
from deskapp.domain.access import PASSWORD_ONLY, ROLE_PERMISSIONS, Actor, Permission, Role
from deskapp.domain.changes import Changes
from deskapp.errors import ConflictError, PermissionDenied, RuleError, StorageError
from deskapp.services.all import Services
from deskapp.services.base import Done, Service, demand_own, new_request, reads, writes
from deskapp.services.transfer.service import TransferService
from tests.services.conftest import MONDAY, WallClock

OPERATOR = Actor(1, "operator", frozenset({Role.OPERATOR}), "desk-1")
GUIDE = Actor(2, "guide", frozenset({Role.GUIDE}), "desk-2")


@dataclass(frozen=True)
class Kept:
    name: str
    at: dt.datetime
    roles: frozenset[Role]
    inner: tuple[int | None, ...] = (1, None)


class Notes(Service):
    """A service to try the machinery on."""

    meet: threading.Barrier | None = None

    @writes(Permission.VISIT_WRITE)
    def keep(self, work: Work, name: str, value: str = "1") -> Kept:
        if self.meet is not None:
            self.meet.wait(30)
        work.session.execute(insert(Setting).values(scope="site", name=name, value=value))
        work.record("note.keep", "note", 3, after=name)
        return Kept(name, work.now, work.actor.roles)

    @writes(Permission.VISIT_WRITE)
    def keep_nothing(self, work: Work) -> None:
        work.record("note.nothing", "note", 4)

    @writes(Permission.VISIT_WRITE)
    def break_off(self, work: Work, error: Exception) -> None:
        work.session.execute(insert(Setting).values(scope="site", name="half", value="1"))
        work.record("note.half", "note", 3)
        raise error

    @reads(Permission.VISIT_READ)
    def count(self, session: Session) -> int:
        return session.scalars(select(func.count()).select_from(Setting)).one()

    @reads(Permission.VISIT_READ)
    def meddle(self, session: Session) -> None:
        session.execute(insert(Setting).values(scope="site", name="x", value="1"))

    @reads(Permission.ANYONE)
    def public(self, _session: Session) -> str:
        return "open"


@pytest.fixture
def notes(store: Store) -> Notes:
    return Notes(store)


def test_a_write_returns_its_value_and_what_it_touched(notes: Notes) -> None:
    done = notes.keep(OPERATOR, new_request(), "a", value="2")
    assert (done.value.name, done.changes) == ("a", Changes.of("note", 3))


def test_a_reply_that_was_lost_is_given_again_and_nothing_is_written_twice(notes: Notes) -> None:
    request = new_request()
    first = notes.keep(OPERATOR, request, "a")
    again = notes.keep(OPERATOR, request, "a")
    assert again == Done(first.value, Changes())
    assert isinstance(again.value.at, dt.datetime)
    assert notes.count(OPERATOR) == 1


def test_a_retry_gets_the_first_result_whatever_was_typed_since(notes: Notes) -> None:
    request = new_request()
    notes.keep(OPERATOR, request, "a")
    assert notes.keep(OPERATOR, request, "b").value.name == "a"
    assert notes.count(OPERATOR) == 1


def test_a_retry_of_what_returned_nothing_returns_nothing(notes: Notes) -> None:
    request = new_request()
    assert [notes.keep_nothing(OPERATOR, request).value for _ in range(2)] == [None, None]


def test_one_request_is_one_use_case(notes: Notes) -> None:
    request = new_request()
    notes.keep(OPERATOR, request, "a")
    with pytest.raises(ValueError, match=r"Notes\.keep"):
        notes.keep_nothing(OPERATOR, request)


def test_requests_are_all_different() -> None:
    assert len({new_request() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("error", [RuleError("x", None), KeyError("bug")])  # type: ignore[arg-type]
def test_a_write_that_breaks_off_leaves_nothing_and_can_be_repeated(notes: Notes, error: Exception) -> None:
    request = new_request()
    with pytest.raises(type(error)):
        notes.break_off(OPERATOR, request, error)
    with notes.store.reading() as session:
        assert session.scalars(select(func.count()).select_from(Request)).one() == 0
    assert notes.count(OPERATOR) == 0
    assert notes.keep(OPERATOR, request, "a").value.name == "a"


def test_without_permission_nothing_happens(notes: Notes) -> None:
    with pytest.raises(PermissionDenied) as caught:
        notes.keep(GUIDE, new_request(), "a")
    assert caught.value.permission == Permission.VISIT_WRITE
    assert notes.count(GUIDE) == 0
    with pytest.raises(PermissionDenied):
        notes.count(Actor(3, "nobody", frozenset()))
    assert notes.public(Actor(0, "", frozenset())) == "open"


def test_a_retry_needs_the_permission_too(notes: Notes) -> None:
    request = new_request()
    notes.keep(OPERATOR, request, "a")
    with pytest.raises(PermissionDenied):
        notes.keep(GUIDE, request, "a")


def test_a_read_can_not_write(notes: Notes) -> None:
    with pytest.raises(StorageError):
        notes.meddle(OPERATOR)


@pytest.mark.parametrize("names", [("a", "a"), ("a", "b")])
def test_a_retry_beside_its_first_try_gets_the_same_result(
    postgres_database: object, names: tuple[str, str]
) -> None:
    """The operator tries again while the server is still busy with the first; then both are committed at once."""
    store = Store.open(postgres_database.url)  # type: ignore[attr-defined]
    notes, request, results = Notes(store), new_request(), []
    notes.meet = threading.Barrier(2)

    def attempt(name: str) -> None:
        results.append(notes.keep(OPERATOR, request, name).value)

    threads = [threading.Thread(target=attempt, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    count = notes.count(OPERATOR)
    store.close()
    postgres_database.clean()  # type: ignore[attr-defined]
    assert len(results) == 2
    assert results[0] == results[1]
    assert count == 1


def test_what_two_requests_both_store_is_a_conflict_only_where_desks_write_at_once(notes: Notes) -> None:
    """With SQLite the second saw what the first had stored, and should have said so: a bug."""
    notes.keep(OPERATOR, new_request(), "a")
    with pytest.raises(IntegrityError if notes.store.is_sqlite else ConflictError):
        notes.keep(OPERATOR, new_request(), "a")
    assert notes.count(OPERATOR) == 1


def test_what_another_desk_changed_under_ones_hands_is_a_conflict(notes: Notes) -> None:
    error = StaleDataError("UPDATE statement expected to update 1 row(s); 0 were matched.")
    with pytest.raises(StaleDataError if notes.store.is_sqlite else ConflictError):
        notes.break_off(OPERATOR, new_request(), error)


def test_what_a_table_refuses_otherwise_stays_an_error(notes: Notes) -> None:
    with pytest.raises(IntegrityError):
        notes.keep(OPERATOR, new_request(), "a", None)  # type: ignore[arg-type]


# --- Every use case of the program as every role ----------------------------------------------------------------

ALL_ROLES = frozenset(Role)
OUTSIDE = {TransferService}
"""Services that are made for one command, not with the window: the file may lie anywhere."""


def kinds() -> set[type[Service]]:
    """Return every service that the program has, whoever makes it."""
    for module in pkgutil.walk_packages(deskapp.services.__path__, "deskapp.services."):
        importlib.import_module(module.name)
    found, left = set(), [Service]
    while left:
        below = [kind for kind in left.pop().__subclasses__() if kind.__module__.startswith("deskapp.")]
        found |= set(below)
        left += below
    return found


def use_cases(kind: type[Service]) -> list[str]:
    """Return the public methods of a service, inherited ones too."""
    own = set(dir(kind)) - set(dir(Service))
    return sorted(name for name in own if not name.startswith("_") and callable(getattr(kind, name)))


def made(services: Services) -> list[Service]:
    """Return one of every service."""
    found = [service for service in vars(services).values() if isinstance(service, Service)]
    return found + [kind(services.access.store, services.access.clock) for kind in OUTSIDE]


def doors(services: Services) -> dict[str, Callable[..., object]]:
    """Return every use case of the program by name, ready to be called."""
    return {
        f"{type(service).__name__}.{name}": getattr(service, name)
        for service in made(services)
        for name in use_cases(type(service))
    }


def permission_of(method: object) -> Permission:
    found = method.__permission__  # type: ignore[attr-defined]
    assert isinstance(found, Permission)
    return found


def let_in(method: Callable[..., object], actor: Actor) -> bool:
    """Say whether somebody gets past the door: then the call fails for want of arguments that it could take."""
    try:
        method(actor, "request", *[object()] * 20)
    except PermissionDenied:
        return False
    except TypeError:
        return True
    raise AssertionError(f"{method} took twenty arguments of no type")


def opened(services: Services, actor: Actor) -> set[str]:
    """Return the use cases that let somebody in."""
    return {name for name, method in doors(services).items() if let_in(method, actor)}


on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@on_one_database
def test_no_service_of_the_program_is_left_out(services: Services) -> None:
    """One that is made elsewhere than in `Services` is named in `OUTSIDE`."""
    assert {type(service) for service in made(services)} == kinds()


@on_one_database
def test_there_are_use_cases_to_try_and_each_needs_a_permission(services: Services) -> None:
    found = doors(services)
    assert len(found) > 60
    assert {permission_of(method) for method in found.values()} <= set(Permission)
    assert {"TransferService.import_file", "AccessService.sign_ins"} <= set(found)


@on_one_database
@pytest.mark.parametrize("role", Role)
def test_every_use_case_as_every_role_is_as_the_table_says(services: Services, role: Role) -> None:
    allowed = ROLE_PERMISSIONS[role] | {Permission.ANYONE}
    expected = {name for name, method in doors(services).items() if permission_of(method) in allowed}
    assert opened(services, Actor(1, "x", frozenset({role}))) == expected


@on_one_database
def test_who_has_several_roles_may_what_any_of_them_may(services: Services) -> None:
    roles = frozenset({Role.GUIDE, Role.ADMINISTRATOR})
    each = set().union(*(opened(services, Actor(1, "x", frozenset({role}))) for role in roles))
    assert opened(services, Actor(1, "x", roles)) == each


@on_one_database
def test_nobody_signed_in_gets_nowhere_but_where_anyone_may(services: Services) -> None:
    assert opened(services, Actor(0, "", frozenset())) == OPEN_DOORS


OPEN_DOORS = {
    "AccessService.needs_first_start",
    "AccessService.first_start",
    "AccessService.names",
    "AccessService.sign_in",
    "AccessService.sign_in_pin",
    "AccessService.change_password",
    "AccessService.renewed",
    "SettingsService.values",
    "SettingsService.logo",
    "BoardService.state",
    # What the program does by itself, whoever is signed in.
    "BackupService.make_at_exit",
    "BackupService.make_if_due",
    "HealthService.look_if_due",
    "RetentionService.tidy",
    "TrailService.anchor_if_due",
    "WaitingService.return_no_shows",
    "WaitingService.adopt",
    "TrailService.anchor_now",
}


@on_one_database
def test_whose_last_day_is_over_is_nobody(services: Services, clock: WallClock) -> None:
    last = Actor(1, "x", ALL_ROLES, until=MONDAY)
    assert opened(services, last) == set(doors(services))
    clock.set("00:00:01", MONDAY + dt.timedelta(days=1))
    assert opened(services, last) == OPEN_DOORS


@on_one_database
def test_a_pin_opens_nothing_that_needs_the_password(services: Services) -> None:
    expected = {
        name for name, method in doors(services).items() if permission_of(method) not in PASSWORD_ONLY
    }
    assert opened(services, Actor(1, "x", ALL_ROLES, by_pin=True)) == expected


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (Actor(7, "x", frozenset()), True),
        (Actor(8, "x", ALL_ROLES - {Role.ADMINISTRATOR}), False),
        (Actor(8, "x", frozenset({Role.ADMINISTRATOR})), True),
        (Actor(8, "x", frozenset({Role.ADMINISTRATOR}), by_pin=True), False),
        (Actor(8, "x", frozenset({Role.ADMINISTRATOR}), until=MONDAY - dt.timedelta(days=1)), False),
        (Actor(0, "", frozenset()), False),
    ],
)
def test_a_record_is_for_its_owner_or_for_who_sees_everybodys(actor: Actor, may: bool) -> None:
    owner = 7 if actor.account_id else 0
    try:
        demand_own(actor, owner, Permission.ACCOUNTS, MONDAY)
    except PermissionDenied:
        assert not may
    else:
        assert may
