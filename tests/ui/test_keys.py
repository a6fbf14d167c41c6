"""Every action has one key, one word; the key does its work only where its view is seen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QStackedWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from deskapp.i18n import translator
from deskapp.ui.keys import Action, Keys, printed


class View(QWidget):
    """A view with a field and actions that count."""

    def __init__(self, keys: Keys, *names_and_keys: tuple[str, str]) -> None:
        super().__init__()
        self.done: list[str] = []
        self.field = QLineEdit()
        QVBoxLayout(self).addWidget(self.field)
        self.actions_made = keys.install(
            self, [Action(name, name.title(), self.do, key=key) for name, key in names_and_keys]
        )

    def do(self) -> None:
        self.done.append("x")


def never() -> None:
    """Is never called."""


@pytest.fixture
def keys(qtbot: QtBot) -> Keys:
    return Keys(translator("en"))


def shown(widget: QWidget, qtbot: QtBot) -> None:
    qtbot.addWidget(widget)
    with qtbot.waitActive(widget):
        widget.show()


def test_the_key_works_wherever_the_focus_is(keys: Keys, qtbot: QtBot) -> None:
    view = View(keys, ("number", "F9"))
    shown(view, qtbot)
    view.field.setFocus()
    qtbot.keyClick(view.field, Qt.Key.Key_F9)
    assert view.done == ["x"]


def test_two_tabs_may_use_one_key(keys: Keys, qtbot: QtBot) -> None:
    stack, one, other = QStackedWidget(), View(keys, ("new", "F2")), View(keys, ("plan", "F2"))
    stack.addWidget(one)
    stack.addWidget(other)
    shown(stack, qtbot)
    qtbot.keyClick(one.field, Qt.Key.Key_F2)
    stack.setCurrentWidget(other)
    qtbot.keyClick(other.field, Qt.Key.Key_F2)
    qtbot.keyClick(other.field, Qt.Key.Key_F2)
    assert (one.done, other.done) == (["x"], ["x", "x"])
    assert keys.clashes() == []


def test_a_key_that_two_views_claim_at_once_is_found(keys: Keys, qtbot: QtBot) -> None:
    window = View(keys, ("help", "F1"))
    inner = View(keys, ("explain", "F1"))
    inner.setParent(window)
    qtbot.addWidget(window)
    assert keys.clashes() == ["F1: help, explain"]


def test_one_view_can_not_use_a_key_twice(keys: Keys, qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    twice = [Action(name, name, never, key="F2") for name in ("new", "old")]
    with pytest.raises(ValueError, match="F2"):
        keys.install(owner, twice)
    assert owner.actions() == keys.all() == []


def test_a_disabled_action_is_not_offered_and_does_nothing(keys: Keys, qtbot: QtBot) -> None:
    view = View(keys, ("number", "F9"), ("new", "F2"))
    shown(view, qtbot)
    with qtbot.waitSignal(keys.changed):
        view.actions_made["number"].setEnabled(False)
    assert [action.action.name for action in keys.now()] == ["new"]
    qtbot.keyClick(view.field, Qt.Key.Key_F9)
    assert view.done == []


def test_while_a_window_asks_something_only_its_own_keys_work(keys: Keys, qtbot: QtBot) -> None:
    view = View(keys, ("triage", "F4"))
    shown(view, qtbot)
    dialog = QDialog(view)
    asking = View(keys, ("ask", "F4"))
    asking.setParent(dialog)
    dialog.open()
    qtbot.waitExposed(dialog)
    assert [action.action.name for action in keys.now()] == ["ask"]
    dialog.reject()
    assert [action.action.name for action in keys.now()] == ["triage"]


def test_an_action_of_a_deleted_view_is_forgotten(keys: Keys, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    view = View(keys, ("number", "F9"))
    view.setParent(window)
    assert keys.all()
    delete(view)
    assert keys.all() == keys.now() == []


def test_word_and_key_are_told_in_the_language(keys: Keys, qtbot: QtBot) -> None:
    view = View(keys, ("undo", "F9"))
    qtbot.addWidget(view)
    action = view.actions_made["undo"]
    assert (action.text(), action.key_text, action.toolTip()) == ("Undo", "F9", "Undo (F9)")
    keys.retranslate(translator("mn"))
    assert action.text() == translator("mn")("Undo")


def test_enter_is_called_as_on_the_keyboard(keys: Keys, qtbot: QtBot) -> None:
    view = View(keys, ("store", "Ctrl+Return"))
    qtbot.addWidget(view)
    assert view.actions_made["store"].key_text == "Ctrl+Enter"


def test_an_action_can_take_another_word_in_every_language(keys: Keys, qtbot: QtBot) -> None:
    view = View(keys, ("next", "F8"))
    qtbot.addWidget(view)
    action = view.actions_made["next"]
    action.call("Escort")
    assert action.text() == "Escort"
    assert action.toolTip() == "Escort (F8)"
    keys.retranslate(translator("zh"))
    assert action.text() == translator("zh")("Escort") != "Escort"


def test_the_key_bar_hears_which_action_leads_on(keys: Keys, qtbot: QtBot) -> None:
    view = View(keys, ("next", "F8"))
    qtbot.addWidget(view)
    with qtbot.waitSignal(keys.changed):
        view.actions_made["next"].lead(True)
    assert view.actions_made["next"].primary


def test_the_bar_can_be_told_of_an_action_or_no_longer(keys: Keys, qtbot: QtBot) -> None:
    view = View(keys, ("next", "F8"))
    qtbot.addWidget(view)
    with qtbot.waitSignal(keys.changed):
        view.actions_made["next"].tell(False)
    assert not view.actions_made["next"].in_bar


@pytest.mark.parametrize(
    ("key", "cap"), [("Left", "←"), ("Shift+Down", "Shift+↓"), ("Ctrl++", "Ctrl++"), ("F9", "F9"), ("", "")]
)
def test_arrow_keys_are_told_as_they_are_printed(key: str, cap: str) -> None:
    assert printed(QKeySequence(key)) == cap
