"""Dates, times and sums as people type them fast, in any width, in the order of their language."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.ui.widgets import reading

TODAY = dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "language", "day"),
    [
        ("19580304", "zh", (1958, 3, 4)),
        ("１９５８０３０４", "zh", (1958, 3, 4)),
        ("1958-3-4", "zh", (1958, 3, 4)),
        ("1958.3.4", "mn", (1958, 3, 4)),
        ("1958/03/04", "zh", (1958, 3, 4)),
        ("1958年3月4日", "zh", (1958, 3, 4)),
        (" 1958 3 4 ", "zh", (1958, 3, 4)),
        ("580304", "zh", (2058, 3, 4)),
        ("3/4", "zh", (2026, 3, 4)),
        ("3月4日", "zh", (2026, 3, 4)),
        ("0304", "zh", (2026, 3, 4)),
        ("3.4", "mn", (2026, 3, 4)),
        ("3/4", "en", (2026, 4, 3)),
        ("4/3/1958", "en", (1958, 3, 4)),
        ("04031958", "en", (1958, 3, 4)),
        ("4 Mar 1958", "en", (1958, 3, 4)),
        ("4 march 1958", "en", (1958, 3, 4)),
        ("1958-03-04", "en", (1958, 3, 4)),
        ("19580304", "en", (1958, 3, 4)),
        ("3/4/1958", "zh", (1958, 3, 4)),
        ("20240229", "zh", (2024, 2, 29)),
    ],
)
def test_dates(typed: str, language: str, day: tuple[int, int, int]) -> None:
    assert reading.date(typed, language, TODAY) == dt.date(*day)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("580304", (1958, 3, 4)),
        ("260304", (2026, 3, 4)),
        ("270304", (1927, 3, 4)),
        ("12/24", (2025, 12, 24)),
        ("11/22", (2026, 11, 22)),
    ],
)
def test_a_date_of_birth_lies_in_the_past(typed: str, day: tuple[int, int, int]) -> None:
    assert reading.date(typed, "zh", TODAY, past=True) == dt.date(*day)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "1958",
        "5",
        "1958-13-01",
        "19580230",
        "1958-2-30",
        "1-2-3-4",
        "1958-3-4x",
        "五月",
        "-",
        "99999999",
    ],
)
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        reading.date(typed, "zh", TODAY)


@given(st.dates(dt.date(1850, 1, 1), dt.date(2199, 12, 31)), st.sampled_from(["zh", "en", "mn"]))
def test_every_date_that_the_window_shows_can_be_typed_again(day: dt.date, language: str) -> None:
    from deskapp.i18n import translator

    assert reading.date(translator(language).date(day), language, TODAY) == day
    assert reading.date(f"{day:%Y%m%d}", "zh", TODAY, past=True) == day


@given(st.text(max_size=20), st.sampled_from(["zh", "en"]), st.booleans())
def test_anything_typed_is_a_date_or_a_value_error(typed: str, language: str, past: bool) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(reading.date(typed, language, TODAY, past=past), dt.date)


@pytest.mark.parametrize(
    ("typed", "hour", "minute"),
    [
        ("1430", 14, 30),
        ("930", 9, 30),
        ("9", 9, 0),
        ("14:30", 14, 30),
        ("14：30", 14, 30),
        ("14.05", 14, 5),
        ("14点", 14, 0),
        ("14点30分", 14, 30),
        ("0", 0, 0),
    ],
)
def test_times(typed: str, hour: int, minute: int) -> None:
    assert reading.time(typed) == dt.time(hour, minute)


@pytest.mark.parametrize("typed", ["", "2460", "25", "14:60", "abc", "14:3o", "12345"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        reading.time(typed)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("12.50", 1250),
        ("¥1,200.00", 120000),
        ("￥１２", 1200),
        ("12元", 1200),
        (".5", 50),
        ("0", 0),
        ("-3.20", -320),
    ],
)
def test_money_is_read_as_fen(typed: str, fen: int) -> None:
    assert reading.money(typed) == fen


@pytest.mark.parametrize("typed", ["", "12.345", "1e3", "abc", "1.2.3", "--1", "NaN", "."])
def test_what_is_no_sum_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        reading.money(typed)


@given(st.integers(-(10**12), 10**12))
def test_every_sum_that_the_window_shows_can_be_typed_again(fen: int) -> None:
    from deskapp.i18n import translator

    shown = translator("zh").money(fen)
    assert reading.money(shown) == fen


def test_numbers() -> None:
    assert reading.whole("１２０") == 120
    assert reading.decimal("36,8") == pytest.approx(36.8)
    for wrong in ("", "1.5", "x", "1" * 30):
        with pytest.raises(ValueError, match=r".*"):
            reading.whole(wrong)
    with pytest.raises(ValueError, match=r".*"):
        reading.decimal("36.8.1")
