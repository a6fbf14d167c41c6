"""Vital signs are scored while they are typed, stored once, and never make a case less urgent than judged."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from deskapp.ui.intake.vitals_box import VitalsBox
from deskapp.ui.widgets.action_button import ActionButton
from tests.support.front import Front

F5 = Qt.Key.Key_F5
SICK = {"respiration": "25", "spo2": "91", "systolic": "90", "pulse": "131", "temperature": "39.1"}


def box(front: Front) -> VitalsBox:
    return front.tab.visit_page.vitals


def words(front: Front) -> str:
    """Return all that the box says in words."""
    return "\n".join(label.text() for label in box(front).findChildren(QLabel) if label.isVisible())


def take(front: Front, signs: dict[str, str]) -> None:
    """Type signs into the open box."""
    for name, text in signs.items():
        box(front).form.focus(name)
        front.type(text)


def take_all(front: Front) -> None:
    """Fill in all that NEWS2 asks for."""
    take(front, SICK)
    box(front).form.fill("consciousness", "A")
    box(front).form.fill("on_oxygen", "no")


def test_f5_leads_to_the_signs_and_the_score_follows_the_typing(front: Front) -> None:
    front.arrive()
    front.key(F5)
    assert box(front).form.widget("respiration").hasFocus()
    take_all(front)
    assert "NEWS2 14" in words(front)


def test_stored_signs_have_their_score_and_raise_the_urgency(front: Front) -> None:
    front.arrive()
    front.key(F5)
    take_all(front)
    box(front).store()
    front.settle()
    taken = front.stored().vitals
    assert taken is not None
    assert taken.news2 == 14
    assert front.tab.visit_page.triage.urgency() == taken.level
    assert front.tab.visit_page.triage.isVisible()


def test_the_key_on_the_button_keeps_them_wherever_the_cursor_is_and_no_other_key_of_the_desk_is_the_same(
    front: Front,
) -> None:
    front.arrive()
    front.key(F5)
    take(front, {"pulse": "70"})
    (button,) = box(front).findChildren(ActionButton)
    assert (button.text(), button.accessibleDescription()) == ("Keep the vital signs", "Shift+F5")
    front.tab.search.take_focus()
    front.key(F5, Qt.KeyboardModifier.ShiftModifier)
    taken = front.stored().vitals
    assert taken is not None
    assert taken.values["pulse"] == "70"
    assert front.keys.clashes() == []


def test_signs_never_make_a_case_less_urgent_than_judged(front: Front) -> None:
    front.arrive()
    front.tab.visit_page.triage.more.fill("urgency", 1)
    front.key(F5)
    take(front, {"pulse": "70", "spo2": "98", "systolic": "120"})
    box(front).store()
    front.settle()
    assert front.tab.visit_page.triage.urgency() == 1


def test_an_impossible_value_is_refused_at_its_field_and_says_no_score(front: Front) -> None:
    front.arrive()
    front.key(F5)
    take_all(front)
    box(front).form.fill("pulse", "9999")
    assert "NEWS2 " not in words(front)
    box(front).store()
    assert box(front).form.widget("pulse").property("invalid")
    assert box(front).form.draft()["pulse"] == "9999"
    assert front.stored().vitals is None


@pytest.mark.parametrize("text", ["abc", "\u202e70", "👩‍⚕️", "7" * 300, "1e5", "-3"])
def test_what_is_no_number_is_refused_at_its_field(front: Front, text: str) -> None:
    front.arrive()
    front.key(F5)
    box(front).form.fill("pulse", text)
    box(front).store()
    front.settle()
    assert box(front).form.widget("pulse").property("invalid")
    assert front.stored().vitals is None


def test_pressing_twice_stores_once(front: Front) -> None:
    visit = front.arrive()
    front.key(F5)
    take(front, {"pulse": "70"})
    before = visit.version
    with front.runner.held():
        box(front).store()
        box(front).store()
    assert front.stored().version == before + 1


def test_an_answer_for_the_visit_before_changes_nothing_here(front: Front) -> None:
    first = front.arrive()
    front.key(F5)
    take(front, SICK)
    with front.runner.held():
        box(front).store()
        front.tab.show_visit(first.id)
        front.find("batb")
        front.enter()
    assert front.visit.id != first.id
    assert front.tab.visit_page.triage.urgency() is None
    assert front.stored(first.id).vitals is not None


def test_signs_typed_and_not_stored_come_back_with_their_visit(front: Front) -> None:
    first = front.arrive()
    front.key(F5)
    take(front, {"pulse": "131"})
    front.arrive("batb")
    assert box(front).form.value("pulse") is None
    front.arrive()
    assert front.visit.id == first.id
    assert box(front).form.value("pulse") == 131
    assert "is back" in front.bar()


def test_children_and_pregnancy_are_said_and_not_scored(front: Front) -> None:
    front.arrive()
    front.key(F5)
    take_all(front)
    box(front).form.fill("pregnant", True)
    assert "NEWS2 " not in words(front)
    assert "regnan" in words(front)
