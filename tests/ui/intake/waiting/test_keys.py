"""What the keys of the waiting page do, and whom they are about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deskapp.domain.waiting import CareKind, Standing
from deskapp.ui.base_tab import Way
from deskapp.ui.messages import LastAction
from tests.ui.intake.waiting.line import NOW, SURGERY, place
from tests.ui.intake.waiting.opened import Opened, cells, labels, line_of, opened, press, said, settle

__all__ = ["opened"]


def test_f9_calls_who_is_next_and_goes_there(opened: Opened) -> None:
    page = opened(place(1), place(2))
    press(page, Qt.Key.Key_F9)
    assert line_of(page).did[0] == ("call_next", "department:1", "")
    chosen = page.chosen()
    assert chosen is not None
    assert (chosen.label, chosen.standing) == ("N001", Standing.CALLED)


def test_f9_calls_from_the_line_shown_else_from_that_of_the_place_chosen(opened: Opened) -> None:
    page = opened(place(1), place(3, queue="doctor:7", line=SURGERY, doctor="赵敏"))
    page.table.select(3)
    press(page, Qt.Key.Key_F9)
    assert line_of(page).did[0][1] == "doctor:7"


def test_enter_calls_the_one_chosen(opened: Opened) -> None:
    page = opened(place(1), place(2))
    page.table.select(2)
    page.table.setFocus()
    press(page, Qt.Key.Key_Return)
    assert line_of(page).did == [("call", 2, 1)]


def test_f8_f7_f5_call_again_put_back_and_begin(opened: Opened) -> None:
    page = opened(place(1, standing=Standing.CALLED, called_at=NOW, place=None))
    page.table.select(1)
    press(page, Qt.Key.Key_F8)
    assert line_of(page).did[-1][0] == "call_again"
    line_of(page).put(replace(line_of(page).find(1), standing=Standing.CALLED))
    page.look()
    press(page, Qt.Key.Key_F7)
    assert line_of(page).did[-1][0] == "requeue"
    press(page, Qt.Key.Key_F5)
    assert line_of(page).did[-1][0] == "start"
    assert page.key_actions["waiting.see"].text() == "Seen"
    press(page, Qt.Key.Key_F5)
    assert line_of(page).did[-1][0] == "finish"
    assert labels(page) == []
    assert said(page) == "", "what one has done oneself nobody has to be told"


def test_parking_asks_why_in_the_page_and_needs_an_answer(opened: Opened) -> None:
    page = opened(place(1))
    page.table.select(1)
    press(page, Qt.Key.Key_F6)
    assert page.ask.isVisible()
    press(page, Qt.Key.Key_Return)
    assert line_of(page).did == []
    QTest.keyClicks(page.focusWidget(), "X-ray")
    press(page, Qt.Key.Key_Return)
    assert line_of(page).did == [("park", 1, 1, "X-ray")]
    assert not page.ask.isVisible()
    assert page.table.hasFocus()
    assert cells(page)["standing"] == "parked: X-ray"


def test_f6_brings_back_who_was_parked(opened: Opened) -> None:
    page = opened(place(1, standing=Standing.PARKED, place=None))
    page.table.select(1)
    assert page.key_actions["waiting.park"].text() == "Resume"
    press(page, Qt.Key.Key_F6)
    assert line_of(page).did == [("unpark", 1, 1)]


def test_esc_takes_the_question_back_and_keeps_what_was_typed(opened: Opened) -> None:
    page = opened(place(1))
    page.table.select(1)
    press(page, Qt.Key.Key_F6)
    QTest.keyClicks(page.focusWidget(), "X-ray")
    press(page, Qt.Key.Key_Escape)
    assert not page.ask.isVisible()
    assert line_of(page).did == []
    press(page, Qt.Key.Key_F6)
    assert page.ask.needed.value("reason") == "X-ray"


def test_the_answer_is_about_whom_was_asked(opened: Opened) -> None:
    page = opened(place(1), place(2))
    page.table.select(1)
    press(page, Qt.Key.Key_F6)
    page.table.select(2)
    page.ask.needed.fill("reason", "X-ray")
    page.ask.answer()
    assert line_of(page).did == [("park", 1, 1, "X-ray")]


def test_moving_offers_departments_and_their_doctors(opened: Opened) -> None:
    page = opened(place(1))
    page.table.select(1)
    press(page, Qt.Key.Key_F4)
    page.ask.place.fill("department_id", 2)
    page.ask._on_place("department_id")
    offered = page.ask.place.widget("doctor_id")
    texts = [offered.itemText(at) for at in range(offered.count())]  # type: ignore[attr-defined]
    assert texts == ["whoever is free", "赵敏", "钱多 (off duty)"]
    page.ask.place.fill("doctor_id", 7)
    page.ask.answer()
    assert line_of(page).did == [("move", 1, 1, 2, 7, "")]


def test_letters_are_care_while_the_list_has_the_cursor(opened: Opened) -> None:
    page = opened(place(1))
    page.table.select(1)
    page.table.setFocus()
    for key in (Qt.Key.Key_W, Qt.Key.Key_R, Qt.Key.Key_Q, Qt.Key.Key_A, Qt.Key.Key_U):
        press(page, key)
    kinds = [done[2] for done in line_of(page).did]
    assert kinds == [
        CareKind.WATER,
        CareKind.READING,
        CareKind.QUESTION,
        CareKind.APOLOGY,
        CareKind.REASSESSED,
    ]
    assert len(page.panel.care.told()) == 5


def test_letters_do_nothing_while_a_question_is_answered(opened: Opened) -> None:
    page = opened(place(1))
    page.table.select(1)
    press(page, Qt.Key.Key_F4)
    press(page, Qt.Key.Key_W)
    press(page, Qt.Key.Key_A)
    assert line_of(page).did == []


def test_escort_and_the_way_to_the_desk(opened: Opened) -> None:
    page = opened(place(1, standing=Standing.CALLED, place=None))
    went: list[Way] = []
    page.desk.ways.wanted.connect(went.append)
    page.table.select(1)
    page.table.setFocus()
    press(page, Qt.Key.Key_E)
    assert line_of(page).ways == [1001]
    press(page, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert went == [Way("intake", "desk", "visit", 1001)]


def test_left_unseen_asks_for_a_remark_that_may_be_empty(opened: Opened) -> None:
    page = opened(place(1))
    page.table.select(1)
    press(page, Qt.Key.Key_F10)
    press(page, Qt.Key.Key_Return)
    assert line_of(page).did == [("left_unseen", 1, 1, "")]


def test_emergency_is_one_key(opened: Opened) -> None:
    page = opened(place(1))
    page.table.select(1)
    press(page, Qt.Key.Key_F12)
    assert line_of(page).did == [("to_emergency", 1, 1)]


def test_what_was_done_can_be_taken_back_from_the_bar_and_by_key(opened: Opened) -> None:
    page = opened(place(1))
    acted: list[LastAction] = []
    page.desk.messages.acted.connect(acted.append)
    page.table.select(1)
    page.does.call()
    assert page.desk.tr(acted[-1].text) == "N001 called"
    undo = acted[-1].undo
    assert undo is not None
    undo()
    settle()
    assert line_of(page).did[-1] == ("undo", 1, 2)
    press(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert line_of(page).did[-1] == ("undo", 1, 3)


def test_a_key_pressed_twice_in_a_hurry_orders_once(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    page = opened(place(1))
    page.table.select(1)
    page.acts._under_way.add(1)
    page.does.call()
    assert line_of(page).did == []


def test_f9_in_a_whole_department_wants_a_line_and_calls_from_that_of_the_place_chosen(
    opened: Opened,
) -> None:
    page = opened(place(1), place(2, queue="doctor:9", doctor="孙丽"))
    page.lines.select("all-of:1")
    assert labels(page) == ["N001", "N002"]
    assert not page.table.isColumnHidden(page.model.column_of("line"))
    press(page, Qt.Key.Key_F9)
    assert line_of(page).did == []
    assert said(page).startswith("Choose a line first")
    page.table.select(2)
    press(page, Qt.Key.Key_F9)
    assert line_of(page).did == [("call_next", "doctor:9", "")]
