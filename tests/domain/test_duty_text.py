"""Duty times as people type them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.duty import Duty
from deskapp.domain.duty_text import (
    exceptions_text,
    read_exceptions,
    read_spans,
    span_text,
    weekday_text,
)

DAY = dt.date(2026, 12, 1)
MORNING = (dt.time(8), dt.time(12))


@pytest.mark.parametrize(
    "typed", ["08:00-12:00", "8-12", "0800-1200", "8:00 – 12:00", "８：００－１２：００", "8点-12点"]
)
def test_a_span_is_read_however_it_is_typed(typed: str) -> None:
    assert read_spans(typed) == (MORNING,)


def test_several_spans_and_midnight() -> None:
    assert read_spans("8-12、14:00-17:30") == (MORNING, (dt.time(14), dt.time(17, 30)))
    assert read_spans("20-24") == ((dt.time(20), dt.time(0)),)
    assert span_text([(dt.time(20), dt.time(0)), (dt.time(0), dt.time(6))]) == "20:00-24:00, 00:00-06:00"
    assert read_spans("  ") == ()


@pytest.mark.parametrize("typed", ["morning", "8", "25-26", "8:70-9"])
def test_what_makes_no_sense_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        read_spans(typed)


def test_exceptions_are_read_a_line_each() -> None:
    typed = "2026-12-01 8-12\n2026年12月2日 停诊; 2026-12-03 off 14:00-16:00"
    assert read_exceptions(typed) == (
        Duty(*MORNING, day=DAY),
        Duty(dt.time(0), dt.time(0), day=dt.date(2026, 12, 2), absent=True),
        Duty(dt.time(14), dt.time(16), day=dt.date(2026, 12, 3), absent=True),
    )


@pytest.mark.parametrize("typed", ["tomorrow off", "2026-12-01", "2026-13-01 off"])
def test_a_line_that_makes_no_sense_is_refused_as_it_stands(typed: str) -> None:
    with pytest.raises(ValueError, match=f"^{typed}$"):
        read_exceptions(f"2026-12-09 off\n {typed}; 2026-12-10 off")


spans = st.tuples(st.times(), st.times()).map(
    lambda pair: tuple(time.replace(second=0, microsecond=0) for time in pair)
)


@given(
    st.sets(st.tuples(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.booleans(), spans), max_size=6),
    st.sampled_from(["zh", "en", "mn"]),
)
def test_exceptions_come_back_as_they_were(
    made: set[tuple[dt.date, bool, tuple[dt.time, dt.time]]], language: str
) -> None:
    times = {Duty(begins, ends, day=day, absent=absent) for day, absent, (begins, ends) in made}
    assert set(read_exceptions(exceptions_text(times, language))) == times


@given(st.lists(spans, max_size=4))
def test_spans_come_back_as_they_were(made: list[tuple[dt.time, dt.time]]) -> None:
    assert read_spans(span_text(made)) == tuple(made)


def test_a_weekday_in_words() -> None:
    times = [Duty(*MORNING, weekday=0), Duty(*MORNING, weekday=1), Duty(*MORNING, day=DAY)]
    assert weekday_text(times, 0) == "08:00-12:00"
    assert weekday_text(times, 3) == ""
