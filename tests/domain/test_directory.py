"""Days of validity, and how prices answer a query."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp import triage_rules
from deskapp.domain.directory import SITUATIONS, Standing, standing

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
