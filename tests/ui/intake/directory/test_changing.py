"""What is typed of a new record is kept until it is stored, whatever else is looked at meanwhile."""

from __future__ import annotations

from PySide6.QtCore import Qt

from deskapp.domain.directory import Kind
from deskapp.ui.intake.directory import changing
from tests.support.front import Front
from tests.ui.intake.directory.test_page import CONTROL, page_of


def test_every_kind_that_has_a_form_can_be_stored(front: Front) -> None:
    for method in changing.SAVES.values():
        assert callable(getattr(front.services.directory, method))
    assert set(changing.SAVES) == set(Kind) - {Kind.STAFF, Kind.QUESTION}


def test_a_question_that_was_begun_is_there_again_after_another_look(front: Front) -> None:
    page = page_of(front)
    front.key(Qt.Key.Key_F4)
    front.type("visiting hours")
    page.kinds.choose(Kind.PRICE)
    front.settle()
    assert page.panel.form is None
    front.key(Qt.Key.Key_F4)
    assert page.panel.form is not None
    assert page.panel.form.value("text") == "visiting hours"
    front.key(Qt.Key.Key_Return, CONTROL)
    assert front.services.drafts.forms(front.actor.account_id) == []
    front.key(Qt.Key.Key_F4)
    assert page.panel.form is not None
    assert page.panel.form.value("text") == ""


def test_an_answer_that_comes_when_another_form_is_open_leaves_that_alone(front: Front) -> None:
    page = page_of(front)
    front.key(Qt.Key.Key_F4)
    front.type("one")
    with front.runner.held():
        front.key(Qt.Key.Key_Return, CONTROL)
        page.kinds.choose(Kind.PRICE)
    assert page.kinds.kind() is Kind.PRICE
    assert len(front.services.questions.open_questions(front.actor)) == 1
