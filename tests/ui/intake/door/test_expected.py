"""Choosing somebody expected by a piece of the name or by touch fills in the questions, and the list shows who it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deskapp.domain.door import GreetingDraft
from deskapp.services.base import new_request
from tests.support.front import Front
from tests.support.hospital import signed_in
from tests.ui.intake.door.guide import CONTROL, K, bar, book, door, page, press, sent

__all__ = ["door"]


def test_choosing_somebody_expected_fills_in_and_ticks(door: Front) -> None:
    appointment = book(door)
    door.key(K.Key_F, CONTROL)
    door.type("wjg")
    door.enter()
    assert page(door).form.draft().appointment_id == appointment
    assert "王建国" in page(door).form.expected.text()
    door.enter()
    (view,) = sent(door)
    assert (view.visitor, view.draft.has_appointment) == ("王建国", True)
    assert [row.arrived for row in page(door).expected.model.records] == [True]


def test_a_touch_chooses_somebody_expected(door: Front) -> None:
    book(door)
    table = page(door).expected.table
    middle = table.visualRect(table.model().index(0, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    door.enter()
    assert sent(door)[0].visitor == "王建国"


def test_nobody_found_chooses_nobody(door: Front) -> None:
    book(door)
    door.key(K.Key_F, CONTROL)
    door.type("zzz")
    door.enter()
    assert page(door).form.is_empty()
    door.key(K.Key_Escape)
    assert page(door).expected.search.query() == ""


def test_whom_the_other_guide_sent_already_is_told_and_stays_on_the_page(door: Front) -> None:
    appointment = book(door)
    door.key(K.Key_F, CONTROL)
    door.type("wjg")
    door.enter()
    other = GreetingDraft(appointment_id=appointment)
    door.services.door.greet(signed_in(door.services, "bat"), new_request(), other)
    door.enter()
    assert "already" in bar(door)
    assert page(door).form.draft().appointment_id == appointment
    assert len(sent(door)) == 1


def test_the_list_marks_who_is_at_the_door_and_nobody_once_handed_over(door: Front) -> None:
    book(door, hour=11)
    appointment = book(door, typed="13912345678")
    door.key(K.Key_F, CONTROL)
    pane = page(door).expected
    door.type(pane.model.records[-1].name[0])
    door.key(K.Key_Down)
    chosen = pane.table.current_record()
    door.enter()
    assert len(pane.model.records) == 2, "the search is empty again"
    assert chosen is not None
    marked = pane.table.current_record()
    assert marked is not None
    assert marked.id == chosen.id == page(door).form.draft().appointment_id
    assert appointment == chosen.id
    door.enter()
    assert pane.table.current_record() is None


def test_who_has_no_appointment_after_all_is_not_marked(door: Front) -> None:
    book(door)
    door.key(K.Key_F, CONTROL)
    door.type("wjg")
    door.enter()
    press(door, "2")
    assert page(door).expected.table.current_record() is None


def test_a_full_name_of_somebody_expected_is_offered_and_never_taken_silently(door: Front) -> None:
    appointment = book(door)
    press(door, "5s")
    door.key(K.Key_N)
    door.type("王建")
    assert not page(door).proposal.isVisible()
    door.type("国")
    assert page(door).proposal.isVisible()
    assert "王建国" in page(door).proposal.words.text()
    assert page(door).form.draft().appointment_id is None
    door.key(K.Key_F11)
    assert page(door).form.draft().appointment_id == appointment
    assert not page(door).proposal.isVisible()
    assert page(door).expected.table.current_record().id == appointment
    door.enter()
    (view,) = sent(door)
    assert (view.draft.appointment_id, view.draft.has_appointment) == (appointment, True)


def test_an_offer_that_nobody_takes_up_hands_over_without_it(door: Front) -> None:
    book(door)
    door.key(K.Key_N)
    door.type("王 建国")
    assert page(door).proposal.isVisible()
    door.enter()
    (view,) = sent(door)
    assert view.draft.appointment_id is None
    assert not page(door).proposal.isVisible()
    door.key(K.Key_F11)
    assert page(door).form.is_empty()


def test_whoever_has_arrived_is_not_offered_again(door: Front) -> None:
    book(door)
    door.key(K.Key_F, CONTROL)
    door.type("wjg")
    door.enter()
    door.enter()
    door.key(K.Key_N)
    door.type("王建国")
    assert not page(door).proposal.isVisible()
