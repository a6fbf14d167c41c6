"""Which day or week is shown, and where the cursor is when it comes."""

from __future__ import annotations

import datetime as dt

import pytest
from PySide6.QtCore import Qt

from tests.support.front import Front
from tests.ui.intake.appointments.test_page import Desk

Key = Qt.Key


@pytest.fixture
def desk(front: Front) -> Desk:
    return Desk(front)


def test_the_week_begins_on_its_monday_and_names_its_days(desk: Desk) -> None:
    desk.go("10:00")
    desk.key(Key.Key_W)
    first, last = desk.page.showing.days
    assert first.weekday() == 0
    assert last - first == dt.timedelta(6)
    assert desk.page.showing.monday == first
    assert desk.page.grid.columns()[0].doctor in desk.page.head._title.text()


def test_a_place_that_was_wanted_on_another_day_is_forgotten(desk: Desk) -> None:
    line = desk.booked("赵云", "10:00")
    desk.service.cancel(desk.front.actor, "r" * 32, line.id, line.version, "误约")
    gone = desk.service.one(desk.front.actor, line.id)
    assert gone is not None
    desk.page.showing.show_line(gone)
    desk.front.settle()
    desk.key(Key.Key_PageDown)
    desk.key(Key.Key_PageUp)
    desk.go("12:00")
    # It is open again, somebody else did that: the cursor stays where the person put it.
    desk.service.reopen(desk.front.actor, "s" * 32, gone.id, gone.version)
    desk.look_again()
    assert "12:00" in desk.said()
