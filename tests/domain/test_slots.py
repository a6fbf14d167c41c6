"""Slots of a day: cut from duty times, nights on the day where they begin, free, taken, past."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.duty import Duty, Span
from deskapp.domain.slots import (
    Booked,
    absence_of_day,
    begins_of,
    duty_of_day,
    joined_duty,
    overlapping,
    slots,
)

MONDAY = dt.date(2026, 11, 16)
MORNING = Duty(dt.time(8), dt.time(10), weekday=0)


def at(text: str, day: dt.date = MONDAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(text))


def times(found: list[dt.datetime]) -> list[str]:
    return [f"{one:%H:%M}" for one in found]


def test_a_morning_is_cut_into_slots() -> None:
    assert times(begins_of(duty_of_day([MORNING], MONDAY), MONDAY, 30)) == [
        "08:00",
        "08:30",
        "09:00",
        "09:30",
    ]


def test_what_is_left_of_duty_is_no_slot() -> None:
    assert times(begins_of([Span(at("08:00"), at("08:50"))], MONDAY, 20)) == ["08:00", "08:20"]


def test_a_night_stands_on_the_day_on_which_each_slot_begins() -> None:
    night = Duty(dt.time(22), dt.time(2), weekday=0)
    tuesday = MONDAY + dt.timedelta(1)
    assert times(begins_of(duty_of_day([night], MONDAY), MONDAY, 60)) == ["22:00", "23:00"]
    assert times(begins_of(duty_of_day([night], tuesday), tuesday, 60)) == ["00:00", "01:00"]


def test_an_exception_replaces_the_weekday() -> None:
    only = Duty(dt.time(14), dt.time(15), day=MONDAY)
    assert times(begins_of(duty_of_day([MORNING, only], MONDAY), MONDAY, 30)) == ["14:00", "14:30"]


def test_an_absence_takes_slots_away_and_is_told() -> None:
    away = Duty(dt.time(9), dt.time(12), day=MONDAY, absent=True)
    assert times(begins_of(duty_of_day([MORNING, away], MONDAY), MONDAY, 30)) == ["08:00", "08:30"]
    assert absence_of_day([MORNING, away], MONDAY)
    assert not absence_of_day([MORNING], MONDAY)
    assert not absence_of_day([MORNING, Duty(dt.time(11), dt.time(12), day=MONDAY, absent=True)], MONDAY)


def test_a_slot_is_free_taken_or_past() -> None:
    booked = [Booked(at("09:00"), 30, "王芳", id=1)]
    made = slots(duty_of_day([MORNING], MONDAY), MONDAY, 30, booked, now=at("08:10"))
    assert [(slot.free, slot.taken, slot.past) for slot in made] == [
        (0, 0, True),
        (1, 0, False),
        (0, 1, False),
        (1, 0, False),
    ]


def test_the_slot_that_begins_this_minute_can_still_be_had() -> None:
    made = slots(duty_of_day([MORNING], MONDAY), MONDAY, 30, [], now=at("08:00") + dt.timedelta(seconds=40))
    assert made[0].free == 1


def test_a_long_appointment_takes_every_slot_that_it_touches() -> None:
    booked = [Booked(at("08:10"), 40)]
    made = slots(duty_of_day([MORNING], MONDAY), MONDAY, 30, booked, now=at("07:00"))
    assert [slot.taken for slot in made] == [1, 1, 0, 0]


def test_a_department_has_room_for_as_many_as_are_there() -> None:
    booked = [Booked(at("08:00"), 30)]
    made = slots(duty_of_day([MORNING], MONDAY), MONDAY, 30, booked, now=at("07:00"), room=lambda _begins: 3)
    assert [slot.free for slot in made] == [2, 3, 3, 3]


def test_times_that_only_touch_do_not_overlap() -> None:
    booked = [Booked(at("08:00"), 30)]
    assert overlapping(booked, at("08:30"), 30) == []
    assert overlapping(booked, at("07:30"), 30) == []
    assert overlapping(booked, at("08:29"), 1) == booked


def test_duty_of_several_is_joined() -> None:
    one, other = [Span(at("08:00"), at("10:00"))], [Span(at("09:00"), at("12:00"))]
    assert joined_duty([one, other, [Span(at("14:00"), at("15:00"))]]) == (
        Span(at("08:00"), at("12:00")),
        Span(at("14:00"), at("15:00")),
    )


@given(
    st.integers(0, 47),
    st.integers(1, 60),
    st.integers(5, 120),
)
def test_slots_never_overlap_nor_leave_duty(start: int, halves: int, minutes: int) -> None:
    begins = at("00:00", MONDAY - dt.timedelta(1)) + dt.timedelta(minutes=30 * start)
    span = Span(begins, begins + dt.timedelta(minutes=30 * halves))
    found = begins_of([span], MONDAY, minutes)
    length = dt.timedelta(minutes=minutes)
    assert all(one.date() == MONDAY for one in found)
    assert all(span.begins <= one and one + length <= span.until for one in found)
    assert all(later - one >= length for one, later in pairwise(found))
