"""Somebody new who was typed and not booked is there again after a crash, and gone once booked or given up."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from deskapp.ui.intake.appointments.keeping import KEY
from tests.support.front import Front
from tests.ui.intake.appointments.test_page import Desk


def typed(desk: Desk) -> None:
    desk.go("10:00")
    desk.key(Qt.Key.Key_F2)
    desk.front.type("苏东坡")
    desk.key(Qt.Key.Key_Return)
    desk.front.type("13912345678")
    desk.page.whom.keeper.keep()


def kept(desk: Desk) -> object:
    return desk.front.services.drafts.load(desk.front.actor.account_id, KEY)


def test_what_was_typed_is_there_again_in_the_next_window(open_front: Callable[..., Front]) -> None:
    first = Desk(open_front())
    typed(first)
    first.front.close()
    second = Desk(open_front())
    assert second.page.whom.form.isVisible()
    assert second.page.whom.form.draft() == {"name": "苏东坡", "phone": "13912345678"}


def test_once_booked_it_is_kept_no_more(open_front: Callable[..., Front]) -> None:
    desk = Desk(open_front())
    typed(desk)
    assert kept(desk)
    desk.key(Qt.Key.Key_Return)
    desk.key(Qt.Key.Key_Return)
    assert list(desk.lines()) == ["苏东坡"]
    assert kept(desk) is None


def test_esc_gives_it_up(open_front: Callable[..., Front]) -> None:
    desk = Desk(open_front())
    typed(desk)
    desk.key(Qt.Key.Key_Escape)
    assert not desk.page.whom.form.isVisible()
    assert kept(desk) is None
