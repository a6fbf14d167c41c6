"""From a name, a scan or a record to the visit."""

from __future__ import annotations

from deskapp.ui.intake.dialogs import WhoDialog
from tests.support.front import Front
from tests.support.hospital import NEW_ID, WANG_ID


def test_choosing_somebody_twice_opens_one_visit(front: Front) -> None:
    front.find("13800138000")
    with front.runner.held():
        front.enter()
        front.tab.arrival.open_hit(front.services.visitors.find(front.actor, "13800138000")[0])
    front.settle()

    assert len(front.services.visits.day_list(front.actor)) == 1


def test_a_visit_under_way_is_gone_on_with(front: Front) -> None:
    first = front.arrive()
    front.tab.back()
    front.settle()

    assert front.arrive().id == first.id


def test_a_known_card_opens_the_visit_of_its_holder(front: Front) -> None:
    front.scan(WANG_ID)

    visitor = front.visit.visitor
    assert visitor is not None
    assert visitor.draft.document_number == WANG_ID


def test_an_unknown_card_begins_a_record_with_what_it_says(front: Front) -> None:
    front.scan(NEW_ID)

    form = front.tab.visitor_page.form
    assert form.value("document_number") == NEW_ID
    assert str(form.value("birth_date")) == "1990-03-07"


def test_the_code_on_a_slip_brings_the_visit_back(front: Front) -> None:
    visit = front.arrive()
    front.tab.back()
    front.settle()

    front.scan(visit.code)

    assert front.visit.id == visit.id


def test_a_visit_begun_in_an_emergency_gets_its_visitor_afterwards(front: Front) -> None:
    front.tab.work.emergency()
    front.settle()
    assert front.visit.visitor is None

    front.find("13800138000")
    front.enter()
    front.dialog(WhoDialog)._is_same()
    front.settle()

    visitor = front.stored().visitor
    assert visitor is not None
    assert visitor.name == "王建国"
