"""The bar says what happened and what to do, takes no room otherwise, and offers another try."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from deskapp.domain.text import Words
from deskapp.i18n import translator
from deskapp.ui.messages import GOOD, INFO, RULE, SURROUNDINGS, Notice
from deskapp.ui.widgets.message_bar import MessageBar

FULL = Words("磁盘已满。", "The disk is full.", "Диск дүүрсэн.")


@pytest.fixture
def bar(app: QApplication, qtbot: QtBot) -> MessageBar:
    made = MessageBar(translator("en"))
    qtbot.addWidget(made)
    return made


def again(bar: MessageBar) -> QPushButton:
    button = bar.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    return button


def test_it_is_not_there_until_there_is_something_to_say(bar: MessageBar) -> None:
    assert bar.isHidden()
    assert bar.notice is None


@pytest.mark.parametrize("kind", [INFO, GOOD, RULE, SURROUNDINGS])
def test_each_kind_has_its_look_and_says_its_words(bar: MessageBar, kind: str) -> None:
    bar.show_notice(Notice(kind, "What to do."))
    assert bar.isVisible()
    assert bar.property("role") == kind
    assert bar.accessibleName() == "What to do."


def test_kinds_differ_in_more_than_colour(bar: MessageBar) -> None:
    icons = set()
    for kind in (INFO, GOOD, RULE, SURROUNDINGS):
        bar.show_notice(Notice(kind, "x"))
        icons.add(bar._icon._name)
    assert len(icons) == 4


def test_another_try_is_offered_where_there_is_one(bar: MessageBar, qtbot: QtBot) -> None:
    tried: list[bool] = []

    def retry() -> None:
        tried.append(bar.notice is None)

    bar.show_notice(Notice(RULE, "No."))
    assert not again(bar).isVisible()
    bar.show_notice(Notice(SURROUNDINGS, "Printer gone.", retry=retry))
    qtbot.mouseClick(again(bar), Qt.MouseButton.LeftButton)
    assert tried == [True]
    assert bar.isHidden()


def test_it_can_be_closed(bar: MessageBar, qtbot: QtBot) -> None:
    bar.show_notice(Notice(INFO, "x"))
    cross = bar.findChild(QToolButton)
    with qtbot.waitSignal(bar.closed):
        qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert bar.isHidden()
    with qtbot.assertNotEmitted(bar.closed):
        bar.clear()


def test_what_is_said_is_said_in_another_language(bar: MessageBar) -> None:
    bar.show_notice(Notice(SURROUNDINGS, FULL))  # type: ignore[arg-type]
    bar.retranslate(translator("mn"))
    assert bar.accessibleName() == "Диск дүүрсэн."
    assert again(bar).text() == translator("mn")("Try again")
