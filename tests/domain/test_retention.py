"""When a record may be erased: never a day too early, whatever the calendar does."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain import retention
from deskapp.domain.retention import ERASED_NAME, FEWEST_YEARS, keeping, last_day_due, years_after, years_kept
from deskapp.errors import RuleError
from deskapp.i18n import LANGUAGES, translator

DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31))
YEARS = st.integers(FEWEST_YEARS, 60)


@pytest.mark.parametrize(("setting", "kept"), [(15, 15), (30, 30), (14, 15), (0, 15), (-3, 15)])
def test_a_site_keeps_longer_and_never_shorter_than_the_rules_say(setting: int, kept: int) -> None:
    assert years_kept(setting) == kept


def test_a_leap_day_is_kept_to_the_first_of_march() -> None:
    assert years_after(dt.date(2008, 2, 29), 15) == dt.date(2023, 3, 1)
    assert years_after(dt.date(2008, 2, 29), 16) == dt.date(2024, 2, 29)
    assert last_day_due(dt.date(2024, 2, 29), 15) == dt.date(2009, 2, 28)


@given(DAYS, DAYS, YEARS)
def test_the_list_of_who_is_due_and_the_rule_for_one_agree(last: dt.date, today: dt.date, years: int) -> None:
    assert (last <= last_day_due(today, years)) == keeping(last, None, years).is_over(today)


@given(DAYS, YEARS)
def test_nothing_goes_before_its_years_are_over(last: dt.date, years: int) -> None:
    since = keeping(last, None, years).since
    assert since is not None
    assert (since.year - last.year, since >= last) == (years, True)
    assert not keeping(last, None, years).is_over(since - dt.timedelta(days=1))


def test_far_years_end_with_the_calendar() -> None:
    assert years_after(dt.date(2026, 1, 1), 9000) == dt.date.max


def test_who_never_came_goes_at_once_and_who_is_expected_does_not() -> None:
    assert keeping(None, None, 15).is_over(dt.date(2026, 1, 1))
    expected = keeping(dt.date(1990, 1, 1), dt.date(2026, 12, 1), 15)
    assert not expected.is_over(dt.date(2026, 12, 1))
    assert expected.is_over(dt.date(2026, 12, 2))


def test_a_kept_record_is_refused_with_the_day_from_which_it_may_go() -> None:
    kept = keeping(dt.date(2020, 5, 6), None, 15)
    with pytest.raises(RuleError) as refused:
        retention.refuse_kept(kept, dt.date(2026, 1, 1))
    for language in LANGUAGES:
        tr = translator(language)
        assert tr.date(dt.date(2035, 5, 6)) in tr(refused.value.text)
        assert tr.date(dt.date(2020, 5, 6)) in tr(refused.value.text)
    retention.refuse_kept(kept, dt.date(2035, 5, 6))


@given(DAYS)
def test_no_backup_outlives_what_is_said_of_it(erased: dt.date) -> None:
    until = retention.backups_until(erased)
    # Twelve monthly copies: the youngest one from before goes in the thirteenth month at the latest.
    assert dt.timedelta(days=365) <= until - erased <= dt.timedelta(days=400)


def test_every_kind_of_data_is_told_with_its_span_in_three_languages() -> None:
    told = retention.spans(20)
    assert len({span.code for span in told}) == len(told)
    for language in LANGUAGES:
        tr = translator(language)
        assert all(tr(span.what) and tr(span.how_long) and tr(span.then) for span in told)
    assert "20" in translator("en")(told[0].how_long)


def test_an_erased_name_is_none_that_anybody_has() -> None:
    assert retention.is_erased(ERASED_NAME)
    assert not retention.is_erased("")
    assert not retention.is_erased("王建国")


def test_an_appointment_shortens_no_ones_years_and_the_day_that_is_told_is_the_later_one() -> None:
    soon, last = dt.date(2026, 12, 1), dt.date(2026, 11, 20)
    kept = keeping(last, soon, 15)
    assert kept.since == dt.date(2041, 11, 20)
    for language in LANGUAGES:
        tr = translator(language)
        assert tr.date(last) in tr(kept.why)
        assert tr.date(soon) not in tr(kept.why)


@given(DAYS, DAYS, YEARS)
def test_an_appointment_only_ever_keeps_longer(last: dt.date, booked: dt.date, years: int) -> None:
    since, alone = keeping(last, booked, years).since, keeping(last, None, years).since
    assert since is not None
    assert alone is not None
    assert since == max(alone, booked + dt.timedelta(days=1))
