"""Ctrl+K: one field that finds anything, goes there, copies it, or keeps what nobody knows."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from deskapp.bootstrap import Hospital
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import PhraseDraft, PlaceDraft
from deskapp.domain.finding import Group
from deskapp.domain.text import Text, Words
from deskapp.i18n import LANGUAGES
from deskapp.services.base import new_request
from deskapp.ui.finder import Finder
from deskapp.ui.intake.directory.page import DirectoryPage
from tests.support.front import Front, Opener
from tests.support.hospital import signed_in
from tests.support.shown import nameless, wider_than_its_room

CONTROL = Qt.KeyboardModifier.ControlModifier
CASHIER = PlaceDraft("cashier", Words("收费处", "Cashier", "Касс"), None, "101", "1", "8001")


@pytest.fixture
def keeper(hospital: Hospital) -> Actor:
    """Somebody who may write the directory."""
    admin = signed_in(hospital.services, "admin")
    return Actor(admin.account_id, admin.name, frozenset({Role.SUPERVISOR}), "desk-2")


@pytest.fixture
def finder(front: Front, keeper: Actor) -> Finder:
    front.services.directory.save_place(keeper, new_request(), CASHIER)
    return open_finder(front)


def open_finder(front: Front) -> Finder:
    front.key(Qt.Key.Key_K, CONTROL)
    return front.dialog(Finder)


def groups(finder: Finder) -> list[Group]:
    return [row.data.group for row in finder.results.rows()]


def titles(finder: Finder) -> list[str]:
    return [row.title for row in finder.results.rows()]


def test_it_opens_while_letters_are_typed_in_a_field_and_leaves_them_alone(front: Front) -> None:
    front.find("wang")
    open_finder(front)
    front.key(Qt.Key.Key_Escape)
    assert QApplication.activeModalWidget() is None
    assert front.tab.search.field.text() == "wang"


def test_a_visitor_is_found_and_opened_at_the_desk(front: Front) -> None:
    finder = open_finder(front)
    front.type("13800138000")
    assert groups(finder)[0] is Group.VISITOR
    (hit,) = front.services.visitors.find(front.actor, "13800138000")
    assert hit.birth_date is not None
    assert front.desk.tr.date(hit.birth_date) in finder.results.rows()[0].second
    front.enter()
    assert front.window.frame_of_tabs.tab("intake").current_page() == "desk"  # type: ignore[attr-defined]
    assert front.tab.current() is not None or front.tab.arrival is not None


@pytest.mark.parametrize("typed", ["sfc", "cashier", "8001"])
def test_a_place_is_found_and_read_in_the_directory(front: Front, finder: Finder, typed: str) -> None:
    front.type(typed)
    assert "Cashier" in titles(finder)
    finder.results.select(next(row.id for row in finder.results.rows() if row.title == "Cashier"))
    front.enter()
    page = front.window.frame_of_tabs.page("intake", "directory")
    assert isinstance(page, DirectoryPage)
    front.settle()
    assert page.isVisible()
    assert page.panel.detail is not None
    assert page.panel.detail.view.code == "cashier"


def test_a_phone_is_copied_without_leaving(front: Front, finder: Finder) -> None:
    front.type("cashier")
    assert finder.results.current_row() is not None
    front.key(Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "8001"
    assert "8001" in front.last_action()


def test_a_sentence_is_copied_as_it_is_said(front: Front, keeper: Actor) -> None:
    draft = PhraseDraft(
        "see-off", "see-off", Words("{name}，慢走！", "Farewell, {name}.", "Баяртай, {name}.")
    )
    front.services.directory.save_phrase(keeper, new_request(), draft)
    open_finder(front)
    front.type("farewell")
    front.key(Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "Farewell, sir or madam."


def test_a_command_runs_where_the_person_was(front: Front) -> None:
    finder = open_finder(front)
    front.type("next language")
    assert groups(finder)[0] is Group.COMMAND
    front.enter()
    assert front.language.tr.language != "en"
    front.language.set("en")


def test_a_page_is_gone_to_by_its_name(front: Front) -> None:
    open_finder(front)
    front.type("waiting")
    front.enter()
    assert front.window.frame_of_tabs.tab("intake").current_page() == "waiting"  # type: ignore[attr-defined]


def test_a_form_without_a_visit_says_what_to_do(front: Front) -> None:
    finder = open_finder(front)
    front.type("outpatient record")
    assert Group.FORM in groups(finder)
    finder.results.select("form:record-page")
    front.enter()
    assert "open one at the desk" in front.bar()


def test_what_nobody_knows_is_kept_with_the_visit_in_front(front: Front) -> None:
    visit = front.arrive()
    finder = open_finder(front)
    front.type("visiting hours in ward 9")
    assert titles(finder) == []
    assert "F4" in finder._empty.words.text()
    front.key(Qt.Key.Key_F4)
    (question,) = front.services.questions.open_questions(front.actor)
    assert (question.text, question.visit_id) == ("visiting hours in ward 9", visit.id)
    assert question.visitor == "王建国"
    assert QApplication.activeModalWidget() is None
    assert front.visit.id == visit.id


def test_an_open_question_is_found_and_opened_in_the_directory(front: Front) -> None:
    asked = front.services.questions.ask(front.actor, new_request(), "visiting hours in ward 9").value
    front.services.questions.ask(front.actor, new_request(), "visiting hours in ward 8")
    finder = open_finder(front)
    front.type("ward 9")
    assert groups(finder) == [Group.QUESTION]
    front.enter()
    page = front.window.frame_of_tabs.page("intake", "directory")
    assert isinstance(page, DirectoryPage)
    front.settle()
    assert page.isVisible()
    assert page.panel.question is not None
    assert page.panel.question.id == asked.id


def test_nothing_typed_shows_what_can_be_done_here_first(front: Front) -> None:
    finder = open_finder(front)
    assert set(groups(finder)) == {Group.COMMAND}
    assert finder.results.rows()[0].data.data.owner is not front.window.frame_of_tabs
    front.key(Qt.Key.Key_F4)
    assert QApplication.activeModalWidget() is finder


def test_enter_in_the_empty_field_undoes_nothing(front: Front) -> None:
    undone: list[bool] = []
    front.desk.messages.did(Text("Done"), lambda: undone.append(True))
    finder = open_finder(front)
    assert "Undo" in titles(finder)[1:]
    front.enter()
    assert undone == []


def test_an_answer_to_other_letters_is_not_shown(front: Front, finder: Finder) -> None:
    with front.runner.held():
        front.type("cashier")
        finder.field.setText("zzzz")
    assert titles(finder) == []


def test_enter_faster_than_the_answer_waits_for_it(front: Front, finder: Finder) -> None:
    ran: list[object] = []
    finder.wanted.connect(ran.append)
    with front.runner.held():
        front.type("cashier")
        front.enter()
        # What can be done here is still listed; none of it was meant.
        assert QApplication.activeModalWidget() is finder
    front.settle()
    assert ran == []
    page = front.window.frame_of_tabs.page("intake", "directory")
    assert isinstance(page, DirectoryPage)
    assert page.panel.detail is not None
    assert page.panel.detail.view.code == "cashier"


def test_the_lock_takes_it_away(front: Front, finder: Finder) -> None:
    front.type("cashier")
    front.session.lock()
    front.settle()
    assert QApplication.activeModalWidget() is None
    assert not isValid(finder) or not finder.isVisible()


def test_letters_appear_at_once_with_long_names(front: Front, keeper: Actor) -> None:
    long = "Цэрэнпунцагийн Нямсүрэнжаргалмаа-Дэлгэрцэцэг нэрэмжит их эмнэлгийн төв байр"
    front.services.directory.save_place(keeper, new_request(), PlaceDraft("long", Words(long, long, long)))
    finder = open_finder(front)
    front.type("nyams")
    assert long in titles(finder)
    began = time.perf_counter()
    finder._show(finder._found)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_everything_in_every_language(open_front: Opener, language: str) -> None:
    front = open_front(language=language)
    finder = open_finder(front)
    front.type("li")
    assert finder.results.rows()
    assert nameless(finder) == []
    assert wider_than_its_room(finder) == []
