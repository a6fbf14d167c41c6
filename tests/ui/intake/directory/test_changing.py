"""What is typed of a new record is kept until it is stored, whatever else is looked at meanwhile."""

from __future__ import annotations

from PySide6.QtCore import Qt

from deskapp.domain.changes import Changes
from deskapp.domain.directory import Kind, Seen
from deskapp.domain.questions import QuestionView
from deskapp.services.base import new_request
from deskapp.ui.intake.directory import changing
from deskapp.ui.intake.directory.page import DirectoryPage
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


def ask(front: Front, page: DirectoryPage, text: str) -> QuestionView:
    """Note a question, list it, and put the cursor on it."""
    front.services.questions.ask(front.actor, new_request(), text)
    page.kinds.choose(Kind.QUESTION)
    page.refresh(Changes())
    front.settle()
    page.table.select(page._model.records[0].id)
    front.settle()
    assert page.panel.question is not None
    return page.panel.question


def test_what_is_typed_while_an_answer_is_being_stored_stays(front: Front) -> None:
    page = page_of(front)
    ask(front, page, "parking?")
    front.key(Qt.Key.Key_F3)
    front.type("behind")
    with front.runner.held():
        front.key(Qt.Key.Key_Return, CONTROL)
        front.type(" the house")
    front.settle()
    (question,) = front.services.questions.open_questions(front.actor, told=True)
    assert question.answer == "behind"
    assert page.panel.form is not None
    assert page.panel.form.value("answer") == "behind the house"
    front.key(Qt.Key.Key_Return, CONTROL)
    (question,) = front.services.questions.open_questions(front.actor, told=True)
    assert question.answer == "behind the house"
    assert page.panel.form is None
    assert front.services.drafts.forms(front.actor.account_id) == []


def test_a_better_answer_that_is_being_typed_is_not_lost_when_the_visitor_is_told(front: Front) -> None:
    page = page_of(front)
    question = ask(front, page, "parking?")
    front.services.questions.answer(front.actor, new_request(), Seen(question.id, question.version), "no")
    page.refresh(Changes())
    front.settle()
    front.key(Qt.Key.Key_F3)
    front.type("w")
    front.key(Qt.Key.Key_F6)
    assert page.panel.form is not None
    assert page.panel.form.value("answer") in ("now", "wno")


def test_a_form_that_was_wanted_does_not_come_after_the_person_went_elsewhere(front: Front) -> None:
    page = page_of(front)
    with front.runner.held():
        front.key(Qt.Key.Key_F4)
        page.kinds.choose(Kind.PRICE)
    assert page.kinds.kind() is Kind.PRICE
    assert page.panel.form is None
