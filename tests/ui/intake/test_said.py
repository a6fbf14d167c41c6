"""What a visitor says is stored as it is said, once, and of the visit it was said of."""

from __future__ import annotations

from PySide6.QtCore import Qt

from deskapp.domain.registration import MediaSource
from deskapp.domain.urgency import Vitals
from deskapp.services.base import new_request
from deskapp.ui.intake.triage_box import TriageBox
from tests.support.front import Front

SICK = Vitals(pulse=135, systolic=85, spo2=91)


def triage(front: Front) -> TriageBox:
    return front.tab.visit_page.triage


def test_a_complaint_is_stored_with_enter_and_no_draft_of_it_is_left(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    assert front.stored().complaint == "腿疼"
    front.key(Qt.Key.Key_Escape)
    assert front.services.drafts.forms(front.actor.account_id) == []


def test_another_source_is_stored_only_once_it_is_said_which(front: Front) -> None:
    front.arrive("shan")
    triage(front).more.fill("media_source", MediaSource.OTHER)
    front.settle()
    assert front.stored().media_source is None
    triage(front).more.fill("media_text", "a leaflet")
    front.settle()
    assert (front.stored().media_source, front.stored().media_text) == (MediaSource.OTHER, "a leaflet")


def test_a_judgement_milder_than_the_signs_waits_for_its_reason(front: Front) -> None:
    visit = front.arrive("shan")
    front.services.visits.take_vitals(front.actor, new_request(), visit.id, SICK)
    front.tab.load_again()
    front.settle()
    more = triage(front).more
    more.fill("urgency", 4)
    front.settle()
    assert more.widget("urgency_reason").isVisible()
    assert front.stored().urgency is None
    more.fill("urgency_reason", "came up four flights of stairs")
    front.settle()
    assert front.stored().urgency == 4
    assert "stairs" in front.stored().override_reason


def test_f9_asks_for_the_reason_of_a_milder_judgement(front: Front) -> None:
    visit = front.arrive("shan")
    front.services.visits.take_vitals(front.actor, new_request(), visit.id, SICK)
    front.tab.load_again()
    front.say("腿疼")
    triage(front).more.fill("urgency", 4)
    front.tab.work.issue()
    front.settle()
    assert front.stored().number is None
    assert triage(front).more.widget("urgency_reason").hasFocus()
    front.type("walked in")
    front.tab.work.issue()
    front.settle()
    assert front.stored().number is not None
    assert front.stored().urgency == 4
