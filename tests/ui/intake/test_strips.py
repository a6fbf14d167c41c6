"""A strip takes no room while it has nothing to say, and offers only what can be done now."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.strips import OfferButton, Strip
from deskapp.ui.keys import Action


@pytest.fixture
def strip(desk: Desk, qtbot: QtBot) -> Strip:
    made = Strip("door-open")
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(
    ("tone", "role"), [("accent", "info"), ("warning", "rule"), ("danger", "surroundings")]
)
def test_it_says_how_pressing_it_is(strip: Strip, tone: str, role: str) -> None:
    strip.say("1 coming", tone)
    assert strip.isVisible()
    assert strip.property("role") == role
    assert strip.accessibleName() == "1 coming"
    strip.say("")
    assert not strip.isVisible()


def test_what_can_not_be_done_now_is_not_offered(strip: Strip, desk: Desk, qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    action = desk.keys.install(owner, [Action("a", "Take over", owner.update, "Ctrl+G")])["a"]
    action.setEnabled(False)
    strip.add_keys([action])
    strip.say("1 coming")
    (button,) = strip.findChildren(OfferButton)
    assert not button.isVisible()
    action.setEnabled(True)
    assert button.isVisible()


def test_an_offer_is_no_window_of_its_own_before_it_has_a_place(desk: Desk, qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    action = desk.keys.install(owner, [Action("a", "Take over", owner.update, "Ctrl+G")])["a"]
    button = OfferButton(action)
    qtbot.addWidget(button)
    assert not button.isVisible()
