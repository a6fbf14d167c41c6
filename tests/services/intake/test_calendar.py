"""The calendar: a day with the doctors across, a doctor's week, what a visitor has, and when a night stands where."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.db.engine import Store
from deskapp.db.models.directory import Doctor
from deskapp.domain.access import Actor
from deskapp.domain.appointments import Presence
from deskapp.domain.duty import FIRST_DAY, LAST_DAY, Duty
from deskapp.services.base import new_request
from deskapp.services.intake.calendar import day_bounds
from tests.services.conftest import MONDAY, Desk, WallClock
from tests.services.intake.test_appointments import Book


@pytest.fixture
def book(desk: Desk) -> Book:
    return Book(desk)


def test_a_day_shows_doctors_across_with_their_slots(book: Book, clock: WallClock) -> None:
    clock.set("09:50")
    book.book("王芳", "10:00")
    day = book.service.day(book.actor, MONDAY)
    assert [column.doctor for column in day.columns] == ["李静", "王伟", "赵敏"]
    li = day.columns[0]
    assert len(li.slots) == 40
    ten = next(slot for slot in li.slots if slot.begins.time() == dt.time(10))
    assert (ten.taken, ten.free) == (1, 0)
    assert li.free == 31
    assert li.presence is Presence.FREE
    assert [line.name for line in li.lines] == ["王芳"]


def test_of_a_department_whoever_is_there_can_be_booked_too(book: Book) -> None:
    book.book("王芳", "10:00")
    day = book.service.day(book.actor, MONDAY, book.house.surgery)
    assert [column.doctor_id for column in day.columns] == [book.house.li, book.house.wang, None]
    pool = {slot.begins.time(): slot.free for slot in day.columns[-1].slots}
    assert (pool[dt.time(10)], pool[dt.time(11)]) == (1, 2)


def test_a_week_shows_the_days_of_one_doctor(book: Book, head: Actor) -> None:
    mornings = [Duty(dt.time(8), dt.time(9), weekday=0), Duty(dt.time(8), dt.time(9), weekday=2)]
    book.desk.services.directory.save_duty_times(head, new_request(), book.house.li, mornings)
    clock_day = MONDAY + dt.timedelta(7)
    week = book.service.week(book.actor, clock_day, book.house.li)
    assert [column.presence for column in week.columns] == [
        Presence.FREE,
        Presence.OFF,
        Presence.FREE,
        *([Presence.OFF] * 4),
    ]
    for slot in week.columns[0].slots:
        book.book(f"王{slot.begins:%M}", starts_at=slot.begins.astimezone(dt.UTC))
    assert book.service.week(book.actor, clock_day, book.house.li).columns[0].presence is Presence.FULL


def test_a_visitors_appointments_come_in_every_state_latest_first(book: Book) -> None:
    who = book.desk.register("王芳").id
    first = book.cancel(book.book(visitor_id=who, time="10:00"))
    second = book.book(visitor_id=who, time="11:00")
    assert [line.id for line in book.service.of_visitor(book.actor, who)] == [second.id, first.id]


def test_a_night_stands_on_both_days(book: Book, head: Actor) -> None:
    night = [Duty(dt.time(22), dt.time(2), weekday=0)]
    book.desk.services.directory.save_duty_times(head, new_request(), book.house.li, night)
    tuesday = MONDAY + dt.timedelta(1)
    one = book.book("夜班", starts_at=dt.datetime.combine(tuesday, dt.time(1)).astimezone(dt.UTC))
    columns = {day: book.service.day(book.actor, day).columns[0] for day in (MONDAY, tuesday)}
    assert [len(columns[day].slots) for day in (MONDAY, tuesday)] == [8, 8]
    assert [[line.id for line in columns[day].lines] for day in (MONDAY, tuesday)] == [[], [one.id]]


@pytest.mark.usefixtures("zone")
def test_a_day_is_the_sites_day_in_every_zone(book: Book) -> None:
    begins, until = day_bounds(MONDAY)
    assert begins.astimezone().date() == MONDAY
    assert until.astimezone().time() == dt.time(0)
    line = book.line(book.book("王芳", "10:00"))
    (column,) = [c for c in book.service.day(book.actor, MONDAY).columns if c.lines]
    assert column.lines[0].id == line.id


def test_phones_are_masked(book: Book) -> None:
    assert book.line(book.book()).phone == "138****8000"


@pytest.mark.parametrize(("asked", "shown"), [(dt.date.min, FIRST_DAY), (dt.date.max, LAST_DAY)])
def test_a_day_that_no_clock_can_place_is_shown_as_the_nearest_one(
    book: Book, asked: dt.date, shown: dt.date
) -> None:
    assert book.service.day(book.actor, asked).day == shown
    week = book.service.week(book.actor, asked, book.house.li)
    assert (week.monday, len(week.columns)) == (shown, 7)
    assert day_bounds(asked) == day_bounds(shown)


def test_whoever_left_is_shown_as_long_as_somebody_is_booked_with_them(book: Book, store: Store) -> None:
    one = book.book("王芳", "10:00")
    with store.writing() as session:
        session.get_one(Doctor, book.house.li).active = False
        session.commit()
    for department in (None, book.house.surgery):
        columns = book.service.day(book.actor, MONDAY, department).columns
        assert [line.id for column in columns for line in column.lines] == [one.id]
    tuesday = book.service.day(book.actor, MONDAY + dt.timedelta(1), book.house.surgery).columns
    assert [column.doctor_id for column in tuesday] == [book.house.wang, None]
    week = book.service.week(book.actor, MONDAY, book.house.li).columns
    assert [len(column.lines) for column in week] == [1, *([0] * 6)]


def test_a_doctor_who_changed_departments_brings_appointments_along(book: Book, store: Store) -> None:
    one = book.book("王芳", "10:00")
    with store.writing() as session:
        session.get_one(Doctor, book.house.li).department_id = book.house.eyes
        session.commit()
    li = next(c for c in book.service.day(book.actor, MONDAY, book.house.eyes).columns if c.doctor == "李静")
    assert [line.id for line in li.lines] == [one.id]
    assert [slot.free for slot in li.slots if slot.begins.time() == dt.time(10)] == [0]


def test_with_whoever_is_there_is_shown_where_nobody_is_any_more(book: Book, store: Store) -> None:
    one = book.book("王芳", "10:00", doctor_id=None, department_id=book.house.eyes)
    with store.writing() as session:
        session.get_one(Doctor, book.house.pool).department_id = book.house.surgery
        session.commit()
    columns = book.service.day(book.actor, MONDAY).columns
    assert [(c.department_id, [line.id for line in c.lines]) for c in columns if c.doctor_id is None] == [
        (book.house.eyes, [one.id])
    ]


def test_in_the_night_in_which_summer_begins_no_hour_is_offered_that_the_clock_skips(
    book: Book, head: Actor, zone: str
) -> None:
    saturday = dt.date(2027, 3, 13)
    night = [Duty(dt.time(22), dt.time(6), weekday=5)]
    book.desk.services.directory.save_duty_times(head, new_request(), book.house.li, night)
    column = book.service.day(book.actor, saturday + dt.timedelta(1)).columns[0]
    hours = {slot.begins.hour for slot in column.slots}
    assert hours == ({0, 1, 2, 3, 4, 5} if zone == "Asia/Shanghai" else {0, 1, 3, 4, 5})
    for count, slot in enumerate(column.slots):
        one = book.book(f"王{count}", starts_at=slot.begins.astimezone(dt.UTC))
        assert book.line(one).starts_at.astimezone().replace(tzinfo=None) == slot.begins
