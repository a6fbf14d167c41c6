"""The fair order of a line: danger first, two lanes in turn, nobody starves, and every place has its reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.line_order import (
    DANGER,
    Lane,
    OrderRules,
    Placed,
    Waiter,
    in_order,
    lane_of,
    level_of,
)
from deskapp.domain.urgency import Urgency

NINE = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)
RULES = OrderRules()
A, W = Lane.APPOINTMENT, Lane.WALK_IN


def at(minutes: float) -> dt.datetime:
    return NINE + dt.timedelta(minutes=minutes)


def walk_in(key: int, since: float = 0, urgency: int | None = None, absences: int = 0) -> Waiter:
    return Waiter(key, urgency, at(since), at(since), None, absences)


def booked(key: int, time: float, came: float = 0, urgency: int | None = None) -> Waiter:
    return Waiter(key, urgency, at(came), at(came), at(time))


def ids(placed: Iterable[Placed]) -> list[int]:
    return [one.id for one in placed]


def why(placed: Sequence[Placed], key: int) -> list[str]:
    """Return the reasons for a place without the last, since when."""
    return [str(text) for one in placed if one.id == key for text in one.why[:-1]]


waiters = st.lists(
    st.builds(
        lambda urgency, arrived, lag, time, absences: Waiter(
            0, urgency, at(arrived), at(arrived + lag * bool(absences)), time, absences
        ),
        st.sampled_from([None, 1, 2, 3, 4]),
        st.integers(-200, 60),
        st.integers(0, 40),
        st.none() | st.integers(-120, 180).map(at),
        st.integers(0, 1),
    ),
    max_size=30,
).map(lambda people: [replace(one, id=key) for key, one in enumerate(people)])
histories = st.lists(st.sampled_from(Lane), max_size=12)
rules = st.builds(OrderRules, st.integers(1, 3), st.integers(1, 3))
NOW = at(60)


@given(waiters, histories, rules)
def test_nobody_is_lost_and_nobody_stands_twice(
    people: list[Waiter], called: list[Lane], figures: OrderRules
) -> None:
    assert sorted(ids(in_order(people, called, figures, NOW))) == [one.id for one in people]


@given(waiters, histories, rules, st.randoms())
def test_the_order_does_not_depend_on_how_the_line_was_read(
    people: list[Waiter], called: list[Lane], figures: OrderRules, dice: object
) -> None:
    mixed = list(people)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    assert in_order(mixed, called, figures, NOW) == in_order(people, called, figures, NOW)


@given(waiters, histories, rules)
def test_levels_stand_one_behind_the_other_and_nobody_waits_into_danger(
    people: list[Waiter], called: list[Lane], figures: OrderRules
) -> None:
    known = {one.id: one for one in people}
    order = [known[key] for key in ids(in_order(people, called, figures, NOW))]
    levels = [level_of(one, figures, NOW) for one in order]
    assert levels == sorted(levels)
    assert all((level in DANGER) == (one.urgency in DANGER) for one, level in zip(order, levels, strict=True))


@given(waiters, histories, rules)
def test_each_lane_of_a_level_keeps_its_own_order(
    people: list[Waiter], called: list[Lane], figures: OrderRules
) -> None:
    known = {one.id: one for one in people}
    order = [known[key] for key in ids(in_order(people, called, figures, NOW))]
    for level in Urgency:
        same = [one for one in order if level_of(one, figures, NOW) is level]
        queue = [one for one in same if level in DANGER or lane_of(one, figures) is W]
        assert [one.since for one in queue] == sorted(one.since for one in queue)
        due = [
            one.appointment
            for one in same
            if level not in DANGER
            and lane_of(one, figures) is A
            and not one.absences
            and one.appointment is not None
            and one.appointment <= NOW + dt.timedelta(minutes=figures.early)
        ]
        assert due == sorted(due)


@given(waiters, histories, rules)
def test_calling_who_is_first_leaves_the_rest_as_they_stand(
    people: list[Waiter], called: list[Lane], figures: OrderRules
) -> None:
    known, before = {one.id: one for one in people}, ids(in_order(people, called, figures, NOW))
    turns = list(called)
    while before:
        first = known.pop(before.pop(0))
        if first.urgency not in DANGER:
            turns.append(lane_of(first, figures))
        assert ids(in_order(known.values(), turns, figures, NOW)) == before


@given(histories, rules, st.integers(5, 25))
def test_the_ratio_holds_while_both_lanes_are_full(
    called: list[Lane], figures: OrderRules, count: int
) -> None:
    people = [walk_in(key, key) for key in range(count * 3)]
    people += [booked(1000 + key, key, came=key) for key in range(count * 3)]
    order = [key >= 1000 for key in ids(in_order(people, called, figures, at(40)))]
    cycle = figures.appointments_each + figures.walk_ins_each
    # The round that was under way is finished first.
    for begin in range(cycle, count, 1):
        assert sum(order[begin : begin + cycle]) == figures.appointments_each


@given(st.integers(1, 3), st.integers(1, 3), st.sampled_from([3, 4, None]), st.booleans())
def test_nobody_starves_under_a_steady_stream(
    appointments: int, others: int, urgency: int | None, has_appointment: bool
) -> None:
    """One is called each minute, and each minute somebody more urgent (III) comes to each lane."""
    figures = OrderRules(appointments, others)
    patient = booked(0, 0, urgency=urgency) if has_appointment else walk_in(0, 0, urgency)
    line, called = {0: patient}, []
    for minute in range(300):
        key = 2 * minute + 1
        line |= {key: walk_in(key, minute, 3), key + 1: booked(key + 1, minute, minute, 3)}
        first = line.pop(in_order(line.values(), called, figures, at(minute))[0].id)
        if first.id == 0:
            break
        called.append(lane_of(first, figures))
    assert minute <= figures.ageing + appointments + others


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        ([], [10, 1, 2, 11, 3, 4]),
        ([A], [1, 2, 10, 3, 4, 11]),
        ([A, W], [1, 10, 2, 3, 11, 4]),
        ([A, W, W], [10, 1, 2, 11, 3, 4]),
        ([A, A, A], [1, 2, 10, 3, 4, 11]),
        ([W, W, W, W, W], [10, 1, 11, 2, 3, 4]),
    ],
)
def test_one_appointment_and_two_walk_ins_in_turn(called: list[Lane], expected: list[int]) -> None:
    people = [*(walk_in(key, key) for key in (1, 2, 3, 4)), booked(10, 5), booked(11, 6)]
    assert ids(in_order(people, called, RULES, at(10))) == expected


def test_danger_goes_first_and_an_appointment_changes_nothing_in_it() -> None:
    people = [walk_in(1, 0, 3), booked(2, 0, 5, 2), walk_in(3, 4, 2), walk_in(4, 9, 1), walk_in(5)]
    placed = in_order(people, [], RULES, at(10))
    assert ids(placed) == [4, 3, 2, 1, 5]
    assert why(placed, 4) == ["In danger (urgency I): before everybody else"]
    assert why(placed, 1) == ["Urgency III: before the less urgent"]


def test_whoever_waited_over_an_hour_stands_with_iii() -> None:
    people = [walk_in(1, 0, 4), walk_in(2, 30, 3), walk_in(3, 1, None)]
    assert ids(in_order(people, [], RULES, at(59))) == [2, 1, 3]
    placed = in_order(people, [], RULES, at(61))
    assert ids(placed) == [1, 3, 2]
    assert why(placed, 3) == ["Waited over 60 minutes: counts as urgency III"]


def test_an_appointment_that_is_not_due_stands_behind_those_that_are() -> None:
    people = [booked(1, 60, came=0), booked(2, 20, came=8)]
    placed = in_order(people, [], RULES, at(10))
    assert ids(placed) == [2, 1]
    assert why(placed, 2)[0].startswith("Has an appointment at ")
    assert why(placed, 1)[0].endswith(": behind those whose time has come")
    assert ids(in_order([booked(1, 25, came=0), booked(2, 20, came=8)], [], RULES, at(10))) == [2, 1]


def test_whoever_comes_too_late_for_an_appointment_is_a_walk_in_from_then_on() -> None:
    late = booked(1, 0, came=16)
    assert (lane_of(late, RULES), lane_of(booked(2, 0, came=15), RULES)) == (W, A)
    placed = in_order([late, walk_in(3, 10), walk_in(4, 20)], [], RULES, at(21))
    assert ids(placed) == [3, 1, 4]
    assert "Came too late" in why(placed, 1)[0]


def test_whoever_did_not_come_when_called_stands_where_coming_back_puts_them() -> None:
    back = replace(booked(1, 0), since=at(20), absences=1)
    placed = in_order([back, booked(2, 10, came=5), walk_in(3, 1)], [], RULES, at(21))
    assert ids(placed) == [2, 3, 1]
    assert why(placed, 1)[-1] == "Came back after being called"


def test_the_reasons_are_told_the_strongest_first() -> None:
    people = [replace(booked(1, 5, urgency=3), absences=1), walk_in(2, 0, 3)]
    reasons = why(in_order(people, [], RULES, at(10)), 1)
    clock = at(5).astimezone().time()
    assert reasons == [
        "Urgency III: before the less urgent",
        f"Has an appointment at {clock}",
        "Turn of an appointment",
        "Came back after being called",
    ]


def test_whose_turn_it_is_is_told_only_where_people_of_both_lanes_wait() -> None:
    placed = in_order([booked(1, 5), walk_in(2), walk_in(3, 1), walk_in(4, 2)], [], RULES, at(10))
    assert ids(placed) == [1, 2, 3, 4]
    assert why(placed, 2) == []
    placed = in_order([booked(1, 5), walk_in(2)], [A], RULES, at(10))
    assert (ids(placed), why(placed, 2)) == ([2, 1], ["Turn of those without an appointment"])


def test_who_comes_at_nine_for_three_o_clock_does_not_go_before_those_who_wait() -> None:
    people = [booked(1, time=360), walk_in(2, since=5), walk_in(3, since=10), booked(4, time=12)]
    assert ids(in_order(people, [], RULES, at(12))) == [4, 2, 3, 1]
    assert ids(in_order(people, [], RULES, at(350))) == [4, 2, 3, 1]


@given(waiters, histories, rules)
def test_an_appointment_that_is_not_due_takes_nobodys_turn(
    people: list[Waiter], called: list[Lane], figures: OrderRules
) -> None:
    due = NOW + dt.timedelta(minutes=figures.early)

    def early(one: Waiter) -> bool:
        return lane_of(one, figures) is A and one.appointment is not None and one.appointment > due

    known = {one.id: one for one in people}
    everybody = [known[key] for key in ids(in_order(people, called, figures, NOW))]
    calm = [one for one in everybody if one.urgency not in DANGER]
    without = [one for one in people if not early(one) or one.urgency in DANGER]
    others = ids(in_order(without, called, figures, NOW))
    if len({level_of(one, figures, NOW) for one in calm}) <= 1:
        assert [one.id for one in everybody if one.id in others] == others
    for level in Urgency:
        of_level = [early(one) for one in calm if level_of(one, figures, NOW) is level]
        assert of_level == sorted(of_level)
