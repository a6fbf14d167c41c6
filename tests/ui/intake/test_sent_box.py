"""What stands where the proposals were once a number is given."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt

from deskapp.domain.registration import EndReason
from deskapp.services.base import new_request
from deskapp.ui.intake.sent_box import SentBox, facts
from tests.support.front import Front


def _facts(front: Front) -> dict[str, str]:
    return dict(facts(front.stored(), front.desk.tr, front.desk.today()))


def _numbered(front: Front) -> None:
    front.arrive()
    front.say("肚子疼")
    front.key(Qt.Key.Key_F9)
    front.settle()


def test_it_says_where_the_visitor_was_sent_and_what_became_of_the_slip(front: Front) -> None:
    _numbered(front)
    visit = front.stored()
    assert visit.department is not None

    told = _facts(front)

    assert front.desk.tr(visit.department) in told["Sent to"]
    assert "issued" in told["Slip"]


def test_the_price_is_itemised_with_its_sum(front: Front) -> None:
    _numbered(front)
    visits, prices = front.services.visits, front.services.directory.prices(front.actor, "XR")
    visits.add_charge(front.actor, new_request(), front.visit.id, prices[0].id, 2)

    told = _facts(front)

    assert "Chest X-ray × 2" in told["Price"]
    assert "¥161.00" in told["Payment"]


def test_an_ended_visit_says_how_to_take_the_end_back(front: Front) -> None:
    _numbered(front)
    front.services.visits.end(front.actor, new_request(), front.visit.id, EndReason.CANCELLED)

    assert "F10" in _facts(front)["Ended"]


def test_a_shorter_list_leaves_nothing_of_a_longer_one(front: Front) -> None:
    _numbered(front)
    numbered = front.stored()
    box = SentBox(front.desk)
    box.show_visit(numbered)
    longer = box.lines()

    box.show_visit(replace(numbered, number=None, override_reason=""))

    assert len(box.lines()) < len(longer)
    assert "Slip" not in dict(box.lines())
    box.deleteLater()
