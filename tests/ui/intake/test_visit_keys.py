"""Keys are called by what they do now, and the one that comes next stands out."""

from __future__ import annotations

from PySide6.QtCore import Qt

from deskapp.ui.intake.visit_keys import is_numbered
from tests.support.front import Front


def _word(front: Front, name: str) -> str:
    return front.tab.key_actions[name].text()


def test_before_the_number_f9_leads_and_its_button_is_offered(front: Front) -> None:
    front.arrive()

    assert not is_numbered(front.visit)
    assert _word(front, "visit.next") == "Next step"
    assert "F9 Number, print" in front.window.frame_of_tabs._foot._keys.told()


def test_after_the_number_the_next_step_has_its_own_word(front: Front) -> None:
    front.arrive()
    front.say("肚子疼")
    front.key(Qt.Key.Key_F9)
    front.settle()

    assert is_numbered(front.stored())
    assert _word(front, "visit.next") == "Pay"


def test_an_ended_visit_offers_to_take_the_end_back(front: Front) -> None:
    front.arrive()
    assert _word(front, "visit.end") == "End early"

    front.key(Qt.Key.Key_F12)
    front.settle()

    assert _word(front, "visit.end") == "Take the end back"
