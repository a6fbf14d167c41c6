"""Booking inside a transaction: who is the same person, and whose record counts."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.db.engine import Store
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Visitor
from deskapp.domain.access import Actor
from deskapp.domain.directory import Seen
from deskapp.domain.registration import DocumentKind, Sex
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.intake.booking import same_person
from tests.services.conftest import MONDAY, Desk
from tests.services.intake.test_appointments import Book, refused

TEN = dt.datetime.combine(MONDAY, dt.time(10))


@pytest.fixture
def book(desk: Desk) -> Book:
    return Book(desk)


@pytest.mark.parametrize(
    ("name", "phone", "same"),
    [
        ("王芳", "13800138000", True),
        ("王芳", "+86 138 0013 8000", True),
        ("王芳", "008613800138000", True),
        ("王芳", "13800138001", False),
        ("王芳", "13900138000", False),
        ("王方", "13800138000", False),
        ("王芳", "", False),
        ("", "13800138000", False),
    ],
)
def test_the_same_person_has_this_name_and_this_phone(
    desk: Desk, store: Store, name: str, phone: str, same: bool
) -> None:
    known = desk.register("王芳", phone="13800138000").id
    with store.reading() as session:
        assert same_person(session, name, phone) == (known if same else None)


def test_who_was_merged_is_known_by_the_names_and_phones_of_both_records(
    desk: Desk, store: Store, services: Services, head: Actor
) -> None:
    kept, gone = (
        desk.register("王芳芳", phone="13900139000").id,
        desk.register("王芳", phone="13800138000").id,
    )
    both = [Seen(who, services.visitors.visitor(head, who).version) for who in (kept, gone)]
    ref = services.people.merge(head, new_request(), *both, []).value
    with store.reading() as session:
        for name in ("王芳", "王芳芳"):
            assert same_person(session, name, "+86 138 0013 8000") == kept
            assert same_person(session, name, "13900139000") == kept
            assert same_person(session, name, "13900138000") is None
    services.people.unmerge(head, new_request(), ref.id, ref.version)
    with store.reading() as session:
        assert same_person(session, "王芳", "13800138000") == gone
        assert same_person(session, "王芳芳", "13800138000") is None


def test_who_calls_from_the_phone_of_a_merged_record_is_not_registered_anew(
    book: Book, services: Services, head: Actor
) -> None:
    kept = book.desk.register("王芳", phone="13900139000").id
    gone = book.desk.register("王芳", phone="13800138000").id
    both = [Seen(who, services.visitors.visitor(head, who).version) for who in (kept, gone)]
    services.people.merge(head, new_request(), *both, [])
    assert book.line(book.book("王芳")).visitor_id == kept


def test_who_was_merged_is_booked_under_the_record_that_stays(book: Book, store: Store) -> None:
    gone, kept = book.desk.register("王芳").id, book.desk.register("王芳芳").id
    with store.writing() as session:
        session.get_one(Visitor, gone).merged_into_id = kept
        session.commit()
    assert book.line(book.book(visitor_id=gone)).visitor_id == kept


@pytest.mark.parametrize("groups", [[], None])
def test_the_document_of_a_merged_record_books_for_the_one_that_was_kept(
    book: Book, services: Services, head: Actor, groups: list[str] | None
) -> None:
    document, visitors = {"document_kind": DocumentKind.RESIDENT_ID, "sex": Sex.UNKNOWN}, services.visitors
    kept = book.desk.register("王芳", document_number="440524188001010014", **document).id
    gone = book.desk.register("王方", document_number="11010519491231002X", **document).id
    book.book(visitor_id=gone)
    both = [Seen(who, visitors.visitor(head, who).version) for who in (kept, gone)]
    services.people.merge(head, new_request(), *both, groups)
    for number in ("440524188001010014", "11010519491231002X", "11010519491231002x", "110105491231002"):
        [found] = visitors.find(book.actor, number)
        shown = visitors.by_document(book.actor, None, number)
        assert (found.id, shown.id if shown is not None else None) == (kept, kept)
    assert book.line(book.book(time="11:00", visitor_id=found.id)).visitor_id == kept


def test_whom_another_desk_merges_meanwhile_is_shown_as_the_record_that_was_kept(
    book: Book, services: Services, head: Actor
) -> None:
    kept, gone = book.desk.register("王芳芳").id, book.desk.register("王芳").id
    booked = book.book(visitor_id=gone)
    both = [Seen(who, services.visitors.visitor(head, who).version) for who in (kept, gone)]
    services.people.merge(head, new_request(), *both, [])
    assert book.service.name_of(book.actor, gone) == "王芳芳"
    assert [line.id for line in book.service.of_visitor(book.actor, gone)] == [booked.id]


def test_outside_their_days_nobody_is_booked(book: Book, store: Store) -> None:
    with store.writing() as session:
        session.get_one(Doctor, book.house.li).valid_to = MONDAY
        session.get_one(Department, book.house.eyes).valid_from = MONDAY + dt.timedelta(2)
        session.commit()
    book.book("王芳", "10:00")
    later = (TEN + dt.timedelta(1)).astimezone(dt.UTC)
    assert refused(book.book, "赵云", starts_at=later).code == "appointment.doctor-gone"
    eyes = refused(book.book, "赵云", doctor_id=book.house.pool, starts_at=later)
    assert eyes.code == "appointment.department-closed"
    shown = book.service.day(book.actor, MONDAY + dt.timedelta(1)).columns
    assert [column.doctor_id for column in shown] == [book.house.wang]


def test_who_takes_nobody_any_more_is_not_booked(book: Book, store: Store) -> None:
    with store.writing() as session:
        session.get_one(Doctor, book.house.li).active = False
        session.get_one(Department, book.house.eyes).active = False
        session.commit()
    assert refused(book.book).code == "appointment.doctor-gone"
    closed = refused(book.book, doctor_id=None, department_id=book.house.eyes)
    assert closed.code == "appointment.department-closed"
