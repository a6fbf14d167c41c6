"""The cells of the calendar: side by side where they overlap, and never lost to the arrow keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.appointments import CalendarColumn
from deskapp.domain.registration import AppointmentState
from deskapp.ui.intake.appointments import cells
from deskapp.ui.intake.appointments.cells import Cell, cells_of, hours_of
from tests.ui.intake.appointments.samples import column, line


def test_a_taken_slot_is_the_appointment_and_the_others_are_free() -> None:
    (found,) = cells_of([column(line(7, 495))])
    assert [(cell.first, cell.line is not None, cell.is_free) for cell in found] == [
        (480, False, True),
        (495, True, False),
        (510, False, True),
        (525, False, True),
    ]


def test_two_at_one_time_stand_side_by_side() -> None:
    (found,) = cells_of([column(line(7, 495), line(8, 495))])
    assert [(cell.lane, cell.lanes) for cell in found if cell.line] == [(0, 2), (1, 2)]
    assert {cell.lanes for cell in found if not cell.line} == {1}


def test_what_passed_and_was_empty_is_no_free_time() -> None:
    (found,) = cells_of([column(now=500)])
    assert [cell.is_free for cell in found] == [False, False, True, True]


def test_an_appointment_off_duty_is_told_apart() -> None:
    (found,) = cells_of([column(line(7, 700))])
    assert [cell.outside for cell in found if cell.line] == [True]
    (found,) = cells_of([column(line(7, 700, state=AppointmentState.MISSED))])
    assert [cell.outside for cell in found if cell.line] == [False]


def test_the_hours_drawn_hold_every_cell() -> None:
    hours = hours_of(cells_of([column(line(7, 1000, 90))]), [15, 10])
    assert (hours.first, hours.last, hours.shortest) == (480, 1140, 10)
    assert hours_of([[]], []).first == cells.USUAL_FIRST


def test_sideways_keeps_the_time() -> None:
    shown = cells_of([column(), column(first=600, doctor=2), column(line(7, 510), line(8, 510), doctor=3)])
    here = shown[0][2]
    right = cells.sideways(shown, here, 1)
    assert (right.column, right.first) == (1, 600)
    third = cells.nearest(shown, 2, 510)
    assert third is not None
    assert (third.lane, third.lanes) == (0, 2)
    assert cells.sideways(shown, third, 1).lane == 1
    assert cells.sideways(shown, shown[0][0], -1) == shown[0][0]


minutes = st.integers(0, 1400)


@given(st.lists(st.tuples(minutes, st.integers(5, 90)), min_size=1, max_size=12))
def test_down_goes_through_every_cell_and_none_covers_another(times: list[tuple[int, int]]) -> None:
    lines = [line(key, minute, length) for key, (minute, length) in enumerate(times, 1)]
    (found,) = shown = cells_of([column(*lines)])
    seen: list[Cell] = [found[0]]
    while (below := cells.stepped(shown, seen[-1], 1)) != seen[-1]:
        seen.append(below)
    assert seen == found
    for one in found:
        mates = [
            other for other in found if other is not one and other.first < one.last and one.first < other.last
        ]
        assert all(mate.lane != one.lane and mate.lanes == one.lanes for mate in mates)


@pytest.mark.parametrize(
    ("night", "day", "expected"),
    [
        (column(first=0), column(doctor=2), (1, 480)),
        (column(first=0), column(doctor=2, now=1440), (0, 0)),
        (column(first=0, now=1440), column(doctor=2, now=1440), (1, 480)),
    ],
)
def test_the_first_free_time_is_one_of_the_day_where_there_is_one(
    night: CalendarColumn, day: CalendarColumn, expected: tuple[int, int]
) -> None:
    found = cells.first_free(cells.cells_of([night, day]))
    assert found is not None
    assert (found.column, found.first) == expected
