"""The small pieces: what is typed stays text, signs come with words, everything follows the scale."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deskapp.ui import style
from deskapp.ui.tokens import SCHEMES
from deskapp.ui.widgets.basics import (
    EmptyState,
    Icon,
    Panel,
    Pill,
    Section,
    WheelGuard,
    fit_height,
    label,
    line,
    pad_dialog,
    scrolled,
)


def test_a_label_shows_what_people_typed_as_it_is(app: QApplication, qtbot: QtBot) -> None:
    words = label("<b>王</b> & co", "title", wrap=True)
    qtbot.addWidget(words)
    assert words.textFormat() == Qt.TextFormat.PlainText
    assert words.text() == "<b>王</b> & co"
    assert words.property("role") == "title"


def test_an_icon_grows_with_the_scale_and_can_become_another(app: QApplication, qtbot: QtBot) -> None:
    icon = Icon("check", "good", large=True)
    qtbot.addWidget(icon)
    assert icon.sizeHint() == QSize(20, 20)
    icon.resize(20, 20)
    before = icon.grab().toImage()
    icon.show_icon("x")
    assert icon.grab().toImage() != before
    style.apply(app, "light", 2.0)
    assert icon.sizeHint() == QSize(40, 40)


def test_a_panel_has_room_around_and_a_title_when_it_has_one(app: QApplication, qtbot: QtBot) -> None:
    panel = Panel()
    qtbot.addWidget(panel)
    assert panel.title.isHidden()
    panel.set_title("来访者")
    assert not panel.title.isHidden()
    assert panel.layout().contentsMargins().left() == 16
    style.apply(app, "light", 1.5)
    assert panel.layout().contentsMargins().left() == 24


def test_a_section_stands_in_its_panel_without_a_margin(app: QApplication, qtbot: QtBot) -> None:
    section = Section("Urgency")
    qtbot.addWidget(section)
    assert section.layout().contentsMargins().left() == 0
    assert section.title.text() == "Urgency"


def test_a_line_is_a_hairline(app: QApplication, qtbot: QtBot) -> None:
    made = line()
    qtbot.addWidget(made)
    assert made.height() == style.tokens().sizes.hairline or made.maximumHeight() == 1


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("tone", ["danger", "warning", "good", "accent", ""])
def test_a_pill_fits_its_word_and_is_spoken(app: QApplication, qtbot: QtBot, scheme: str, tone: str) -> None:
    style.apply(app, scheme)
    pill = Pill("penicillin allergy", tone, "pill")
    qtbot.addWidget(pill)
    words = pill.fontMetrics().horizontalAdvance("penicillin allergy")
    assert pill.sizeHint().width() >= words + style.tokens().sizes.icon
    assert pill.accessibleName() == "penicillin allergy"
    pill.resize(pill.sizeHint())
    assert not pill.grab().isNull()


def test_a_pill_can_say_something_else(app: QApplication, qtbot: QtBot) -> None:
    pill = Pill("a", "danger", "pill")
    qtbot.addWidget(pill)
    narrow = pill.sizeHint().width()
    pill.show_text("allergic to penicillin", "warning")
    assert pill.text() == pill.accessibleName() == "allergic to penicillin"
    assert pill.sizeHint().width() > narrow


def test_an_empty_state_says_what_to_do(app: QApplication, qtbot: QtBot) -> None:
    button = QPushButton("New")
    empty = EmptyState("inbox", "No visit yet.", button)
    qtbot.addWidget(empty)
    empty.show()
    assert button.isVisible()
    empty.show_text("Nobody found.", "search")
    assert empty.words.text() == "Nobody found."


def test_what_is_too_high_scrolls_and_what_fits_does_not(app: QApplication, qtbot: QtBot) -> None:
    inside = QWidget()
    column = QVBoxLayout(inside)
    for _ in range(20):
        column.addWidget(QLabel("x"))
    area = scrolled(inside)
    qtbot.addWidget(area)
    area.resize(200, 100)
    area.show()
    QApplication.processEvents()
    assert area.verticalScrollBar().isVisible()
    assert not area.horizontalScrollBar().isVisible()
    area.resize(200, 2000)
    QApplication.processEvents()
    assert not area.verticalScrollBar().isVisible()


def wheel() -> QWheelEvent:
    return QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip


def test_the_wheel_changes_a_number_only_where_the_focus_is(app: QApplication, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    spin, other = QSpinBox(window), QPushButton("x", window)
    spin.setValue(50)
    WheelGuard(spin)
    with qtbot.waitActive(window):
        window.show()
    other.setFocus()
    QApplication.sendEvent(spin, wheel())
    assert spin.value() == 50
    spin.setFocus()
    QApplication.sendEvent(spin, wheel())
    assert spin.value() == 49


def test_a_dialog_is_as_high_as_its_wrapped_words_need(app: QApplication, qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    rows = QVBoxLayout(dialog)
    pad_dialog(rows)
    words = label("A sentence that is longer than the dialog is wide. " * 8, wrap=True)
    rows.addWidget(words)
    dialog.resize(200, 40)
    fit_height(dialog)
    dialog.show()
    assert words.height() >= words.heightForWidth(words.width())
    assert dialog.height() <= dialog.screen().availableGeometry().height()
