"""The head of the page: the department that is chosen stays chosen in another language."""

from __future__ import annotations

from deskapp.ui.widgets.action_button import ActionButton
from tests.support.front import Front
from tests.ui.intake.appointments.test_page import Desk


def test_a_department_is_chosen_and_stays_chosen(front: Front) -> None:
    desk = Desk(front)
    everybody = len(desk.page.grid.columns())
    desk.page.head.place.setCurrentIndex(2)
    desk.page.showing.choose_department(2)
    front.settle()
    columns = desk.page.grid.columns()
    assert len(columns) < everybody
    assert columns[-1].doctor_id is None
    chosen = desk.page.head.place.currentData()
    front.language.set("zh")
    front.settle()
    assert desk.page.head.place.currentData() == chosen


def test_where_one_row_has_no_room_nothing_is_cut(front: Front) -> None:
    head = Desk(front).page.head
    assert head.place.y() == head._title.y()
    head.setFixedWidth(head.minimumSizeHint().width())
    front.settle()
    assert head.place.y() > head._title.y()
    parts = [head.place, head._title, *head.findChildren(ActionButton)]
    assert [part for part in parts if part.width() < part.sizeHint().width()] == []
