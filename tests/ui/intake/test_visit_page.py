"""The page of a visit is gone through in reading order, and holds its words in every language and size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget

from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import Allergy
from deskapp.services.base import new_request
from deskapp.ui import style
from deskapp.ui.intake.visit_page import PAY, TRIAGE, VITALS
from deskapp.ui.tokens import Sizes
from deskapp.ui.widgets.action_button import ActionButton
from tests.support.front import Front
from tests.ui.intake.test_taking import book

LONG = "Дашдоржийн Цэрэнбалтавын Нямсүрэнжаргал"
SIZES = {
    "1366 at 100 %": (1366, 768, 1.0),
    "1366 at 125 %": (1366, 768, 1.25),
    "1920 at 200 %": (1920, 1080, 2.0),
}


@pytest.fixture
def sized(front: Front) -> Iterator[Front]:
    """The window; its scale is put back afterwards."""
    yield front
    style.look().take("light", Sizes(), "en")


def _look(front: Front, size: tuple[int, int, float], language: str) -> None:
    width, height, scale = size
    front.language.set(language)
    style.look().take("light", Sizes(scale), language)
    front.window.resize(width, height)
    front.settle()


def _cut(root: QWidget) -> list[str]:
    """Return the words of labels and buttons that are not whole, by what can be seen of them."""
    cut = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | ActionButton):
            continue
        wide = isinstance(widget, QLabel) and widget.wordWrap()
        needed = widget.heightForWidth(widget.width()) if wide else widget.sizeHint().width()
        if (widget.height() if wide else widget.width()) < needed:
            cut.append(widget.text())
    return cut


def _beyond(front: Front) -> list[str]:
    """Return the buttons that lie outside the window."""
    frame = front.window.rect()
    buttons = [one for one in front.window.findChildren(ActionButton) if one.isVisible()]
    spots = {one.text(): one.mapTo(front.window, QPoint(one.width(), one.height())) for one in buttons}
    return [text for text, spot in spots.items() if not frame.contains(spot)]


def _long_visit(front: Front) -> None:
    draft = VisitorDraft(name=LONG, allergy=Allergy.YES, allergy_text="Пенициллин, цефалоспорин, ибупрофен")
    visitor = front.services.visitors.register(front.actor, new_request(), draft).value.id
    visit = front.services.visits.open(front.actor, new_request(), visitor).value.id
    front.tab.show_visit(visit)
    front.settle()


@pytest.mark.parametrize("language", ["zh", "en", "mn"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_no_word_is_cut_and_no_button_lies_outside(
    sized: Front, size: tuple[int, int, float], language: str
) -> None:
    _look(sized, size, language)
    _long_visit(sized)
    for part in (TRIAGE, VITALS, PAY):
        sized.tab.visit_page.show_part(part)
        sized.settle()
        assert _cut(sized.tab) == []
        assert _beyond(sized) == []
        assert sized.window.width() <= size[0]
        assert sized.window.height() <= size[1]


@pytest.mark.parametrize("language", ["zh", "en", "mn"])
def test_at_the_usual_size_the_visit_does_not_scroll(sized: Front, language: str) -> None:
    _look(sized, SIZES["1366 at 100 %"], language)
    _long_visit(sized)
    for part in (TRIAGE, VITALS, PAY):
        sized.tab.visit_page.show_part(part)
        sized.settle()
        areas = [area for area in sized.tab.visit_page.findChildren(QScrollArea) if area.isVisible()]
        assert [area.verticalScrollBar().maximum() for area in areas] == [0]


def test_tab_goes_from_the_complaint_to_the_proposals_then_to_the_rest(front: Front) -> None:
    front.arrive()
    front.type("cough")
    triage = front.tab.visit_page.triage
    passed = []
    for _ in range(3):
        front.key(Qt.Key.Key_Tab)
        passed.append(QApplication.focusWidget())
    assert passed == [triage.proposals, triage.more.widget("media_source"), triage.more.widget("urgency")]


def test_the_choice_by_hand_takes_the_place_of_the_proposals_and_esc_gives_it_back(front: Front) -> None:
    front.arrive()
    front.type("cough")
    triage = front.tab.visit_page.triage
    front.key(Qt.Key.Key_F6)
    assert triage.choice.isVisible()
    assert not triage.proposals.isVisible()
    assert triage.choice.widget("department").hasFocus()
    front.key(Qt.Key.Key_Escape)
    assert not triage.choice.isVisible()
    assert triage.proposals.hasFocus()


def test_what_stands_beside_is_there_only_with_a_visit(front: Front) -> None:
    front.window.resize(1366, 768)
    front.settle()
    assert not front.tab.beside.isVisible()
    front.arrive()
    assert front.tab.beside.isVisible()
    front.window.resize(1100, 768)
    front.settle()
    assert not front.tab.beside.isVisible()


def test_every_place_to_type_has_a_name_for_who_can_not_see_it(front: Front) -> None:
    from PySide6.QtWidgets import QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit

    front.arrive()
    inputs = [
        one
        for kind in (QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView)
        for one in front.tab.findChildren(kind)
        if one.focusPolicy() != Qt.FocusPolicy.NoFocus and not isinstance(one.parent(), QComboBox)
    ]
    inputs = [one for one in inputs if one.window() is front.window]
    nameless = [type(one).__name__ for one in inputs if not one.accessibleName()]
    assert len(inputs) > 20
    assert nameless == []


def test_an_appointment_that_can_be_confirmed_is_said_in_the_language_spoken_now(front: Front) -> None:
    book(front)
    (hit,) = front.services.visitors.find(front.actor, "13800138000")
    visit = front.services.visits.open(front.actor, new_request(), hit.id).value.id
    front.desk.ways.go("intake", "desk", "visit", visit)
    front.settle()
    offered = front.tab.visit_page._appointment
    assert "Here now?" in offered.text()
    front.language.set("zh")
    front.settle()
    assert "本人已到" in offered.text()


def test_a_sex_that_nobody_knows_is_not_told_as_a_word_without_meaning(front: Front) -> None:
    _long_visit(front)
    assert not any(label.text().startswith("unknown") for label in front.tab.visit_page.findChildren(QLabel))
    assert any(label.text() == "first visit" for label in front.tab.visit_page.findChildren(QLabel))
