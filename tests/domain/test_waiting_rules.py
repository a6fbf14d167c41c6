"""Rules for those who wait: estimate, apologies, looking again, who can't be seen, what is left overnight."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.duty import Duty
from deskapp.domain.text import Words
from deskapp.domain.waiting import Estimate, QueueAct
from deskapp.domain.waiting_rules import (
    Attending,
    Happened,
    House,
    Pace,
    apology_due,
    clock_behind,
    estimate,
    inside,
    is_left_over,
    minutes_between,
    no_show_due,
    obstacle,
    pace_of,
    reassess_due,
)

NINE = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)
TODAY = NINE.date()
MONDAY = dt.datetime.combine(TODAY, dt.time(12))


def at(minutes: float) -> dt.datetime:
    return NINE + dt.timedelta(minutes=minutes)


def test_the_pace_is_unknown_under_five_visits_and_looks_at_the_last_thirty() -> None:
    assert pace_of([600] * 4) is None
    assert pace_of([60.0, 120, 180, 240, 300]) == Pace(180, 300)
    assert pace_of([1e6] * 10 + [600.0] * 30) == Pace(600, 600)


@pytest.mark.parametrize(
    ("ahead", "doctors", "expected"),
    [(0, 1, (0, 0)), (1, 1, (8, 15)), (3, 1, (24, 45)), (3, 2, (16, 30)), (4, 2, (16, 30))],
)
def test_an_estimate_is_a_range_of_whole_rounds(ahead: int, doctors: int, expected: tuple[int, int]) -> None:
    assert estimate(ahead, doctors, Pace(480, 900)) == Estimate(*expected)


def test_what_the_visitor_inside_has_taken_already_is_over() -> None:
    pace = Pace(480, 900)
    assert [estimate(1, 1, pace, minutes * 60) for minutes in (0, 3, 8, 60)] == [
        Estimate(8, 15),
        Estimate(5, 12),
        Estimate(0, 7),
        Estimate(0, 0),
    ]
    assert estimate(2, 1, pace, 3600) == Estimate(8, 15)
    assert estimate(0, 1, pace, 60) == Estimate(0, 0)


def test_each_doctor_has_one_visitor_and_a_forgotten_end_keeps_nobody_busy() -> None:
    assert inside([], 2, at(60)) == (0, 0)
    assert inside([at(40), at(50)], 2, at(60)) == (2, 1200)
    assert inside([at(50), at(10), at(40)], 1, at(60)) == (1, 600)
    assert inside([at(-190), at(50)], 2, at(60)) == (1, 600)
    assert inside([at(50)], 0, at(60)) == (0, 0)
    assert inside([at(70)], 1, at(60)) == (1, 0)


def test_an_estimate_is_unknown_where_nobody_is_or_nothing_is_known() -> None:
    assert estimate(3, 0, Pace(480, 900)) == estimate(3, 2, None) == Estimate()


@given(st.lists(st.floats(1, 20_000), min_size=5, max_size=60), st.integers(0, 50), st.integers(1, 9))
def test_an_estimate_is_never_upside_down_and_grows_with_those_ahead(
    seconds: list[float], ahead: int, doctors: int
) -> None:
    pace = pace_of(seconds)
    less, more = estimate(ahead, doctors, pace), estimate(ahead + doctors, doctors, pace)
    assert less.low is not None
    assert less.high is not None
    assert more.low is not None
    assert 0 <= less.low <= less.high
    assert less.low <= more.low


@pytest.mark.parametrize(
    ("now", "said", "due"),
    [
        (14, [], False),
        (15, [], True),
        (16, [15], False),
        (29, [15], False),
        (30, [15], True),
        (30, [29], True),
        (31, [30], False),
        (70, [15, 30, 46], True),
        (70, [61], False),
        (14, [3], False),
        (-60, [], False),
    ],
)
def test_an_apology_is_due_once_in_each_further_period(now: float, said: list[float], due: bool) -> None:
    assert apology_due(NINE, at(now), 15, [at(minute) for minute in said]) is due


@pytest.mark.parametrize(
    ("minutes", "after", "due"), [(30, 29, False), (30, 30, True), (None, 500, False), (240, 239, False)]
)
def test_how_urgent_it_is_is_looked_at_again(minutes: int | None, after: int, due: bool) -> None:
    assert reassess_due(minutes, NINE, at(after)) is due


CALLED, AGAIN, NO_SHOW, PARKED, UNDONE = (
    QueueAct.CALLED,
    QueueAct.CALLED_AGAIN,
    QueueAct.NO_SHOW,
    QueueAct.PARKED,
    QueueAct.UNDONE,
)


@pytest.mark.parametrize(
    ("happened", "now", "due"),
    [
        ([(CALLED, 0)], 4.9, False),
        ([(CALLED, 0)], 5, True),
        ([(CALLED, 0), (AGAIN, 4)], 8, False),
        ([(CALLED, 0), (AGAIN, 4)], 9, True),
        ([(CALLED, 0), (NO_SHOW, 5), (CALLED, 20)], 25, True),
        # Taken back for this call, and so not said of it again; of the next one it is.
        ([(CALLED, 0), (NO_SHOW, 5), (UNDONE, 6, 1)], 60, False),
        ([(CALLED, 0), (NO_SHOW, 5), (UNDONE, 6, 1), (AGAIN, 7)], 12, True),
        ([(CALLED, 0), (NO_SHOW, 5), (UNDONE, 6, 1), (AGAIN, 7), (UNDONE, 8, 3)], 60, False),
        # Called again because something was taken back: as much time as anybody has.
        ([(CALLED, 0), (PARKED, 1), (UNDONE, 30, 1)], 34, False),
        ([(CALLED, 0), (PARKED, 1), (UNDONE, 30, 1)], 35, True),
        # The clock was set back after the first call.
        ([(CALLED, 100), (NO_SHOW, 105), (CALLED, 50)], 55, True),
        ([], 60, False),
    ],
)
def test_somebody_called_long_ago_is_not_coming(
    happened: list[tuple[Any, ...]], now: float, due: bool
) -> None:
    history = [Happened(key, act, at(minute), *undoes) for key, (act, minute, *undoes) in enumerate(happened)]
    assert no_show_due(history, 5, at(now)) is due


def test_no_wait_is_negative_when_the_clock_was_set_back() -> None:
    assert (
        minutes_between(NINE, at(-90)),
        minutes_between(NINE, at(0.99)),
        minutes_between(NINE, at(61)),
    ) == (
        0,
        0,
        61,
    )
    assert clock_behind(at(2), NINE) == at(2)
    assert clock_behind(at(1), NINE) is None
    assert clock_behind(None, NINE) is None


def test_a_number_of_the_evening_stays_in_the_line_for_six_hours() -> None:
    yesterday = TODAY - dt.timedelta(days=1)
    assert not is_left_over(yesterday, at(0), at(359), TODAY)
    assert is_left_over(yesterday, at(0), at(360), TODAY)
    assert not is_left_over(TODAY, at(0), at(900), TODAY)
    assert not is_left_over(TODAY + dt.timedelta(days=1), at(0), at(900), TODAY)


# --- Who can't be seen ----------------------------------------------------------------------------------------

SURGERY = House(Words("普通外科", "General surgery", "Мэс засал"))
MORNING = [Duty(dt.time(8), dt.time(12), weekday=day) for day in range(5)]
DAY = [Duty(dt.time(8), dt.time(18), weekday=day) for day in range(5)]


def said(house: House, doctor: Attending | None, *others: Attending, moment: dt.datetime = MONDAY) -> str:
    found = obstacle(house, doctor, others, moment)
    return "" if found is None else found.message.format(**{**found.params, "department": house.name.en})


def test_nothing_is_in_the_way_while_somebody_is_on_duty() -> None:
    assert said(SURGERY, Attending("李静", DAY)) == ""
    assert said(SURGERY, None, Attending("李静", MORNING), Attending("王伟", DAY)) == ""


def test_a_doctor_who_went_says_since_when_and_when_they_are_back() -> None:
    assert said(SURGERY, Attending("李静", MORNING)) == (
        "李静 is off duty since 12:00:00, back 2026-11-17 08:00:00."
    )
    evening = [Duty(dt.time(19), dt.time(22), day=MONDAY.date())]
    assert said(SURGERY, Attending("李静", evening)) == "李静 is off duty, back 19:00:00."
    over = [Duty(dt.time(7), dt.time(11), day=MONDAY.date())]
    assert said(SURGERY, Attending("李静", over)) == "李静 is off duty since 11:00:00."
    assert said(SURGERY, Attending("李静")) == "李静 is off duty."


def test_an_absence_counts_from_when_it_began() -> None:
    gone = [*DAY, Duty(dt.time(11, 30), dt.time(18), day=MONDAY.date(), absent=True)]
    assert said(SURGERY, Attending("李静", gone)).startswith("李静 is off duty since 11:30:00")


def test_a_doctor_who_works_here_no_more() -> None:
    left = Attending("李静", DAY, valid_to=MONDAY.date() - dt.timedelta(days=1))
    for doctor in (left, Attending("李静", DAY, active=False)):
        assert said(SURGERY, doctor) == "李静 sees no visitors here any more."
        assert said(SURGERY, None, doctor) == "Nobody is on duty in General surgery."


def test_nobody_in_the_department_says_until_when() -> None:
    assert said(SURGERY, None) == "Nobody is on duty in General surgery."
    assert said(SURGERY, None, Attending("李静", MORNING)) == (
        "Nobody is on duty in General surgery until 2026-11-17 08:00:00."
    )


@pytest.mark.parametrize(
    ("house", "text"),
    [
        (House(SURGERY.name, active=False), "General surgery takes no visitors any more."),
        (
            House(SURGERY.name, valid_to=dt.date(2026, 11, 15)),
            "General surgery takes no visitors since 2026-11-16.",
        ),
        (
            House(SURGERY.name, valid_from=dt.date(2026, 11, 20)),
            "General surgery takes visitors from 2026-11-20 on.",
        ),
    ],
)
def test_a_closed_department_is_in_the_way_whoever_is_there(house: House, text: str) -> None:
    assert said(house, Attending("李静", DAY)) == text
