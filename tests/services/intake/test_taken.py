"""How many can be booked at one time, and whose times are in the way."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.domain.duty import Duty
from deskapp.domain.slots import Booked
from deskapp.services.intake.taken import Held, Taken, Whose, room_at
from tests.services.conftest import MONDAY, Desk
from tests.services.intake.test_appointments import Book, refused

TEN = dt.datetime.combine(MONDAY, dt.time(10))
ALWAYS = [Duty(dt.time(8), dt.time(18), weekday=0)]
ANYBODY = Whose(1, None, "", 15, {1: ALWAYS, 2: ALWAYS, 3: [Duty(dt.time(12), dt.time(18), weekday=0)]})
LI = Whose(1, 1, "李静", 15, ANYBODY.times)


@pytest.fixture
def book(desk: Desk) -> Book:
    return Book(desk)


def held(doctor_id: int | None, begins: dt.datetime = TEN, key: int = 1) -> Held:
    return Held(key, 1, doctor_id, Booked(begins, 15, id=key))


def room(whom: Whose, *there: Held, minutes: int = 15) -> int:
    return room_at(whom, TEN, minutes, Taken.from_held(there))


def test_a_department_takes_one_for_each_doctor_who_is_free() -> None:
    assert room(ANYBODY) == 2
    assert room(ANYBODY, held(1)) == 1
    assert room(ANYBODY, held(3)) == 2


def test_whoever_goes_before_the_end_is_not_free() -> None:
    short = [Duty(dt.time(8), dt.time(10, 10), weekday=0)]
    whom = Whose(1, None, "", 15, {1: ALWAYS, 2: short})
    assert [room(whom, minutes=minutes) for minutes in (10, 15)] == [2, 1]


def test_a_doctor_takes_one_unless_the_department_needs_everybody() -> None:
    assert room(LI) == 1
    assert room(LI, held(None)) == 1
    assert room(LI, held(None), held(None, key=2)) == 0
    assert room(LI, held(None), held(2, key=2)) == 0
    assert room(LI, held(None, TEN + dt.timedelta(minutes=15)), held(2, key=2)) == 1


def test_what_reaches_over_midnight_is_in_the_way_and_what_is_gone_is_not() -> None:
    evening = dt.datetime.combine(MONDAY - dt.timedelta(1), dt.time(23, 50))
    late = held(1, evening)
    midnight = evening + dt.timedelta(minutes=10)
    assert Taken.from_held([late]).of_doctor(1, midnight) == [late.booked]
    assert Taken.from_held([late], 1).of_doctor(1, midnight) == []
    assert Taken.from_held([late]).of_visitor(1, midnight) == [late]


def test_who_is_needed_for_those_without_a_doctor_is_booked_with_a_reason_only(book: Book) -> None:
    for name in ("一", "二"):
        book.book(name, "10:00", doctor_id=None)
    error = refused(book.book, "三", "10:00")
    assert error.code == "appointment.taken"
    assert "李静" in str(error.text)
    columns = book.service.day(book.actor, MONDAY).columns
    shown = {column.doctor: {slot.begins: slot.free for slot in column.slots} for column in columns}
    assert (shown["李静"][TEN], shown["王伟"][TEN], shown["赵敏"][TEN]) == (0, 0, 1)
    week = book.service.week(book.actor, MONDAY, book.house.li).columns[0]
    assert [slot.free for slot in week.slots if slot.begins == TEN] == [0]
    assert book.line(book.book("三", "10:00", reason="加号")).over_booked
    book.book("四", "10:15")
