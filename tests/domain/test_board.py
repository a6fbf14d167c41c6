"""What strangers may read and hear of those who wait; quiet hours; numbers said figure by figure."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.board import (
    LANGUAGES,
    BoardCall,
    BoardLine,
    BoardView,
    Quiet,
    board_label,
    board_languages,
    check_volume,
    chosen,
    clips,
    mark,
    new_calls,
    quiet_hours,
    spoken,
    spoken_address,
)
from deskapp.domain.registration import Sex
from deskapp.domain.text import Words
from deskapp.errors import InputError
from deskapp.names_table import load

NOW = dt.datetime(2026, 11, 20, 6, 32, tzinfo=dt.UTC)
SURGERY = Words("普通外科", "General surgery", "Мэс засал")
times = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


def call(label: str = "A012", room: str = "302", **values: object) -> BoardCall:
    made = {"id": 1, "label": label, "name_masked": "张*", "line": SURGERY, "doctor": "", "room": room}
    return BoardCall(**made | {"called_at": NOW, "calls": 1} | values)  # type: ignore[arg-type]


def test_a_number_of_today_stands_alone_one_of_another_day_with_its_day() -> None:
    today = dt.date(2026, 11, 20)
    assert board_label("A001", today, today) == "A001"
    assert board_label("A001", dt.date(2026, 11, 19), today) == "A001·19"


@pytest.mark.parametrize(
    ("name", "sex", "said"),
    [
        ("张三丰", Sex.MALE, "张先生"),
        ("李 静", Sex.FEMALE, "李女士"),
        ("欧阳修", Sex.MALE, "欧阳先生"),
        ("欧阳", Sex.MALE, "欧先生"),
        ("张三", Sex.UNKNOWN, ""),
        ("张三", Sex.UNSTATED, ""),
        ("Батбаяр", Sex.MALE, ""),
        ("John Smith", Sex.MALE, ""),
        ("", Sex.MALE, ""),
    ],
)
def test_nobody_is_called_by_more_than_the_surname(name: str, sex: Sex, said: str) -> None:
    assert spoken_address(name, sex, load()) == said


def test_chinese_figures_are_said_one_by_one() -> None:
    assert spoken(call(address="张先生"), "zh") == "请A零一二号张先生到三零二诊室"
    assert spoken(call(), "zh") == "请A零一二号到三零二诊室"


def test_english_figures_are_said_one_by_one_and_no_name() -> None:
    assert spoken(call(address="张先生"), "en") == "Number A 0 1 2, please go to room 3 0 2."


def test_a_room_in_words_is_said_as_written_and_none_by_its_department() -> None:
    assert spoken(call(room="二楼检查室"), "zh") == "请A零一二号到二楼检查室"
    assert spoken(call(room=""), "zh") == "请A零一二号到普通外科"
    assert spoken(call(room=""), "en") == "Number A 0 1 2, please go to General surgery."


def test_a_number_of_another_day_is_said_with_its_day() -> None:
    assert "A零零一一九号" in spoken(call("A001·19"), "zh")


def test_clips_stand_in_the_order_in_which_they_are_heard() -> None:
    assert clips(call("A01", "B3")) == ("number", "A", "0", "1", "room", "B", "3")
    assert clips(call("A1", "")) == ("number", "A", "1")


def test_what_was_heard_once_is_new_again_only_when_called_again() -> None:
    first = call()
    view = BoardView(NOW, (first,))
    assert new_calls(set(), view) == [first]
    assert new_calls({mark(first)}, view) == []
    again = call(calls=2)
    assert new_calls({mark(first)}, BoardView(NOW, (again,))) == [again]


def test_a_call_after_one_that_was_taken_back_is_heard_and_taking_back_is_not() -> None:
    first, second = call(), call(calls=2, called_at=NOW + dt.timedelta(minutes=1))
    anew = call(calls=2, called_at=NOW + dt.timedelta(minutes=2))
    assert new_calls({mark(first), mark(second)}, BoardView(NOW, (first,))) == []
    assert new_calls({mark(first), mark(second)}, BoardView(NOW, (anew,))) == [anew]


def test_new_calls_are_heard_in_the_order_in_which_they_were_made() -> None:
    late, early = call(id=2, called_at=NOW), call(id=3, called_at=NOW - dt.timedelta(minutes=1))
    assert new_calls(set(), BoardView(NOW, (late, early))) == [early, late]


def test_all_who_wait_are_counted_over_the_lines() -> None:
    lines = tuple(BoardLine(f"department:{at}", SURGERY, "", "", at, ()) for at in (2, 3))
    assert BoardView(NOW, lines=lines).waiting == 5


def test_lists_are_read_from_commas() -> None:
    assert chosen(" eyes, ,surgery,eyes") == ("eyes", "surgery")
    assert chosen("surgery,gone,eyes", ("eyes", "surgery")) == ("eyes", "surgery")


@pytest.mark.parametrize(
    ("text", "languages"),
    [("en,zh", ("en", "zh")), ("mn", ("mn",)), ("", LANGUAGES), ("fr", LANGUAGES), ("zh,fr", ("zh",))],
)
def test_languages_take_turns_as_chosen(text: str, languages: tuple[str, ...]) -> None:
    assert board_languages(text) == languages


@pytest.mark.parametrize(
    ("now", "quiet"),
    [("20:59", False), ("21:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)],
)
def test_quiet_hours_go_over_midnight(now: str, quiet: bool) -> None:
    hours = quiet_hours("21:00-07:00")
    assert hours is not None
    assert hours.holds(dt.time.fromisoformat(now)) is quiet


@given(times, times, times)
def test_it_is_quiet_in_one_of_two_complementary_spans(since: dt.time, until: dt.time, now: dt.time) -> None:
    if since != until:
        assert Quiet(since, until).holds(now) is not Quiet(until, since).holds(now)


@given(times, times)
def test_quiet_hours_are_read_as_they_are_written(since: dt.time, until: dt.time) -> None:
    assert quiet_hours(str(Quiet(since, until))) == Quiet(since, until)


@pytest.mark.parametrize("text", ["21:00", "21-", "25:00-07:00", "night", "-"])
def test_unreadable_quiet_hours_are_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        quiet_hours(text)
    assert caught.value.field == "voice.quiet"


def test_no_quiet_hours_are_none() -> None:
    assert quiet_hours("  ") is None


@pytest.mark.parametrize("volume", [-1, 101, None, "70"])
def test_a_volume_is_a_percentage(volume: object) -> None:
    assert check_volume(0) == 0
    assert check_volume(100) == 100
    with pytest.raises(InputError):
        check_volume(volume)
