"""The rules of appointments: each refusal has its code and says what a person needs to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from deskapp.domain import appointments as rules
from deskapp.domain.appointments import Presence, Wish
from deskapp.domain.duty import Span
from deskapp.domain.registration import AppointmentState
from deskapp.domain.slots import Booked, Slot
from deskapp.errors import RuleError

DAY = dt.date(2026, 11, 16)


def at(text: str) -> dt.datetime:
    return dt.datetime.combine(DAY, dt.time.fromisoformat(text))


def refusal(call: Callable[..., object], *args: object) -> RuleError:
    with pytest.raises(RuleError) as caught:
        call(*args)
    return caught.value


def wish(time: str = "10:00", **more: object) -> Wish:
    return Wish(at(time), **{"minutes": 15, "doctor": "李静", **more})  # type: ignore[arg-type]


def test_a_time_may_begin_this_minute_and_no_earlier() -> None:
    rules.check_time(wish(), at("10:00") + dt.timedelta(seconds=59))
    assert refusal(rules.check_time, wish(), at("10:01")).code == "appointment.past"


@pytest.mark.parametrize("minutes", [0, -5, 481])
def test_nobody_has_such_a_length(minutes: int) -> None:
    assert refusal(rules.check_length, wish(minutes=minutes)).code == "appointment.minutes"


def test_an_appointment_lies_whole_within_one_duty() -> None:
    morning = [Span(at("08:00"), at("10:15"))]
    rules.check_duty(wish(), morning, None)
    error = refusal(rules.check_duty, wish("10:01"), morning, Span(at("14:00"), at("18:00")))
    assert error.code == "appointment.outside"
    assert "14:00" in str(error.text)
    assert "four weeks" in str(refusal(rules.check_duty, wish("12:00"), morning, None).text)
    error = refusal(rules.check_duty, wish("12:00", doctor=""), [], None)
    assert "Nobody" in str(error.text)


def test_who_has_the_time_is_said_and_a_reason_opens_it() -> None:
    taken = [Booked(at("09:55"), 10, "王芳")]
    error = refusal(rules.check_taken, wish(), taken)
    assert error.code == "appointment.taken"
    assert "王芳" in str(error.text)
    assert "09:55" in str(error.text)
    assert rules.check_taken(wish(reason="急"), taken)
    assert not rules.check_taken(wish("10:05"), taken)
    assert refusal(rules.check_taken, wish(reason="  "), taken).code == "appointment.taken"


def test_where_nobody_is_free_there_is_nobody_to_name() -> None:
    error = refusal(rules.check_taken, wish(doctor="", room=0), [])
    assert "Nobody" in str(error.text)
    assert not rules.check_taken(wish(doctor="", room=2), [Booked(at("10:00"), 15)])


def test_missed_counts_from_the_minutes_of_grace() -> None:
    rules.check_missed(at("10:00"), 15, at("10:15"))
    error = refusal(rules.check_missed, at("10:00"), 15, at("10:14"))
    assert "10:15" in str(error.text)


@pytest.mark.parametrize("state", [s for s in AppointmentState if s is not AppointmentState.BOOKED])
def test_what_is_over_is_not_changed(state: AppointmentState) -> None:
    assert refusal(rules.check_open, state).code == "appointment.closed"


def test_only_the_cancelled_and_missed_are_opened_again() -> None:
    rules.check_reopened(AppointmentState.CANCELLED)
    rules.check_reopened(AppointmentState.MISSED)
    assert refusal(rules.check_reopened, AppointmentState.BOOKED).code == "appointment.open"
    assert refusal(rules.check_reopened, AppointmentState.FULFILLED).code == "appointment.fulfilled"


@pytest.mark.parametrize(
    ("taken", "past", "absent", "presence"),
    [
        ((), (), False, Presence.OFF),
        ((), (), True, Presence.ABSENT),
        ((0, 1), (False, False), False, Presence.FREE),
        ((1, 1), (False, False), False, Presence.FULL),
        ((0, 0), (True, True), False, Presence.OVER),
        ((0, 0), (True, False), True, Presence.PARTLY),
    ],
)
def test_a_day_has_a_word(
    taken: tuple[int, ...], past: tuple[bool, ...], absent: bool, presence: Presence
) -> None:
    slots = [Slot(at("08:00"), 15, 1, one, gone) for one, gone in zip(taken, past, strict=True)]
    assert rules.presence_of(slots, absent) is presence
    assert rules.PRESENCE_LABELS[presence]
