"""Beside the work: what comes next, what to say with whose name, and why."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from deskapp.domain.changes import Changes
from deskapp.domain.registration import EndReason
from deskapp.services.base import new_request
from tests.support.front import Front


def _said(front: Front) -> str:
    return "\n".join(text.text() for text in front.tab.beside.findChildren(QLabel) if not text.isHidden())


def test_it_follows_the_visit_from_complaint_to_price(front: Front) -> None:
    front.arrive()
    assert "F9" in _said(front)

    front.say("胸口有点闷，咳嗽")
    front.key(Qt.Key.Key_F9)

    assert "cashier" in _said(front)


def test_the_reasons_of_the_proposal_in_focus_are_shown(front: Front) -> None:
    front.arrive()
    front.type("肚子疼")
    front.settle()
    proposal = front.tab.visit_page.triage.proposals.current_row()
    assert proposal is not None

    for reason in proposal.data.reasons:
        assert front.desk.tr(reason) in _said(front)


def test_the_visitor_is_addressed_with_courtesy(front: Front) -> None:
    front.language.set("zh")
    front.arrive()

    assert "王先生" in _said(front)
    assert "王建国" not in _said(front)


def test_what_is_said_in_an_emergency_stands_there_when_it_is_one(front: Front) -> None:
    front.arrive()
    front.key(Qt.Key.Key_F12)
    assert front.visit.ended is EndReason.EMERGENCY
    assert "I am taking you to the emergency department now" in _said(front)
    assert "The doctor is already there" in _said(front)
    front.key(Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert len(_said(front).splitlines()) > 12, "all there is to say, also to calm"


def test_at_the_end_the_visitor_is_seen_off(front: Front) -> None:
    visit = front.arrive()
    front.services.visits.end(front.actor, new_request(), visit.id, EndReason.OTHER_HOSPITAL)
    front.hub.post(Changes.of("visit", visit.id))
    front.settle()
    assert "Goodbye, Mr 王建国. I wish you good health." in _said(front)


def test_on_the_way_to_the_cashier_the_hospital_is_introduced(front: Front) -> None:
    front.arrive()
    front.say("胸口有点闷，咳嗽")
    front.key(Qt.Key.Key_F9)
    assert "In our hospital you find" in _said(front)


def test_without_a_visit_it_says_nothing(front: Front) -> None:
    front.arrive()
    front.tab.beside.clear()

    assert not [panel for panel in front.tab.beside._texts if panel.isVisible()]


def test_the_reasons_beside_are_those_of_the_words_that_stand_there_now(front: Front) -> None:
    def reasons() -> str:
        return " ".join(text.text() for text in front.tab.beside._texts[front.tab.beside._why])

    front.arrive("shan")
    said = front.tab.visit_page.triage.said
    for words in ("眼睛疼", "眼睛痒"):
        said.fill("complaint", words)
        front.settle()
        assert front.tab.visit_page.triage.complaint() == words
        assert words[2] in reasons() or words[:2] in reasons()
    said.fill("complaint", "my eye hurts")
    front.settle()
    assert "eye" in reasons()
    assert "眼睛" not in reasons()
