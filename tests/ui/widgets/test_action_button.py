"""A button shows its word, its icon and its key, and is never too narrow for them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deskapp.i18n import translator
from deskapp.ui import style
from deskapp.ui.keys import Action, Keys
from deskapp.ui.tokens import SCHEMES
from deskapp.ui.widgets.action_button import ActionButton


class Owner(QWidget):
    """A view with one action."""

    def __init__(self, label: str = "Number and print", *, primary: bool = True) -> None:
        super().__init__()
        self.keys = Keys(translator("en"), self)
        self.done = 0
        made = self.keys.install(
            self,
            [Action("number", label, self.do, "F9", "ticket", primary=primary, hint="Issues the number")],
        )
        self.action = made["number"]
        self.button = ActionButton(self.action, self)

    def do(self) -> None:
        self.done += 1


@pytest.fixture
def owner(app: QApplication, qtbot: QtBot) -> Owner:
    made = Owner()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_it_does_what_the_key_does(owner: Owner, qtbot: QtBot) -> None:
    qtbot.mouseClick(owner.button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(owner, Qt.Key.Key_F9)
    assert owner.done == 2


def test_it_says_word_key_and_hint(owner: Owner) -> None:
    assert owner.button.accessibleName() == "Number and print"
    assert owner.button.accessibleDescription() == "F9"
    assert owner.button.toolTip() == "Issues the number (F9)"


def test_it_follows_its_action(owner: Owner) -> None:
    owner.action.setEnabled(False)
    assert not owner.button.isEnabled()
    owner.action.setText("Олгож хэвлэх")
    assert owner.button.text() == "Олгож хэвлэх"


def test_it_is_gone_while_its_action_is(owner: Owner) -> None:
    owner.action.setVisible(False)
    assert not owner.button.isVisible()
    late = ActionButton(owner.action, owner)
    late.show()
    assert not late.isVisible()
    owner.action.setVisible(True)
    assert owner.button.isVisible()
    assert late.isVisible()


def test_an_action_that_comes_back_does_not_show_a_button_that_its_page_hides(owner: Owner) -> None:
    owner.button.hide()
    owner.action.setVisible(False)
    owner.action.setVisible(True)
    assert not owner.button.isVisible()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_it_has_room_for_word_icon_and_key(owner: Owner, app: QApplication, scale: float) -> None:
    style.apply(app, "light", scale)
    metrics = owner.button.fontMetrics()
    words = metrics.horizontalAdvance(owner.button.text()) + metrics.horizontalAdvance("F9")
    assert owner.button.sizeHint().width() > words + style.tokens().sizes.icon
    assert owner.button.minimumSizeHint() == owner.button.sizeHint()
    assert owner.button.sizeHint().height() >= style.tokens().sizes.control


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_primary_one_stands_out(app: QApplication, qtbot: QtBot, scheme: str) -> None:
    style.apply(app, scheme)
    grounds = []
    for primary in (True, False):
        owner = Owner(primary=primary)
        qtbot.addWidget(owner)
        owner.button.resize(owner.button.sizeHint())
        image = owner.button.grab().toImage()
        grounds.append(image.pixelColor(image.width() // 2, 4).name().upper())
    colours = style.tokens().colours
    assert grounds == [colours.accent, colours.surface]


def test_enter_elsewhere_does_not_press_it(owner: Owner) -> None:
    assert not owner.button.autoDefault()
