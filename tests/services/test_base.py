"""What every use case is given: the permission is asked, a retry is no second write, nothing is half done."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deskapp.db.engine import Store
from deskapp.db.models.access import Request, Setting
from deskapp.db.unit_of_work import Work
from deskapp.domain.access import ROLE_PERMISSIONS, Actor, Permission, Role
from deskapp.domain.changes import Changes
from deskapp.errors import PermissionDenied, RuleError, StorageError
from deskapp.services.all import Services
from deskapp.services.base import Done, Service, new_request, reads, writes

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


def test_a_clash_of_two_requests_stays_an_error(notes: Notes) -> None:
    notes.keep(OPERATOR, new_request(), "a")
    with pytest.raises(IntegrityError):
        notes.keep(OPERATOR, new_request(), "a")


# --- Every use case of the program as every role ----------------------------------------------------------------


def use_cases() -> list[tuple[str, str]]:
    import typing

    return [
        (service, name)
        for service, kind in typing.get_type_hints(Services).items()
        if isinstance(kind, type) and issubclass(kind, Service)
        for name, method in vars(kind).items()
        if callable(method) and not name.startswith("_")
    ]


def test_there_are_use_cases_to_try() -> None:
    assert len(use_cases()) > 30


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_use_case_as_every_role_is_as_the_table_says(services: Services) -> None:
    """Who may gets past the door (and fails for want of arguments), who may not is told so."""
    wrong = []
    for service, name in use_cases():
        method = getattr(getattr(services, service), name)
        for role in Role:
            allowed = method.__permission__ in ROLE_PERMISSIONS[role] | {Permission.ANYONE}
            if _let_in(method, Actor(1, "x", frozenset({role}))) is not allowed:
                wrong.append((service, name, role))
    assert wrong == []


def _let_in(method: object, actor: Actor) -> bool:
    try:
        method(actor, "request", *[object()] * 20)  # type: ignore[operator]
    except PermissionDenied:
        return False
    except TypeError:
        return True
    raise AssertionError(f"{method} took twenty arguments of no type")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_nobody_signed_in_gets_nowhere_but_where_anyone_may(services: Services) -> None:
    nobody = Actor(0, "", frozenset())
    open_doors = {
        f"{service}.{name}"
        for service, name in use_cases()
        if _let_in(getattr(getattr(services, service), name), nobody)
    }
    assert open_doors == {
        "access.needs_first_start",
        "access.first_start",
        "access.names",
        "access.sign_in",
        "access.sign_in_pin",
        "settings.values",
        "settings.logo",
    }
