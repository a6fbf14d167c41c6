"""The bar always tells what the keys do now, and what was done last."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deskapp.domain.text import N_, Text
from deskapp.i18n import translator
from deskapp.ui.keys import Action, KeyAction, Keys
from deskapp.ui.messages import LastAction
from deskapp.ui.widgets.key_bar import KeyBar, LastActionBar


class Window(QWidget):
    """A view with actions and the bar that tells of them."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = Keys(translator("en"), self)
        self.done: list[str] = []
        self.view = QWidget()
        self.bar = KeyBar(self.keys, translator("en"))
        column = QVBoxLayout(self)
        column.addWidget(self.view)
        column.addWidget(self.bar)
        self.actions_made: dict[str, KeyAction] = self.keys.install(
            self.view,
            [
                Action("new", "New", self.do, "F2"),
                Action("number", "Number and print", self.do, "F9"),
                Action("quiet", "Quiet", self.do, "F7", in_bar=False),
                Action("keyless", "Keyless", self.do),
            ],
        )

    def do(self) -> None:
        self.done.append("x")


@pytest.fixture
def window(app: QApplication, qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    made.resize(500, 100)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_it_tells_key_and_word_of_what_can_be_done_now(window: Window) -> None:
    assert window.bar.told() == ["F2 New", "F9 Number and print"]
    window.actions_made["new"].setEnabled(False)
    assert window.bar.told() == ["F9 Number and print"]
    window.view.hide()
    assert window.bar.told() == []


def test_a_screen_reader_hears_it(window: Window) -> None:
    assert window.bar.accessibleName() == "What the keys do here"
    assert window.bar.accessibleDescription() == "F2 New, F9 Number and print"


def test_a_click_does_it(window: Window, qtbot: QtBot) -> None:
    window.bar.grab()
    place = window.bar._places[1][0].center()
    qtbot.mouseClick(window.bar, Qt.MouseButton.LeftButton, pos=place)
    assert window.done == ["x"]


def test_it_asks_for_the_room_that_it_needs_and_tells_less_when_there_is_less(window: Window) -> None:
    window.bar.grab()
    needed = window.bar.sizeHint().width()
    assert len(window.bar._places) == 2
    window.bar.setFixedWidth(needed // 2)
    window.bar.grab()
    assert len(window.bar._places) == 1
    assert window.bar.toolTip() == "F2 New\nF9 Number and print"


def test_its_name_is_said_in_another_language(window: Window) -> None:
    window.bar.retranslate(translator("zh"))
    assert window.bar.accessibleName() == translator("zh")(N_("What the keys do here"))


# the last action


def foot(qtbot: QtBot) -> LastActionBar:
    """Return the bar below a field, in a window that is open."""
    window = QWidget()
    keys = Keys(translator("en"), window)
    field, bar = QLineEdit(), LastActionBar(keys, translator("en"), window)
    column = QVBoxLayout(window)
    for widget in (field, bar, KeyBar(keys, translator("en"))):
        column.addWidget(widget)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    return bar


@pytest.fixture
def last(app: QApplication, qtbot: QtBot) -> LastActionBar:
    return foot(qtbot)


def undo_of(last: LastActionBar) -> QPushButton:
    button = last.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    return button


def test_the_last_action_is_told_and_undone_once(last: LastActionBar, qtbot: QtBot) -> None:
    undone: list[str] = []

    def undo() -> None:
        undone.append("A017")

    last.show_action(LastAction(Text("Issued {number}", {"number": "A017"}), undo))
    assert last._words.text() == "Issued A017"
    qtbot.mouseClick(undo_of(last), Qt.MouseButton.LeftButton)
    last.undo()
    assert undone == ["A017"]
    assert not undo_of(last).isVisible()
    assert last._words.text() == ""


def test_what_can_not_be_undone_offers_nothing(last: LastActionBar) -> None:
    assert not undo_of(last).isVisible()
    last.show_action(LastAction("Printed."))
    assert not undo_of(last).isVisible()
    last.undo()
    assert last._words.text() == "Printed."


def test_before_anything_was_done_the_bar_takes_no_room(app: QApplication, qtbot: QtBot) -> None:
    bar = foot(qtbot)
    assert bar.isHidden()
    bar.show_action(LastAction("Number CY001 given"))
    assert not bar.isHidden()


def test_the_undo_makes_the_bar_no_higher(last: LastActionBar) -> None:
    keys = last.window().findChild(KeyBar)
    assert isinstance(keys, KeyBar)
    last.show_action(LastAction("Number CY001 given", str))
    assert undo_of(last).isVisible()
    assert last.sizeHint().height() <= keys.sizeHint().height()


def test_one_key_undoes_from_within_a_field_whose_own_undo_stays(last: LastActionBar, qtbot: QtBot) -> None:
    undone: list[str] = []
    field = last.window().findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    last.show_action(LastAction("Number CY001 given", lambda: undone.append("CY001")))
    field.setFocus()
    qtbot.keyClicks(field, "leg")
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (field.text(), undone) == ("", [])
    qtbot.keyClicks(field, "arm")
    # The second time there is nothing to undo, and no letter either.
    for _ in range(2):
        qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.AltModifier)
    assert (field.text(), undone) == ("arm", ["CY001"])
    assert field.hasFocus()


def test_the_undo_shows_its_key_and_can_be_reached_with_tab(last: LastActionBar, qtbot: QtBot) -> None:
    last.show_action(LastAction("Number CY001 given", str))
    assert undo_of(last).accessibleDescription() == "Alt+Z"
    field = last.window().findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert undo_of(last).hasFocus()


def test_a_click_on_undo_leaves_the_cursor_where_it_is(last: LastActionBar, qtbot: QtBot) -> None:
    field = last.window().findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.setFocus()
    last.show_action(LastAction("Number CY001 given", str))
    qtbot.mouseClick(undo_of(last), Qt.MouseButton.LeftButton)
    assert field.hasFocus()
