"""The door's page: one key hands over, and the page is empty again at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deskapp.domain.door import Address, Coming, GreetingDraft
from deskapp.ui.intake.door.page import DoorPage
from deskapp.ui.widgets.pages import PagedTab
from tests.support.front import Front, Opener
from tests.ui.intake.door.guide import CONTROL, K, bar, door, page, press, sent, states

__all__ = ["door"]


# --- who may be here


def test_a_guide_sees_the_pages_that_are_theirs_and_no_other(door: Front) -> None:
    frame = door.window.frame_of_tabs
    assert frame.names() == ["intake"]
    tab = frame.tab("intake")
    assert isinstance(tab, PagedTab)
    assert tab.page_names() == ["door", "directory"]
    assert isinstance(tab.page_in_front(), DoorPage)
    assert door.keys.clashes() == []


# --- handing over


def test_three_keys_and_enter_hand_over_and_the_page_is_empty(door: Front) -> None:
    press(door, "15m")
    door.enter()
    (view,) = sent(door)
    assert view.draft == GreetingDraft(Address.MADAM, has_appointment=True, first_visit=False)
    assert view.guide == "门卫"
    assert page(door).form.is_empty()
    assert page(door).form.hasFocus()
    assert states(door) == ["on the way, 0 min"]
    assert "Handed over to the desk: madam" in door.last_action()


def test_the_page_is_empty_before_the_answer_is_here(door: Front) -> None:
    with door.runner.held():
        press(door, "1s")
        door.enter()
        assert page(door).form.is_empty()
        press(door, "2m")
        door.enter()
    assert [view.draft.address for view in sent(door)] == [Address.SIR, Address.MADAM]


def test_a_second_enter_sends_nobody(door: Front) -> None:
    press(door, "1")
    door.enter()
    door.enter()
    assert len(sent(door)) == 1
    assert "Answer a question first" in bar(door)


def test_control_enter_hands_over_from_the_name(door: Front) -> None:
    press(door, "s")
    door.key(K.Key_N)
    door.type("Zhang")
    door.key(K.Key_Return, CONTROL)
    (view,) = sent(door)
    assert (view.draft.name, view.draft.address) == ("Zhang", Address.SIR)


@pytest.mark.parametrize("enter", [K.Key_Return, K.Key_Enter])
def test_enter_hands_over_from_the_name_as_the_button_says(door: Front, enter: Qt.Key) -> None:
    press(door, "s")
    door.key(K.Key_N)
    door.type("Zhang")
    door.key(enter)
    (view,) = sent(door)
    assert (view.draft.name, view.draft.address) == ("Zhang", Address.SIR)
    assert page(door).form.hasFocus()


def test_by_touch_alone(door: Front) -> None:
    form = page(door).form
    QTest.mouseClick(form.appointment._buttons[1], Qt.MouseButton.LeftButton)
    QTest.mouseClick(form.address._buttons[0], Qt.MouseButton.LeftButton)
    QTest.mouseClick(page(door).hand_over_button, Qt.MouseButton.LeftButton)
    door.settle()
    (view,) = sent(door)
    assert view.draft == GreetingDraft(Address.SIR, has_appointment=False)


def test_taking_back_what_was_handed_over_says_that_nobody_comes(door: Front) -> None:
    press(door, "1")
    door.enter()
    door.undo()
    assert sent(door)[0].state is Coming.GONE
    door.undo()
    assert sent(door)[0].state is Coming.COMING


def test_escape_empties_the_page_and_can_be_undone(door: Front) -> None:
    press(door, "15m")
    door.key(K.Key_Escape)
    assert page(door).form.is_empty()
    door.undo()
    assert page(door).form.draft().address is Address.MADAM


def test_a_scan_answers_nothing(door: Front) -> None:
    press(door, "2")
    door.scan("1451263")
    assert page(door).form.draft() == GreetingDraft(has_appointment=False)
    assert "read at the desk" in bar(door)


def test_the_desk_is_not_told_of_the_doors_draft(door: Front, open_front: Opener) -> None:
    """An operator uses both pages: what the door keeps is no record that was begun."""
    front = open_front()
    front.services.drafts.save(front.actor.account_id, "door", {"form": {}, "unsent": {}})
    front.tab.arrival.offer_drafts()
    front.settle()
    assert "typed and not stored" not in front.bar()


def test_digits_answer_at_once_also_when_somebody_comes_back_to_the_page(door: Front) -> None:
    door.window.frame_of_tabs.go_to_page("intake", "directory")
    door.settle()
    door.window.frame_of_tabs.go_to_page("intake", "door")
    door.settle()
    assert door.window.focusWidget() is page(door).form
