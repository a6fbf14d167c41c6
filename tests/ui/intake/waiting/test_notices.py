"""What surfaces by itself above the waiting list, and what its buttons do."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QStyleOptionViewItem

from deskapp.domain.text import Text, Words
from deskapp.domain.waiting import CareKind
from deskapp.domain.waiting_rules import Attending, House, obstacle
from deskapp.ui import style
from tests.ui.intake.waiting.line import INTERNAL, NOW, SURGERY, Line, place
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


def test_a_line_whose_name_the_reason_says_is_not_named_twice_and_tomorrow_is_called_so(
    opened: Opened,
) -> None:
    back = dt.datetime.combine(dt.date(2026, 11, 21), dt.time(8))
    why = Text("Nobody is on duty in {department} until {back}.", {"department": INTERNAL, "back": back})
    page = opened(place(1, obstacle=why))
    told = "Nobody is on duty in Internal medicine until tomorrow 08:00."
    assert strips(page)["stuck"] == f"{told} 1 waiting."
    page.table.select(1)
    assert page.panel.obstacle.text() == told


def test_a_department_without_any_doctor_entered_says_so_and_is_not_red(opened: Opened) -> None:
    nobody = obstacle(House(Words("眼科", "Eyes", "Нүд")), None, (), NOW)
    new = {
        "queue": "department:5",
        "department_id": 5,
        "line": Words("眼科", "Eyes", "Нүд"),
        "obstacle": nobody,
    }
    page = opened(place(1, **new))
    assert strips(page)["stuck"] == "Eyes: no doctor is listed here yet. 1 waiting."
    assert page.notices.strips.by_name["stuck"].property("role") == "rule"
    page.table.select(1)
    assert page.panel.obstacle.text() == "no doctor is listed here yet"
    assert page.panel.obstacle.property("role") == "warning"
    option = QStyleOptionViewItem()
    page.table.itemDelegate().initStyleOption(option, page.model.index(0, page.model.column_of("sign")))  # type: ignore[attr-defined]
    assert option.palette.color(QPalette.ColorRole.Text).name() == style.tokens().colours.warning.lower()
    item = page.lines_model.records[1]
    assert (item.unattended, item.unlisted) == (False, True)
    assert "no doctor is listed here yet" in page.lines_model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_what_happened_in_one_line_comes_before_what_nobody_entered_in_another(opened: Opened) -> None:
    nobody = obstacle(House(SURGERY), None, (), NOW)
    away = obstacle(House(INTERNAL), None, [Attending("孙丽")], NOW)
    new = place(1, queue="department:5", department_id=5, line=SURGERY, obstacle=nobody)
    page = opened(new, place(2, obstacle=away))
    assert strips(page)["stuck"].startswith(
        "Nobody is on duty in Internal medicine. 1 waiting. And 1 line more"
    )
    assert page.notices.strips.by_name["stuck"].property("role") == "surroundings"
    page.notices.strips.by_name["stuck"].press(0)
    chosen = page.chosen()
    assert chosen is not None
    assert chosen.id == 2


def test_a_department_whose_doctors_are_away_for_good_has_been_entered(opened: Opened) -> None:
    nobody = obstacle(House(SURGERY), None, (), NOW)
    page = opened(place(1, queue="department:6", department_id=6, line=SURGERY, obstacle=nobody))
    assert strips(page)["stuck"] == "Nobody is on duty in Surgery. 1 waiting."
