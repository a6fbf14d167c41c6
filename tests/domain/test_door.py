"""The door's rules: forms of address, the ten minutes, whose greeting a visit may be."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.door import (
    Address,
    Coming,
    GreetingDraft,
    GreetingView,
    address_of,
    in_order,
    is_late,
    may_belong,
    refuse_gone,
    refuse_taken,
    waited,
)
from deskapp.domain.registration import Sex

NOW = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)
VIEW = GreetingView(1, 1, NOW, "何", GreetingDraft(), None, "", Coming.COMING, "", None, None)


@pytest.mark.parametrize(
    ("sex", "age", "address"),
    [
        (Sex.MALE, 40, Address.SIR),
        (Sex.FEMALE, 14, Address.MADAM),
        (Sex.MALE, 13, Address.YOUNG),
        (Sex.FEMALE, None, Address.MADAM),
        (Sex.UNKNOWN, 30, Address.OTHER),
    ],
)
def test_the_form_of_address_follows_the_record(sex: Sex, age: int | None, address: Address) -> None:
    assert address_of(sex, age) is address


@pytest.mark.parametrize(("minutes", "late"), [(9, False), (10, False), (10.1, True), (60, True)])
def test_over_ten_minutes_on_the_way_is_late(minutes: float, late: bool) -> None:
    assert is_late(VIEW, NOW + dt.timedelta(minutes=minutes)) is late


def test_whoever_is_at_the_desk_is_not_late() -> None:
    taken = replace(VIEW, state=Coming.TAKEN)
    assert not is_late(taken, NOW + dt.timedelta(hours=1))


@given(st.timedeltas(min_value=dt.timedelta(hours=-2), max_value=dt.timedelta(hours=2)))
def test_a_wait_is_never_negative(span: dt.timedelta) -> None:
    assert waited(NOW, NOW + span) == max(0, span // dt.timedelta(minutes=1))


@given(
    st.lists(
        st.builds(
            GreetingView,
            id=st.integers(1, 99),
            version=st.just(1),
            at=st.datetimes(timezones=st.just(dt.UTC)),
            guide=st.just(""),
            draft=st.just(GreetingDraft()),
            visitor_id=st.none(),
            visitor=st.just(""),
            state=st.sampled_from(Coming),
            taken_by=st.just(""),
            taken_at=st.none(),
            visit_id=st.none(),
        )
    )
)
def test_nobody_on_the_way_stands_behind_somebody_who_is_not(views: list[GreetingView]) -> None:
    ordered = in_order(views)
    states = [view.state is not Coming.COMING for view in ordered]
    assert states == sorted(states)
    for one, following in itertools.pairwise(ordered):
        same = (one.state is Coming.COMING) == (following.state is Coming.COMING)
        assert not same or one.at <= following.at


@pytest.mark.parametrize(
    ("announced", "visitor", "may"),
    [(None, 7, True), (None, None, True), (7, 7, True), (7, 8, False), (7, None, True)],
)
def test_a_greeting_about_one_person_is_nobody_elses(
    announced: int | None, visitor: int | None, may: bool
) -> None:
    assert may_belong(replace(VIEW, visitor_id=announced), visitor) is may


def test_the_name_of_the_records_counts_before_what_was_said() -> None:
    said = replace(VIEW, draft=GreetingDraft(name="老王"))
    assert said.name() == "老王"
    assert replace(said, visitor="王建国").name() == "王建国"


def test_refusals_say_who_and_why() -> None:
    assert refuse_taken("李娜").text.params == {"who": "李娜"}
    assert refuse_gone().code == "greeting.gone"
