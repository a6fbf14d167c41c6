"""The keys of the page: none twice, and only those enabled that do something now."""

from __future__ import annotations

from PySide6.QtCore import Qt

from deskapp.ui.intake.appointments.keys import BOTTOM
from tests.support.front import Front
from tests.ui.intake.appointments.test_page import Desk


def enabled(desk: Desk) -> set[str]:
    return {name for name in BOTTOM if desk.page.keys[name].isEnabled()}


def test_on_a_free_time_one_can_book_and_on_an_appointment_do_the_rest(front: Front) -> None:
    desk = Desk(front)
    desk.go("10:00")
    assert enabled(desk) == {"appointment.book"}
    desk.booked("赵云", "10:00")
    desk.go("10:00")
    assert enabled(desk) == {"appointment.move", "appointment.arrived", "appointment.cancel"}
    desk.key(Qt.Key.Key_F6)
    assert enabled(desk) == {"appointment.book", "appointment.arrived", "appointment.cancel"}
    assert desk.page.keys["appointment.book"].text() == "Move here"


def test_no_key_is_claimed_twice(front: Front) -> None:
    Desk(front)
    assert front.keys.clashes() == []


def test_while_an_order_is_on_its_way_nothing_can_be_ordered(front: Front) -> None:
    desk = Desk(front)
    desk.go("10:00")
    desk.page.set_busy(True)
    assert enabled(desk) == set()
    desk.page.set_busy(False)
    assert enabled(desk) == {"appointment.book"}
