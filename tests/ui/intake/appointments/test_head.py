"""The head of the page: the department that is chosen stays chosen in another language."""

from __future__ import annotations

from tests.support.front import Front
from tests.ui.intake.appointments.test_page import Desk


def test_a_department_is_chosen_and_stays_chosen(front: Front) -> None:
    desk = Desk(front)
    everybody = len(desk.page.grid.columns())
    desk.page.head.place.setCurrentIndex(2)
    desk.page._on_department(2)
    front.settle()
    columns = desk.page.grid.columns()
    assert len(columns) < everybody
    assert columns[-1].doctor_id is None
    chosen = desk.page.head.place.currentData()
    front.language.set("zh")
    front.settle()
    assert desk.page.head.place.currentData() == chosen
