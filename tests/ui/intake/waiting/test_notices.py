"""What surfaces by itself above the waiting list, and what its buttons do."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Qt

from deskapp.domain.text import Text
from deskapp.domain.waiting import CareKind
from tests.ui.intake.waiting.line import NOW, Line, place
from tests.ui.intake.waiting.opened import Opened, line_of, opened, press, said, settle, strips

__all__ = ["opened"]


def test_a_long_wait_surfaces_with_the_apology_and_one_key_records_it(opened: Opened) -> None:
    page = opened(place(1, waited=16, apology_due=True), place(2, waited=31, apology_due=True), place(3))
    assert strips(page)["apology"].startswith("N002 王*国 has waited 31 min. Say:")
    assert strips(page)["apology"].endswith("And 1 more.")
    press(page, Qt.Key.Key_F11)
    assert line_of(page).did == [("give_care", 1002, CareKind.APOLOGY)]
    assert strips(page)["apology"].startswith("N001")
    press(page, Qt.Key.Key_F11)
    assert "apology" not in strips(page)
    assert not page.key_actions["waiting.apologise"].isEnabled()


def test_a_reassessment_surfaces_and_is_recorded(opened: Opened) -> None:
    page = opened(place(1, urgency=3, reassess_due=True, waited=31))
    assert "N001" in strips(page)["reassess"]
    page.notices.strips.by_name["reassess"].press(1)
    assert line_of(page).did == [("give_care", 1001, CareKind.REASSESSED)]


def test_who_waits_for_a_doctor_that_went_off_duty_can_be_moved_together(opened: Opened) -> None:
    stuck = {"queue": "doctor:9", "doctor": "孙丽", "obstacle": Text("The doctor is off duty.")}
    page = opened(place(1, **stuck), place(2, **stuck), place(3))
    assert strips(page)["stuck"] == "孙丽: The doctor is off duty. 2 waiting."
    page.notices.strips.by_name["stuck"].press(1)
    page.ask.place.fill("department_id", 2)
    page.ask.answer()
    assert line_of(page).did == [("move", 1, 1, 2, None, ""), ("move", 2, 1, 2, None, "")]


def test_what_could_not_be_moved_is_told(opened: Opened) -> None:
    stuck = {"queue": "doctor:9", "doctor": "孙丽", "obstacle": Text("The doctor is off duty.")}
    page = opened(place(1, **stuck), place(2, **stuck))
    line_of(page).taken = "周敏"
    page.notices.strips.by_name["stuck"].press(1)
    page.ask.place.fill("department_id", 2)
    page.ask.answer()
    assert said(page) == "2 could not be done. Called by 周敏 at 10:30."


def test_numbers_of_yesterday_are_carried_over_or_ended(opened: Opened) -> None:
    line = Line(place(1))
    line.left_over = (place(8, from_yesterday=True, day=dt.date(2026, 11, 19)),)
    page = opened(line=line)
    assert strips(page)["left-over"] == "1 number of an earlier day is still open."
    page.notices.strips.by_name["left-over"].press(0)
    assert line.did == [("carry_over", 8, 1)]
    page.lines.select("left-over")
    page.table.select(8)
    assert page.key_actions["waiting.requeue"].text() == "Carry over"
    page.notices.strips.by_name["left-over"].press(1)
    settle()
    assert line.did[-1] == ("left_unseen", 8, 1)
    assert page.line == "", "with the last of them its line is gone"


def test_a_clock_that_is_behind_is_told(opened: Opened) -> None:
    line = Line(place(1))
    line.clock_behind = NOW
    page = opened(line=line)
    assert strips(page)["clock"].startswith("This computer's clock is behind")
