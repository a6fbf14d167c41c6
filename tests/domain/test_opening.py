"""Opening hours read from the remark of a place."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.domain.opening import is_shut


@pytest.mark.parametrize(
    ("remark", "at", "shut"),
    [
        ("07:30–18:00", "07:29", True),
        ("07:30–18:00", "07:30", False),
        ("07:30–18:00", "17:59", False),
        ("07:30–18:00", "18:00", True),
        ("周一至周五 8:00-12:00，13:30～17:00", "12:30", True),
        ("周一至周五 8:00-12:00，13:30～17:00", "14:00", False),
        ("22:00–06:00", "23:30", False),
        ("22:00–06:00", "05:59", False),
        ("22:00–06:00", "12:00", True),
        ("00:00–24:00", "23:59", False),
        ("behind the lift", "03:00", False),
        ("", "03:00", False),
    ],
)
def test_it_is_shut_outside_the_hours_that_the_remark_names(remark: str, at: str, shut: bool) -> None:
    assert is_shut(remark, dt.time.fromisoformat(at)) is shut
