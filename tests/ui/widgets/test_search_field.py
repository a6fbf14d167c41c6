"""Every letter counts from the first on, also while an input method composes it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from deskapp.i18n import translator
from deskapp.ui.widgets.search_field import SearchField


@pytest.fixture
def field(app: QApplication, qtbot: QtBot) -> SearchField:
    made = SearchField()
    qtbot.addWidget(made)
    made.resize(400, 32)
    with qtbot.waitActive(made):
        made.show()
    made.setFocus()
    return made


@pytest.fixture
def heard(field: SearchField) -> list[str]:
    queries: list[str] = []
    field.edited.connect(queries.append)
    return queries


def compose(field: SearchField, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    if commit:
        event.setCommitString(commit)
    QApplication.sendEvent(field, event)


def test_each_key_is_told(field: SearchField, heard: list[str], qtbot: QtBot) -> None:
    qtbot.keyClicks(field, "wang")
    assert heard == ["w", "wa", "wan", "wang"]


def test_what_is_being_composed_is_searched_too(field: SearchField, heard: list[str]) -> None:
    for preedit in ("w", "wa", "wang", "wang'j", "wang'jian"):
        compose(field, preedit)
    compose(field, "", "王建")
    assert heard == ["w", "wa", "wang", "wangj", "wangjian", "王建"]
    assert field.text() == "王建"


def test_composing_inside_a_text_is_put_in_its_place(field: SearchField, heard: list[str]) -> None:
    field.setText("王国")
    field.setCursorPosition(1)
    compose(field, "jian")
    assert heard[-1] == "王jian国"
    compose(field, "", "建")
    assert heard[-1] == "王建国"


def test_nothing_new_is_not_told_again(field: SearchField, heard: list[str]) -> None:
    field.setText("a")
    compose(field, "")
    field.setText("a")
    assert heard == ["a"]


@pytest.mark.parametrize(
    ("key", "rows"),
    [(Qt.Key.Key_Up, -1), (Qt.Key.Key_Down, 1), (Qt.Key.Key_PageUp, -10), (Qt.Key.Key_PageDown, 10)],
)
def test_the_arrows_go_to_the_results(field: SearchField, qtbot: QtBot, key: Qt.Key, rows: int) -> None:
    with qtbot.waitSignal(field.stepped) as stepped:
        qtbot.keyClick(field, key)
    assert stepped.args == [rows]
    assert field.hasFocus()


def test_enter_takes_the_result(field: SearchField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.confirmed):
        qtbot.keyClick(field, Qt.Key.Key_Return)


def test_escape_and_the_cross_empty_the_field(field: SearchField, heard: list[str], qtbot: QtBot) -> None:
    cross = field.findChild(QToolButton)
    assert isinstance(cross, QToolButton)
    assert not cross.isVisible()
    field.setText("a")
    assert cross.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    field.setText("b")
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert heard == ["a", "", "b", ""]


def test_it_has_a_name_and_a_hint_in_the_language(field: SearchField) -> None:
    field.say(translator("en"), "Find a visitor", "name, pinyin, phone")
    assert (field.accessibleName(), field.placeholderText()) == ("Find a visitor", "name, pinyin, phone")
    assert field.findChild(QToolButton).accessibleName()
