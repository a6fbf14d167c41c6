"""The rules of the way to the doctor: what was done last, how long away, and who is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from deskapp.domain.escorts import (
    LONG_AWAY,
    EscortAct,
    EscortView,
    is_long,
    last_act,
    minutes_away,
    of_account,
    of_visit,
    refuse_accompanied,
    refuse_away,
    refuse_done,
    refuse_other_act,
)

NOW = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)
VIEW = EscortView(1, 1, 5, "V", "王建国", "B001", "李娜", 3, NOW, None, "", None, None, "李静", "B301", 4)


def test_what_was_done_last_follows_from_the_times() -> None:
    assert last_act(None, None) is EscortAct.LEFT
    assert last_act(NOW, None) is EscortAct.HANDED
    assert last_act(NOW, NOW) is EscortAct.RETURNED
    assert last_act(None, NOW) is EscortAct.RETURNED


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (59, 0), (60, 1), (905, 15), (-300, 0)])
def test_minutes_away_are_whole_and_never_negative(seconds: int, minutes: int) -> None:
    assert minutes_away(NOW, NOW + dt.timedelta(seconds=seconds)) == minutes


def test_over_a_quarter_of_an_hour_is_long() -> None:
    assert not is_long(replace(VIEW, away=LONG_AWAY))
    assert is_long(replace(VIEW, away=LONG_AWAY + 1))
    assert not is_long(replace(VIEW, away=60, returned_at=NOW))


def test_an_open_way_is_found_by_visit_and_by_operator() -> None:
    over = replace(VIEW, id=2, returned_at=NOW)
    assert of_visit([over, VIEW], 5) == VIEW
    assert of_account([over, VIEW], 3) == VIEW
    assert of_visit([over], 5) is None
    assert of_account([VIEW], 4) is None


def test_refusals_have_codes_and_name_who_it_is_about() -> None:
    assert refuse_away("王建国").text.params["visitor"] == "王建国"
    assert str(refuse_away("").text.params["visitor"]) == "a visitor"
    assert refuse_accompanied("李娜").text.params == {"who": "李娜"}
    assert {refuse_done().code, refuse_other_act().code} == {"escort.done", "escort.changed"}


@pytest.mark.parametrize(("minutes", "long"), [(15, False), (16, True)])
def test_an_absence_is_long_after_the_fifteen_minutes_of_a_step_away(minutes: int, long: bool) -> None:
    assert is_long(replace(VIEW, away=minutes)) is long
