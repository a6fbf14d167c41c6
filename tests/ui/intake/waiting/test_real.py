"""The waiting page over the real services and database: numbers appear by themselves, two desks call one number."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deskapp.domain.intake import TriageDecision
from deskapp.domain.waiting import CareKind, Standing
from deskapp.services.base import new_request
from deskapp.ui.intake.waiting.page import WaitingPage
from tests.support.front import Front
from tests.support.hospital import signed_in


@pytest.fixture
def page(front: Front) -> WaitingPage:
    """Return the page in the window, with its cursor in the list."""
    front.window.frame_of_tabs.go_to_page("intake", "waiting")
    front.settle()
    found = front.window.frame_of_tabs.page("intake", "waiting")
    assert isinstance(found, WaitingPage)
    return found


def give(front: Front, visitor: int, urgency: int | None = 4) -> int:
    """Give a visitor a number of general medicine; return the visit."""
    services, actor = front.services, front.actor
    visit = services.visits.open(actor, new_request(), visitor).value.id
    place = next(one for one in services.directory.departments(actor) if one.code == "general-medicine")
    decision = TriageDecision("头疼", place.id, urgency=urgency)
    done = services.numbers.decide_and_issue(actor, new_request(), visit, decision)
    front.hub.post(done.changes)
    front.settle()
    return visit


def test_a_number_appears_by_itself_and_is_called_with_one_key(front: Front, page: WaitingPage) -> None:
    assert page.model.rowCount() == 0
    give(front, 1)
    give(front, 2)
    assert [row.place for row in page.model.records] == [1, 2]
    assert page.model.records[0].name == "王建国"
    front.key(Qt.Key.Key_F9)
    chosen = page.chosen()
    assert chosen is not None
    assert chosen.standing is Standing.CALLED
    assert front.last_action() == f"{chosen.label} called"
    front.undo()
    assert [row.standing for row in page.model.records] == [Standing.WAITING, Standing.WAITING]


def test_a_visitor_goes_through_the_line_by_keys(front: Front, page: WaitingPage) -> None:
    give(front, 1)
    front.key(Qt.Key.Key_F9)
    front.key(Qt.Key.Key_F8)
    front.key(Qt.Key.Key_F6)
    front.type("X-ray")
    front.enter()
    (row,) = page.model.records
    assert (row.standing, row.reason, row.calls) == (Standing.PARKED, "X-ray", 2)
    front.key(Qt.Key.Key_F6)
    front.key(Qt.Key.Key_W)
    front.key(Qt.Key.Key_F5)
    (row,) = page.model.records
    assert row.standing is Standing.WITH_DOCTOR
    assert [done.kind for done in row.care] == [CareKind.WATER]
    front.key(Qt.Key.Key_F5)
    assert page.model.rowCount() == 0
    assert front.last_action() == f"{row.label} seen"
    front.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [one.standing for one in page.model.records] == [Standing.WITH_DOCTOR]


def test_two_desks_call_one_number_and_the_second_is_told_by_whom(front: Front, page: WaitingPage) -> None:
    give(front, 1)
    (row,) = page.model.records
    page.table.select(row.id)
    front.services.waiting.call(signed_in(front.services, "zhou"), new_request(), row.id, row.version)
    front.key(Qt.Key.Key_Return)
    assert page.bar.notice is not None
    assert front.desk.tr(page.bar.notice.text).startswith("N001: Called by 周敏 at ")
    assert page.model.records[0].standing is Standing.CALLED


def test_what_another_desk_did_first_is_told(front: Front, page: WaitingPage) -> None:
    give(front, 1)
    (row,) = page.model.records
    page.table.select(row.id)
    other = signed_in(front.services, "zhou")
    front.services.waiting.park(other, new_request(), row.id, row.version, "CT")
    front.key(Qt.Key.Key_F12)
    assert page.bar.notice is not None
    told = front.desk.tr(page.bar.notice.text)
    assert told.startswith(f"{row.label} was changed meanwhile: parked, 周敏")
    assert page.model.records[0].standing is Standing.PARKED


def test_somebody_moves_to_another_department(front: Front, page: WaitingPage) -> None:
    give(front, 1)
    page.table.select(page.model.records[0].id)
    front.key(Qt.Key.Key_F4)
    places = front.services.directory.departments(front.actor)
    eyes = next(one for one in places if one.code == "ophthalmology")
    page.ask.place.fill("department_id", eyes.id)
    page.ask.answer()
    front.settle()
    (row,) = page.model.records
    assert row.department_id == eyes.id
    assert page.bar.notice is None
    history = page.panel.history.told()
    assert "moved to Ophthalmology" in history[0]


def test_a_red_flagged_visitor_goes_first(front: Front, page: WaitingPage) -> None:
    give(front, 1, urgency=4)
    later = give(front, 2, urgency=2)
    assert page.model.records[0].visit_id == later
    page.table.select(page.model.records[0].id)
    assert page.panel.why.told()


def test_the_desk_shows_the_visit(front: Front, page: WaitingPage) -> None:
    visit = give(front, 1)
    page.table.select(page.model.records[0].id)
    front.key(Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    tab = front.window.frame_of_tabs.tab("intake")
    assert tab.current_page() == "desk"  # type: ignore[attr-defined]
    assert front.tab.visit_id == visit
