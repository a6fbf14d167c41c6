"""Which keys of the desk can do something, by what is in front."""

from __future__ import annotations

from PySide6.QtCore import Qt

from deskapp.domain.registration import Payment
from deskapp.services.base import new_request
from deskapp.ui.intake.desk_keys import UNDER_WAY
from deskapp.ui.widgets.key_bar import KeyBar
from tests.support.front import Front

F2, F8, F9, F12 = Qt.Key.Key_F2, Qt.Key.Key_F8, Qt.Key.Key_F9, Qt.Key.Key_F12
ALWAYS = {"visitor.new", "visitor.find", "visit.emergency", "visit.preview", "number.paper", "page.back"}
OF_A_RECORD = {"visitor.store", "visitor.discard"}
OF_A_VISIT = {"visitor.edit", "visit.again", "visit.end", "visit.print", "beside.phrases", "beside.ask"}
OF_A_NUMBER = {"number.reprint", "number.void"}


def on(front: Front) -> set[str]:
    """Return the names of the desk's keys that can do something now."""
    # Who comes from the door has keys of their own.
    actions = front.tab.key_actions.items()
    return {name for name, key in actions if key.isEnabled() and not name.startswith("greeting.")}


def numbered(front: Front) -> None:
    """Give somebody a number and let them pay: the way to the doctor comes next."""
    front.arrive("shan")
    front.say("腿疼")
    front.key(F9)
    front.services.visits.pay(front.actor, new_request(), front.visit.id, Payment.PAID)
    front.tab.load_visit(front.visit.id)
    front.settle()


def test_with_nothing_in_front_only_what_needs_nobody(front: Front) -> None:
    assert on(front) == ALWAYS


def test_a_new_visitor_is_stored_or_discarded(front: Front) -> None:
    front.key(F2)
    assert on(front) == ALWAYS | OF_A_RECORD


def test_a_visit_under_way_has_all_of_its_keys(front: Front) -> None:
    front.arrive()
    assert on(front) == ALWAYS | OF_A_VISIT | set(UNDER_WAY)


def test_emergency_is_told_before_what_a_short_bar_leaves_out(front: Front) -> None:
    front.arrive()
    told = front.window.findChild(KeyBar).told()  # type: ignore[union-attr]
    assert told.index("F12 Emergency") < told.index("F3 Record")


def test_a_number_can_be_printed_again_or_voided(front: Front) -> None:
    numbered(front)
    assert on(front) == ALWAYS | OF_A_VISIT | set(UNDER_WAY) | OF_A_NUMBER


def test_with_no_step_left_f8_is_off_and_the_rest_stays(front: Front) -> None:
    numbered(front)
    for _ in range(3):
        front.key(F8)
    assert front.visit.next_step is None
    assert on(front) == ALWAYS | OF_A_VISIT | set(UNDER_WAY) - {"visit.next"} | OF_A_NUMBER


def test_of_an_ended_visit_nothing_goes_on_but_the_end_can_be_taken_back(front: Front) -> None:
    front.arrive()
    front.key(F12)
    assert front.visit.ended is not None
    assert on(front) == ALWAYS | OF_A_VISIT


def test_away_on_escort_f8_says_being_back_whatever_is_in_front(front: Front) -> None:
    numbered(front)
    front.key(F8)
    for _ in range(2):
        front.key(Qt.Key.Key_Escape)
    assert front.tab.is_idle()
    assert on(front) == ALWAYS | {"visit.next", "escort.back"}
    front.key(F8)
    assert on(front) == ALWAYS


def test_while_a_visit_is_being_opened_its_keys_wait_for_it(front: Front) -> None:
    front.find("wjg")
    with front.runner.held():
        front.enter()
        assert front.tab.is_opening()
        assert on(front) == ALWAYS | set(UNDER_WAY)
    assert on(front) == ALWAYS | OF_A_VISIT | set(UNDER_WAY)
