"""Periods, summaries that add up, medians of waits."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain import statistics
from deskapp.domain.registration import MediaSource
from deskapp.domain.statistics import (
    LONGEST,
    MINUTE,
    Became,
    Counts,
    Period,
    PeriodKind,
    Source,
    Span,
    Summary,
    WaitStep,
    Worked,
    before,
    chosen,
    merged,
    moved,
    parts,
    percentile,
    period,
    waited,
)

WEDNESDAY = dt.date(2026, 11, 18)


def at(day: dt.date, time: str = "12:00") -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(time)).astimezone()


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (PeriodKind.TODAY, "2026-11-18", "2026-11-18"),
        (PeriodKind.YESTERDAY, "2026-11-17", "2026-11-17"),
        (PeriodKind.WEEK, "2026-11-16", "2026-11-22"),
        (PeriodKind.MONTH, "2026-11-01", "2026-11-30"),
        (PeriodKind.QUARTER, "2026-10-01", "2026-12-31"),
        (PeriodKind.YEAR, "2026-01-01", "2026-12-31"),
    ],
)
def test_periods_as_people_say_them(kind: PeriodKind, first: str, last: str) -> None:
    span = period(kind, WEDNESDAY).span
    assert (span.first.isoformat(), span.last.isoformat()) == (first, last)


def test_days_may_be_named_in_any_order() -> None:
    one, other = dt.date(2026, 3, 1), dt.date(2026, 2, 1)
    assert chosen(one, other).span == Span(other, one)


@pytest.mark.parametrize("kind", [PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR])
def test_months_keep_their_lengths_when_moved(kind: PeriodKind) -> None:
    shown = period(kind, dt.date(2028, 2, 29))
    earlier = moved(shown, -1)
    assert earlier.span.last + dt.timedelta(days=1) == shown.span.first
    assert moved(earlier, 1) == shown


def test_chosen_days_move_by_their_own_length() -> None:
    shown = chosen(dt.date(2026, 11, 1), dt.date(2026, 11, 10))
    assert moved(shown, -1).span == Span(dt.date(2026, 10, 22), dt.date(2026, 10, 31))


def test_an_unfinished_week_is_compared_until_the_same_moment() -> None:
    earlier = before(period(PeriodKind.WEEK, WEDNESDAY), at(WEDNESDAY, "14:30")).span
    assert earlier == Span(dt.date(2026, 11, 9), dt.date(2026, 11, 11), at(dt.date(2026, 11, 11), "14:30"))


def test_a_finished_one_is_compared_whole() -> None:
    shown = moved(period(PeriodKind.WEEK, WEDNESDAY), -1)
    assert before(shown, at(WEDNESDAY)).span == Span(dt.date(2026, 11, 2), dt.date(2026, 11, 8))


def test_a_long_month_reaches_the_end_of_the_short_one_before() -> None:
    shown = Period(PeriodKind.MONTH, Span(dt.date(2026, 3, 1), dt.date(2026, 3, 31)))
    assert before(shown, at(dt.date(2026, 3, 30))).span == Span(dt.date(2026, 2, 1), dt.date(2026, 2, 28))


@given(st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 1500))
def test_parts_cover_each_day_once_the_newest_first(first: dt.date, more: int) -> None:
    span = Span(first, first + dt.timedelta(days=more))
    pieces = parts(span)
    assert [day for piece in reversed(pieces) for day in piece.days_in()] == list(span.days_in())
    assert pieces[0].days == 1
    assert max(piece.days for piece in pieces) <= statistics.PART_DAYS


def test_parts_keep_where_the_period_is_cut() -> None:
    span = Span(WEDNESDAY, WEDNESDAY, at(WEDNESDAY))
    assert [piece.until for piece in parts(span)] == [at(WEDNESDAY)]


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [(0, 0, 0), (0, 1, 1), (0, MINUTE, 1), (0, MINUTE + 1, 2), (5, 0, 0), (0, LONGEST * MINUTE * 3, LONGEST)],
)
def test_begun_minutes(since: int, until: int, minutes: int) -> None:
    assert waited(since, until) == minutes


histograms = st.dictionaries(st.integers(0, 300), st.integers(1, 50), max_size=30)


@given(histograms.filter(bool), st.floats(0, 1))
def test_a_percentile_is_the_nearest_rank(waits: dict[int, int], share: float) -> None:
    single = sorted(minutes for minutes, count in waits.items() for _ in range(count))
    rank = max(1, -int(-share * len(single) // 1))
    assert percentile(waits, share) == single[rank - 1]


def test_nobody_waited() -> None:
    assert percentile({}, 0.5) is None
    assert statistics.service_level({}, 30) is None
    assert statistics.share(0, 0) is None


def test_the_service_level_takes_the_target_in() -> None:
    assert statistics.service_level({29: 1, 30: 1, 31: 2}, 30) == 0.5


counts = st.builds(Counts, *[st.integers(0, 9)] * 4)
places = st.tuples(st.none() | st.integers(1, 3), st.none() | st.integers(1, 3))
summaries = st.builds(
    Summary,
    days=st.dictionaries(st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 9)), st.integers(1, 9)),
    hours=st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 23)), st.integers(1, 9)),
    sources=st.dictionaries(
        st.builds(
            Source, st.none() | st.integers(1, 3), st.sampled_from([None, *MediaSource]), st.booleans()
        ),
        st.builds(Became, *[st.integers(0, 9)] * 5),
    ),
    places=st.dictionaries(places, counts),
    waits_at=st.dictionaries(places, histograms),
    waits=st.dictionaries(st.sampled_from(WaitStep), histograms),
    operators=st.dictionaries(st.integers(1, 4), st.builds(Worked, st.integers(0, 9), st.integers(0, 9))),
    desk_times=st.dictionaries(st.integers(1, 4), histograms),
)


@given(summaries, summaries, summaries)
def test_adding_up_does_not_depend_on_the_order(one: Summary, two: Summary, three: Summary) -> None:
    assert merged(merged(one, two), three) == merged(one, merged(two, three))
    assert merged(one, two) == merged(two, one)
    assert merged(one, Summary()) == one


@given(summaries, summaries)
def test_nothing_is_lost_in_adding_up(one: Summary, two: Summary) -> None:
    both = merged(one, two)
    assert both.counts == one.counts + two.counts
    for step in WaitStep:
        pooled = [*_single(one.wait(step)), *_single(two.wait(step))]
        assert sorted(pooled) == sorted(_single(both.wait(step)))


def _single(waits: statistics.Histogram) -> list[int]:
    return [minutes for minutes, count in waits.items() for _ in range(count)]


def test_all_days_there_are_come_in_parts_too() -> None:
    pieces = parts(Span(dt.date.min, dt.date.max))
    assert (pieces[0].first, pieces[-1].first) == (dt.date.max, dt.date.min)


def test_chosen_days_move_no_further_than_the_calendar_goes() -> None:
    shown = chosen(dt.date(1000, 1, 1), dt.date(2999, 12, 31))
    earlier = before(shown, at(WEDNESDAY)).span
    assert (earlier.first, earlier.days, earlier.until) == (dt.date.min, shown.span.days, None)
    assert moved(shown, 9).span.last == dt.date.max


def test_the_median_and_the_ninetieth_percentile_of_ten() -> None:
    waits = dict.fromkeys(range(1, 11), 1)
    assert (statistics.median(waits), statistics.p90(waits)) == (5, 9)
