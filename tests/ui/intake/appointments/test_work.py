"""What is done from the calendar when things go wrong on the way."""

from __future__ import annotations

from PySide6.QtCore import Qt

from deskapp.services.base import new_request
from tests.support.front import Front, lost_reply
from tests.ui.intake.appointments.test_page import Desk


def chosen(desk: Desk, time: str) -> None:
    desk.go(time)
    desk.key(Qt.Key.Key_F2)
    desk.front.type("13800138000")
    desk.key(Qt.Key.Key_Return)


def test_a_lost_answer_is_asked_for_again_and_books_once(front: Front) -> None:
    desk = Desk(front)
    chosen(desk, "10:00")
    desk.page.work._service.book = lost_reply(desk.service.book)
    desk.key(Qt.Key.Key_Return)
    assert len(desk.lines()) == 1
    front.try_again()
    assert len(desk.lines()) == 1
    assert desk.page.whom.whom is None


def test_enter_twice_books_once(front: Front) -> None:
    desk = Desk(front)
    chosen(desk, "10:00")
    with front.runner.held():
        desk.key(Qt.Key.Key_Return)
        desk.key(Qt.Key.Key_Return)
    assert len(desk.lines()) == 1


def test_what_another_desk_changed_is_not_cancelled(front: Front) -> None:
    desk = Desk(front)
    line = desk.booked("赵云", "10:00")
    desk.go("10:00")
    desk.key(Qt.Key.Key_F10)
    desk.front.type("不来")
    changed = desk.service.cancel(front.actor, new_request(), line.id, line.version, "先取消")
    again = desk.service.reopen(front.actor, new_request(), line.id, changed.value.version)
    desk.key(Qt.Key.Key_Return)
    assert desk.page.bar.notice is not None
    assert desk.state(line).value == "booked"
    assert again.value.version == 3
    # What was typed is still there.
    assert desk.page.reason.form.value("reason") == "不来"


def test_undoing_a_booking_leaves_it_in_the_history(front: Front) -> None:
    desk = Desk(front)
    chosen(desk, "10:00")
    desk.key(Qt.Key.Key_Return)
    (line,) = desk.lines().values()
    desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.lines() == {}
    assert [log.reason for log in desk.service.history(front.actor, line.id)] == ["", "taken back"]
    assert not desk.page.work.can_undo


def test_the_cursor_goes_to_what_is_taken_back(front: Front) -> None:
    desk = Desk(front)
    line = desk.booked("赵云", "10:00")
    desk.go("10:00")
    desk.key(Qt.Key.Key_F10)
    desk.front.type("误约")
    desk.key(Qt.Key.Key_Return)
    desk.key(Qt.Key.Key_Down)
    desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.state(line).value == "booked"
    assert "赵云" in desk.said()
    desk.key(Qt.Key.Key_F6)
    desk.key(Qt.Key.Key_Down)
    desk.key(Qt.Key.Key_Return)
    desk.key(Qt.Key.Key_Down)
    desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.lines()["赵云"].starts_at == desk.at("10:00")
    assert "赵云" in desk.said()
