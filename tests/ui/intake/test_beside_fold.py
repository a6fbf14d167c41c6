"""In a narrow window the panel beside comes over the work with a key, and goes with Esc."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from deskapp.i18n import LANGUAGES
from tests.support.front import Front, Opener
from tests.support.shown import nameless, wider_than_its_room

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ESC, J, K = Qt.Key.Key_Escape, Qt.Key.Key_J, Qt.Key.Key_K


@pytest.fixture
def narrow(front: Front) -> Front:
    """A desk whose panel beside has no room, with a visit in front."""
    arrive_narrow(front)
    return front


def arrive_narrow(front: Front) -> None:
    front.arrive()
    front.window.resize(1100, 700)
    front.settle()
    assert not front.tab.beside.isVisible()


def said(front: Front) -> list[str]:
    return [text.text() for text in front.tab.beside.findChildren(QLabel) if text.isVisible()]


def test_one_key_shows_what_to_say_and_the_same_once_more_all_of_it(narrow: Front) -> None:
    narrow.key(J, CONTROL)
    few = said(narrow)
    assert any("brings" in sentence for sentence in few)
    narrow.key(J, CONTROL)
    assert set(few) < set(said(narrow))
    narrow.key(J, CONTROL)
    assert said(narrow) == few


def test_it_lies_within_the_page(narrow: Front) -> None:
    narrow.key(J, CONTROL)
    assert narrow.tab.rect().contains(narrow.tab.beside.geometry())
    narrow.window.resize(1000, 600)
    narrow.settle()
    assert narrow.tab.rect().contains(narrow.tab.beside.geometry())


def test_escape_closes_it_and_gives_the_cursor_back(narrow: Front) -> None:
    complaint = narrow.tab.visit_page.triage.said.widget("complaint")
    narrow.type("Bein")
    assert complaint.hasFocus()
    narrow.key(J, CONTROL)
    assert not complaint.hasFocus()
    narrow.key(ESC)
    assert not narrow.tab.beside.isVisible()
    assert complaint.hasFocus()
    assert narrow.tab.at_visit()
    assert narrow.tab.visit_page.triage.complaint() == "Bein"


def test_escape_in_a_wide_window_closes_all_phrases_before_the_visit(front: Front) -> None:
    front.arrive()
    front.window.resize(1500, 800)
    front.settle()
    few = said(front)
    front.key(J, CONTROL)
    assert set(few) < set(said(front))
    front.key(ESC)
    assert said(front) == few
    assert front.tab.at_visit()
    front.key(ESC)
    assert front.tab.is_idle()


def test_it_goes_when_the_work_goes_on_elsewhere(narrow: Front) -> None:
    narrow.key(J, CONTROL)
    narrow.key(Qt.Key.Key_F, CONTROL)
    assert not narrow.tab.beside.isVisible()
    assert narrow.tab.search.field.hasFocus()


def test_the_arrow_keys_scroll_it(narrow: Front) -> None:
    narrow.key(J, CONTROL)
    narrow.key(J, CONTROL)
    bar = narrow.tab.beside._area.verticalScrollBar()
    assert bar.maximum() > 0
    narrow.key(Qt.Key.Key_Down)
    assert bar.value() > 0


def test_the_finder_leaves_it_open(narrow: Front) -> None:
    narrow.key(J, CONTROL)
    narrow.key(K, CONTROL)
    narrow.key(ESC)
    assert QApplication.activeModalWidget() is None
    assert narrow.tab.beside.isVisible()


def test_what_nobody_knows_is_kept_and_the_cursor_comes_back(narrow: Front) -> None:
    complaint = narrow.tab.visit_page.triage.said.widget("complaint")
    narrow.key(K, CONTROL | SHIFT)
    narrow.type("visiting hours?")
    narrow.enter()
    (question,) = narrow.services.questions.open_questions(narrow.actor)
    assert question.text == "visiting hours?"
    assert not narrow.tab.beside.isVisible()
    assert complaint.hasFocus()


def test_a_question_given_up_leaves_the_cursor_where_it_was(front: Front) -> None:
    front.arrive()
    complaint = front.tab.visit_page.triage.said.widget("complaint")
    front.key(K, CONTROL | SHIFT)
    assert front.tab.beside.ask_line.hasFocus()
    front.key(ESC)
    assert complaint.hasFocus()
    assert front.tab.beside.isVisible()


def test_with_room_again_it_stands_beside_the_work(narrow: Front) -> None:
    narrow.key(J, CONTROL)
    narrow.window.resize(1500, 800)
    narrow.settle()
    assert narrow.tab.beside.isVisible()
    assert narrow.tab.beside.x() > narrow.tab._work.geometry().right()
    narrow.window.resize(1100, 700)
    narrow.settle()
    assert not narrow.tab.beside.isVisible()


def test_only_where_it_is_folded_the_bar_tells_of_the_key(narrow: Front) -> None:
    told = narrow.window.frame_of_tabs._foot._keys.told
    assert "Ctrl+J To say" in told()
    narrow.key(J, CONTROL)
    assert "Ctrl+J All phrases" in told()
    narrow.window.resize(1500, 800)
    narrow.settle()
    assert not [words for words in told() if words.startswith("Ctrl+J")]


def test_without_a_visit_there_is_nothing_to_say(narrow: Front) -> None:
    narrow.key(J, CONTROL)
    narrow.key(ESC)
    narrow.key(ESC)
    assert narrow.tab.is_idle()
    narrow.key(J, CONTROL)
    assert not narrow.tab.beside.isVisible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_it_has_room_and_a_name_in_every_language(open_front: Opener, language: str) -> None:
    front = open_front(language=language)
    arrive_narrow(front)
    for _ in range(2):
        front.key(J, CONTROL)
        assert front.tab.beside.isVisible()
        assert wider_than_its_room(front.window) == []
        assert nameless(front.window) == []
