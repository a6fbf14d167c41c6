"""What became of an order: who was faster is told, what was done is offered to take back, and people stay chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from deskapp.domain.waiting import Standing
from deskapp.ui.messages import LastAction
from tests.ui.intake.waiting.line import place
from tests.ui.intake.waiting.opened import Opened, labels, line_of, opened, press, said, settle, strips

__all__ = ["opened"]

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_who_was_faster_is_told_and_the_line_is_read_again(opened: Opened) -> None:
    page = opened(place(1))
    page.table.select(1)
    line_of(page).taken = "周敏"
    asked = line_of(page).asked
    page.does.call()
    assert said(page) == "N001: Called by 周敏 at 10:30."
    assert line_of(page).asked == asked + 1


def test_who_changed_a_place_first_is_told(opened: Opened) -> None:
    page = opened(place(1, standing=Standing.CALLED, place=None))
    page.table.select(1)
    line_of(page).put(replace(line_of(page).find(1), version=2))
    page.does.requeue()
    assert said(page).startswith("N001 was changed meanwhile: parked, 周敏")


def test_who_comes_back_by_an_undo_is_chosen_again(opened: Opened) -> None:
    page = opened(place(1), place(2, standing=Standing.WITH_DOCTOR, place=None))
    page.table.select(2)
    page.does.start_or_finish()
    settle()
    assert labels(page) == ["N001"]
    assert page.chosen() is None
    line_of(page).rows = (place(1), place(2, version=2, standing=Standing.WITH_DOCTOR, place=None))
    press(page, Qt.Key.Key_Z, CONTROL)
    assert line_of(page).did[-1][:2] == ("undo", 2)
    chosen = page.chosen()
    assert chosen is not None
    assert chosen.id == 2


def test_the_key_takes_back_what_was_done_here_not_what_happened_to_whoever_is_chosen(opened: Opened) -> None:
    page = opened(place(1), place(2), place(3))
    page.table.select(1)
    page.does.call()
    settle()
    page.table.select(3)
    press(page, Qt.Key.Key_Z, CONTROL)
    assert line_of(page).did[-1] == ("undo", 1, 2)
    press(page, Qt.Key.Key_Z, CONTROL)
    assert line_of(page).did[-1] == ("undo", 3, 1), "nothing was done here any more: the one chosen"


def test_of_several_done_here_the_one_chosen_is_taken_back(opened: Opened) -> None:
    page = opened(place(1), place(2))
    for one in (1, 2):
        page.table.select(one)
        page.does.call()
        settle()
    page.table.select(1)
    press(page, Qt.Key.Key_Z, CONTROL)
    assert line_of(page).did[-1] == ("undo", 1, 2)


def test_going_along_can_be_taken_back_from_the_bar(opened: Opened) -> None:
    page = opened(place(1))
    acted: list[LastAction] = []
    page.desk.messages.acted.connect(acted.append)
    page.table.select(1)
    page.does.escort()
    undo = acted[-1].undo
    assert undo is not None
    undo()
    settle()
    assert line_of(page).ways == []
    assert page.desk.tr(acted[-1].text) == "Taken back: N001"


@pytest.mark.parametrize("key", [Qt.Key.Key_A, Qt.Key.Key_W, Qt.Key.Key_R, Qt.Key.Key_Q, Qt.Key.Key_U])
def test_care_noted_by_a_wrong_key_is_taken_back_from_the_bar(opened: Opened, key: Qt.Key) -> None:
    page = opened(place(1, apology_due=True), place(2))
    acted: list[LastAction] = []
    page.desk.messages.acted.connect(acted.append)
    page.table.select(1)
    page.table.setFocus()
    press(page, key)
    undo = acted[-1].undo
    assert undo is not None
    page.table.select(2)
    undo()
    settle()
    assert line_of(page).did[-1] == ("take_back_care", 1)
    assert page.desk.tr(acted[-1].text) == "Taken back: N001"
    page.table.select(1)
    assert page.panel.care.told() == []
    assert "apology" in strips(page)


def test_the_key_takes_back_care_as_it_takes_back_a_call(opened: Opened) -> None:
    page = opened(place(1), place(2))
    page.table.select(1)
    page.does.call()
    settle()
    page.does.water()
    settle()
    page.table.select(2)
    press(page, Qt.Key.Key_Z, CONTROL)
    assert line_of(page).did[-1] == ("take_back_care", 1)
    page.table.select(1)
    press(page, Qt.Key.Key_Z, CONTROL)
    assert line_of(page).did[-1] == ("undo", 1, 2), "the call before it"
