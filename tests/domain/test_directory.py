"""Days of validity, and how prices answer a query."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deskapp import triage_rules
from deskapp.domain.directory import (
    SITUATIONS,
    Days,
    Standing,
    days_before,
    overlap,
    refuse_second_price,
    standing,
)
from deskapp.errors import InputError

TODAY = dt.date(2026, 11, 20)
BEFORE, AFTER = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, Standing.VALID),
        (TODAY, TODAY, Standing.VALID),
        (BEFORE, None, Standing.VALID),
        (None, AFTER, Standing.VALID),
        (AFTER, None, Standing.COMING),
        (None, BEFORE, Standing.OVER),
        (BEFORE, BEFORE, Standing.OVER),
        (AFTER, BEFORE, Standing.OVER),
    ],
)
def test_both_days_belong_to_it(first: dt.date | None, last: dt.date | None, expected: Standing) -> None:
    assert standing(first, last, TODAY) is expected


@given(st.none() | st.dates(), st.none() | st.dates(), st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
def test_a_thing_comes_holds_and_is_over_in_that_order(
    first: dt.date | None, last: dt.date | None, day: dt.date
) -> None:
    order = list(Standing)
    tomorrow = standing(first, last, day + dt.timedelta(days=1))
    assert order.index(standing(first, last, day)) <= order.index(tomorrow)


def test_every_shipped_sentence_is_said_in_a_situation_that_has_a_name() -> None:
    said = {sentence.situation for sentence in triage_rules.load_sentences().values()}
    assert said == set(SITUATIONS)


SOME_DAYS = st.none() | st.integers(-3, 3).map(lambda days: TODAY + dt.timedelta(days=days))
HOLDING = st.tuples(SOME_DAYS, SOME_DAYS).filter(lambda days: None in days or days[0] <= days[1])  # type: ignore[operator]


@given(HOLDING, HOLDING)
def test_two_overlap_where_there_is_a_day_on_which_both_hold(one: Days, other: Days) -> None:
    near = [TODAY + dt.timedelta(days=days) for days in range(-5, 6)]
    both = [day for day in near if standing(*one, day) is standing(*other, day) is Standing.VALID]
    assert overlap(one, other) == overlap(other, one) == bool(both)


@pytest.mark.parametrize(
    ("days", "others", "field"),
    [
        ((None, None), [(None, None)], "code"),
        ((None, None), [(None, TODAY)], "code"),
        ((None, None), [(TODAY, None)], "valid_to"),
        ((BEFORE, TODAY), [(TODAY, None)], "valid_to"),
        ((TODAY, None), [(BEFORE, TODAY)], "valid_from"),
        ((TODAY, None), [(None, None)], "valid_from"),
        ((TODAY, TODAY), [(None, BEFORE), (AFTER, None), (TODAY, TODAY)], "valid_from"),
    ],
)
def test_a_second_price_on_a_day_is_refused_at_the_field_to_change(
    days: Days, others: list[Days], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        refuse_second_price("XR", days, others)
    assert caught.value.field == field


def test_prices_one_after_the_other_are_no_second_price() -> None:
    refuse_second_price("XR", (TODAY, TODAY), [(None, BEFORE), (AFTER, None)])


@given(HOLDING, st.integers(-3, 4))
def test_the_price_before_never_holds_with_the_one_that_follows(days: Days, later: int) -> None:
    first = TODAY + dt.timedelta(days=later)
    assume(days[0] is None or first > days[0])
    left = days_before(days, first)
    assert not overlap(left, (first, None))
    near = [TODAY + dt.timedelta(days=day) for day in range(-5, later)]
    assert [standing(*left, day) is Standing.VALID for day in near] == [
        standing(*days, day) is Standing.VALID for day in near
    ]


@pytest.mark.parametrize("first", [None, BEFORE, TODAY, dt.date.min])
def test_a_price_follows_another_only_after_it_began(first: dt.date | None) -> None:
    with pytest.raises(InputError) as caught:
        days_before((TODAY, None), first)
    assert caught.value.field == "valid_from"
