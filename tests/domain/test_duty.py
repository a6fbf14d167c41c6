"""Duty times: weekdays, exceptions, absences, nights."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.duty import (
    FIRST_DAY,
    LAST_DAY,
    Duty,
    Span,
    absence_from,
    back_at,
    clock_day,
    is_absent,
    is_on_duty,
    next_on_duty,
    on_duty,
    span_on_duty,
    spans,
)

MONDAY = dt.date(2026, 11, 16)
SUNDAY = dt.date(2026, 11, 22)


def at(text: str, day: dt.date = MONDAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(text))


def duty(begins: str, ends: str, weekday: int | None = 0, *, day: dt.date | None = None) -> Duty:
    return Duty(dt.time.fromisoformat(begins), dt.time.fromisoformat(ends), None if day else weekday, day)


def absent(begins: str, ends: str, day: dt.date = MONDAY) -> Duty:
    return Duty(dt.time.fromisoformat(begins), dt.time.fromisoformat(ends), day=day, absent=True)


MORNING = duty("08:00", "12:00")
AFTERNOON = duty("14:00", "17:30")
NIGHT = duty("20:00", "08:00")


def test_on_duty_until_the_end_of_the_stretch_and_no_longer() -> None:
    assert span_on_duty([MORNING], at("08:00")) == Span(at("08:00"), at("12:00"))
    assert span_on_duty([MORNING], at("11:59")) is not None
    assert span_on_duty([MORNING], at("12:00")) is None
    assert span_on_duty([MORNING], at("07:59")) is None


def test_the_lunch_break_is_off_duty() -> None:
    assert span_on_duty([MORNING, AFTERNOON], at("13:00")) is None
    assert next_on_duty([MORNING, AFTERNOON], at("13:00")) == Span(at("14:00"), at("17:30"))


def test_other_weekdays_are_off_duty() -> None:
    assert span_on_duty([MORNING], at("09:00", SUNDAY)) is None
    assert next_on_duty([MORNING], at("09:00", SUNDAY)) == Span(
        at("08:00", SUNDAY + dt.timedelta(1)), at("12:00", SUNDAY + dt.timedelta(1))
    )


def test_stretches_that_touch_are_one() -> None:
    assert span_on_duty([MORNING, duty("12:00", "18:00")], at("09:00")) == Span(at("08:00"), at("18:00"))


def test_a_night_reaches_into_the_next_morning_and_joins_the_day() -> None:
    tuesday = MONDAY + dt.timedelta(1)
    assert span_on_duty([NIGHT], at("03:00", tuesday)) == Span(at("20:00"), at("08:00", tuesday))
    joined = span_on_duty([NIGHT, duty("08:00", "12:00", 1)], at("03:00", tuesday))
    assert joined == Span(at("20:00"), at("12:00", tuesday))


def test_the_times_of_a_date_replace_the_weekdays() -> None:
    times = [MORNING, AFTERNOON, duty("10:00", "11:00", day=MONDAY)]
    assert spans(times, MONDAY, MONDAY) == (Span(at("10:00"), at("11:00")),)
    week_later = MONDAY + dt.timedelta(7)
    assert len(spans(times, week_later, week_later)) == 2


def test_an_absence_cuts_a_stretch_in_two() -> None:
    times = [MORNING, absent("09:00", "10:00")]
    assert spans(times, MONDAY, MONDAY) == (Span(at("08:00"), at("09:00")), Span(at("10:00"), at("12:00")))
    assert span_on_duty(times, at("09:30")) is None


def test_a_whole_day_of_absence_leaves_nothing() -> None:
    assert spans([MORNING, AFTERNOON, absent("00:00", "00:00")], MONDAY, MONDAY) == ()


def test_an_absence_also_takes_off_an_extra_duty_of_that_date() -> None:
    extra = duty("09:00", "12:00", day=SUNDAY)
    assert span_on_duty([extra], at("09:30", SUNDAY)) is not None
    assert span_on_duty([extra, absent("00:00", "00:00", SUNDAY)], at("09:30", SUNDAY)) is None


def test_absent_from_now_on_until_midnight() -> None:
    absence = absence_from([MORNING, AFTERNOON], at("10:17"))
    assert (absence.begins, absence.ends) == (dt.time(10, 17), dt.time(0))
    assert spans([MORNING, AFTERNOON, absence], MONDAY, MONDAY) == (Span(at("08:00"), at("10:17")),)


def test_who_goes_home_in_the_evening_is_not_back_at_midnight() -> None:
    absence = absence_from([NIGHT], at("21:00"))
    assert span_on_duty([NIGHT, absence], at("02:00", MONDAY + dt.timedelta(1))) is None


@pytest.mark.parametrize(
    ("clock", "absence", "expected"),
    [
        ("10:00", None, False),
        ("19:00", None, False),
        ("10:00", ("09:00", "00:00"), True),
        ("19:00", ("09:00", "00:00"), True),
        ("19:00", ("09:00", "17:30"), False),
        ("13:00", ("14:00", "17:30"), True),
        ("13:00", ("08:00", "12:00"), False),
        ("13:00", ("18:00", "20:00"), False),
    ],
)
def test_absent_is_who_should_be_there_and_is_not(
    clock: str, absence: tuple[str, str] | None, expected: bool
) -> None:
    marked = [absent(*absence)] if absence else []
    assert is_absent([MORNING, AFTERNOON, *marked], at(clock)) is expected


def test_an_absence_of_tomorrow_or_of_a_free_day_is_nobodys_today() -> None:
    tomorrow = MONDAY + dt.timedelta(1)
    assert not is_absent([NIGHT, absent("00:00", "08:00", tomorrow)], at("12:00"))
    assert not is_absent([duty("08:00", "12:00", 2), absent("09:00", "12:00", MONDAY)], at("07:00"))


def test_back_again_keeps_what_was_missed() -> None:
    absence = absence_from([MORNING], at("09:00"))
    kept = back_at(absence, at("10:30"))
    assert kept is not None
    assert spans([MORNING, kept], MONDAY, MONDAY) == (
        Span(at("08:00"), at("09:00")),
        Span(at("10:30"), at("12:00")),
    )


def test_back_in_the_same_minute_keeps_nothing() -> None:
    assert back_at(absence_from([MORNING], at("09:00")), at("09:00")) is None


def test_back_after_the_absence_is_over_changes_nothing() -> None:
    absence = absent("09:00", "10:00")
    assert back_at(absence, at("11:00")) == absence


def test_days_that_no_clock_can_place_become_the_nearest_one() -> None:
    asked = (dt.date.min, FIRST_DAY, MONDAY, LAST_DAY, dt.date.max)
    assert [clock_day(day) for day in asked] == [FIRST_DAY, FIRST_DAY, MONDAY, LAST_DAY, LAST_DAY]


def test_who_is_on_duty_among_several() -> None:
    assert on_duty({1: [MORNING], 2: [AFTERNOON], 3: []}, at("15:00")) == {2: Span(at("14:00"), at("17:30"))}


def test_no_next_duty_for_whoever_never_works() -> None:
    assert next_on_duty([], at("09:00")) is None
    assert next_on_duty([duty("08:00", "09:00", day=MONDAY)], at("09:00")) is None


@pytest.mark.parametrize("when", [{}, {"weekday": 1, "day": MONDAY}])
def test_a_rule_is_of_a_weekday_or_of_a_date(when: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="weekday or of a date"):
        Duty(dt.time(8), dt.time(9), **when)  # type: ignore[arg-type]


CLOCK = st.integers(0, 24 * 12 - 1).map(lambda five: dt.time(five * 5 // 60, five * 5 % 60))
RULES = st.lists(st.builds(Duty, CLOCK, CLOCK, weekday=st.integers(0, 6), absent=st.booleans()), max_size=6)
MOMENTS = st.integers(0, 14 * 288).map(lambda five: at("00:00") + dt.timedelta(minutes=5 * five))


@given(RULES, MOMENTS)
def test_on_duty_exactly_when_a_rule_says_so_and_no_absence_does(
    rules: list[Duty], moment: dt.datetime
) -> None:
    def covers(rule: Duty) -> bool:
        length = (at(rule.ends.isoformat()) - at(rule.begins.isoformat())) % dt.timedelta(1)
        days = [moment.date() - dt.timedelta(back) for back in (0, 1) if rule.weekday is not None]
        begun = [at(rule.begins.isoformat(), day) for day in days if day.weekday() == rule.weekday]
        return any(dt.timedelta() <= moment - begin < (length or dt.timedelta(1)) for begin in begun)

    expected = any(covers(r) for r in rules if not r.absent) and not any(covers(r) for r in rules if r.absent)
    span = span_on_duty(rules, moment)
    assert (span is not None) == is_on_duty(rules, moment) == expected
    assert span is None or span.holds(moment)
