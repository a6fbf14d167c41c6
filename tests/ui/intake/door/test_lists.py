"""Who is expected is found by a piece of the name or the time; who was sent is told with a word and an icon."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from deskapp.domain.door import Address, Coming, ExpectedRow, GreetingDraft, GreetingView
from deskapp.domain.text import Words
from deskapp.i18n import translator
from deskapp.ui.intake.door.lists import (
    EXPECTED_COLUMNS,
    SENT_COLUMNS,
    called_exactly,
    is_late,
    matching,
    sent_row,
)

EN = translator("en")
NINE = dt.datetime(2026, 11, 16, 9, 30, tzinfo=dt.UTC)
EYES = Words("眼科", "Eyes", "Нүд")
WANG = ExpectedRow(1, NINE, 7, "王建国", EYES, "", "E101", arrived=False)
BAT = ExpectedRow(2, NINE + dt.timedelta(minutes=75), 8, "Батбаяр", EYES, "李静", "E102", arrived=False)
HERE = replace(WANG, id=3, name="单雄信", arrived=True)
VIEW = GreetingView(
    4, 2, NINE, "何", GreetingDraft(Address.SIR, "张"), None, "", Coming.COMING, "", None, None
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", [1, 2, 3]),
        ("王", [1]),
        ("wjg", [1]),
        ("jianguo", [1]),
        ("bat", [2]),
        ("shan", [3]),
        ("1045", [2]),
        ("10:4", [2]),
        ("930", [1, 3]),
        ("09：30", [1, 3]),
        ("nobody", []),
    ],
)
def test_a_piece_of_name_or_time_finds(typed: str, found: list[int]) -> None:
    # Each test has a time zone of its own.
    wall = dt.datetime(2026, 11, 16, 9, 30).astimezone()
    later = wall + dt.timedelta(minutes=75)
    rows = [replace(HERE, starts_at=wall), replace(WANG, starts_at=wall), replace(BAT, starts_at=later)]
    assert [row.id for row in matching(rows, typed)] == found


def test_who_has_arrived_is_ticked_and_told_on_hover() -> None:
    time, _name, where = EXPECTED_COLUMNS
    assert time.icon is not None
    assert where.hint is not None
    assert (time.icon(HERE), time.icon(WANG)) == ("check", "")
    assert "has arrived" in where.hint(HERE, EN)
    assert where.text(WANG, EN) == "Eyes · E101"
    assert where.text(BAT, EN) == "李静 · E102"


@pytest.mark.parametrize(
    ("state", "minutes", "words", "icon", "tone"),
    [
        (Coming.COMING, 3, "on the way, 3 min", "footprints", "accent"),
        (Coming.COMING, 11, "on the way, 11 min", "clock-alert", "warning"),
        (Coming.TAKEN, 30, "at the desk: 李娜", "check", "good"),
        (Coming.GONE, 30, "went again", "log-out", "secondary"),
    ],
)
def test_the_state_has_words_icon_and_tone(
    state: Coming, minutes: int, words: str, icon: str, tone: str
) -> None:
    row = sent_row(replace(VIEW, state=state, taken_by="李娜"), NINE + dt.timedelta(minutes=minutes))
    column = SENT_COLUMNS[-1]
    assert column.icon is not None
    assert column.tone is not None
    assert (column.text(row, EN), column.icon(row), column.tone(row)) == (words, icon, tone)
    assert is_late(row) is (tone == "warning")


def test_who_could_not_be_sent_is_marked() -> None:
    row = replace(sent_row(VIEW, NINE), id=-1, state=None)
    column = SENT_COLUMNS[-1]
    assert column.tone is not None
    assert (column.text(row, EN), column.tone(row)) == ("not sent", "danger")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("王建国", True),
        (" 王 建国 ", True),
        ("王建", False),
        ("王建国华", False),
        ("", False),
        ("wjg", False),
    ],
)
def test_only_the_whole_name_of_somebody_still_to_come_is_the_same(typed: str, found: bool) -> None:
    here = replace(WANG, id=9, arrived=True)
    to_come = WANG
    assert called_exactly([here, to_come], typed) is (to_come if found else None)
    assert called_exactly([here], typed) is None
