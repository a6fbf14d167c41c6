"""For whom is booked: found, or new by name and phone typed in one go."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deskapp.domain.text import Text
from deskapp.errors import InputError
from deskapp.ui.intake.appointments.page import AppointmentsPage
from deskapp.ui.intake.appointments.whom import Whom, WhomPane
from tests.support.front import Front


@pytest.fixture
def pane(front: Front) -> WhomPane:
    front.desk.ways.go("intake", "appointments")
    front.settle()
    page = front.window.frame_of_tabs.page("intake", "appointments")
    assert isinstance(page, AppointmentsPage)
    page.to_whom()
    return page.whom


def test_enter_takes_the_best_match_and_shows_their_appointments(front: Front, pane: WhomPane) -> None:
    front.type("13800138000")
    front.enter()
    assert pane.whom is not None
    assert pane.whom.visitor_id is not None
    assert pane._card.isVisible()
    front.key(Qt.Key.Key_Escape)
    assert pane.whom is None


def test_a_scan_says_for_whom(front: Front, pane: WhomPane) -> None:
    code = front.services.visitors.find(front.actor, "13800138000")[0].code
    front.scan(code)
    front.enter()
    assert pane.whom is not None


def test_enter_faster_than_the_answer_waits_for_it(front: Front, pane: WhomPane) -> None:
    with front.runner.held():
        front.type("13800138000")
        front.enter()
        assert pane.whom is None
    assert pane.whom is not None


@pytest.mark.parametrize(
    ("typed", "name", "phone"),
    [
        ("苏东坡 139 1234 5678", "苏东坡", "139 1234 5678"),
        ("+976 99112233 Бат", "Бат", "+976 99112233"),
        ("苏东坡", "苏东坡", ""),
    ],
)
def test_name_and_phone_are_put_where_they_belong(
    front: Front, pane: WhomPane, typed: str, name: str, phone: str
) -> None:
    pane.begin_new(typed)
    front.settle()
    assert pane.form.value("name") == name
    assert pane.form.widget("phone").hasFocus() is (not phone)
    assert pane.form.draft()["phone"] == phone


def test_somebody_new_without_a_phone_is_not_taken(front: Front, pane: WhomPane) -> None:
    pane.begin_new("苏东坡")
    pane.take_new()
    assert pane.whom is None
    assert pane.form.error("phone")
    front.settle()


def test_what_the_service_refuses_is_said_where_it_was_typed(front: Front, pane: WhomPane) -> None:
    pane.choose(Whom("苏东坡", None, "12"))
    refused = InputError("phone", "phone.form", Text("No phone."))
    assert pane.take_error(refused)
    assert pane.form.isVisible()
    assert pane.form.error("phone") == "No phone."
    assert not pane.take_error(InputError("starts_at", "x", Text("x")))
    front.settle()
