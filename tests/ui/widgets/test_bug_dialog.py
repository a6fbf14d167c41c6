"""A bug is told once, with a report to copy; the window behind stays usable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from deskapp.i18n import LANGUAGES, translator
from deskapp.ui.messages import BugReport
from deskapp.ui.widgets.bug_dialog import BugDialog, BugTeller

BUG = BugReport("KeyError", "KeyError\n  ui/intake/tab.py:12 build")


@pytest.fixture
def window(app: QApplication, qtbot: QtBot) -> QLineEdit:
    made = QLineEdit()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def teller(window: QLineEdit) -> Iterator[BugTeller]:
    made = BugTeller(window, translator("en"))
    yield made
    if made.dialog is not None:
        made.dialog.close()


def button(dialog: BugDialog, words: str) -> QPushButton:
    return next(made for made in dialog.findChildren(QPushButton) if made.text() == words)


def test_the_window_stays_usable(teller: BugTeller, window: QLineEdit, qtbot: QtBot) -> None:
    teller.tell(BUG)
    assert teller.dialog is not None
    assert not teller.dialog.isModal()
    qtbot.keyClicks(window, "typing on")
    assert window.text() == "typing on"


def test_the_report_can_be_copied(teller: BugTeller, qtbot: QtBot) -> None:
    teller.tell(BUG)
    assert teller.dialog is not None
    qtbot.mouseClick(button(teller.dialog, "Copy the report"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == BUG.report


def test_a_storm_of_bugs_opens_one_dialog(teller: BugTeller) -> None:
    teller.tell(BUG)
    first = teller.dialog
    for _ in range(20):
        teller.tell(BUG)
    assert teller.dialog is first


def test_the_next_bug_after_closing_is_told_again(teller: BugTeller, qtbot: QtBot) -> None:
    teller.tell(BUG)
    first = teller.dialog
    assert first is not None
    qtbot.mouseClick(button(first, "Go on working"), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(teller.told):
        teller.tell(BUG)
    assert teller.dialog is not first


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_opens_in_every_language(window: QLineEdit, qtbot: QtBot, language: str) -> None:
    dialog = BugDialog(BUG, translator(language))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.windowTitle() == translator(language)("Something went wrong")
    assert dialog.report.toPlainText() == BUG.report
