"""The answers: as large as a thumb, ticked as well as coloured, by touch or by key."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deskapp.ui import style
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.door.answers import Answer, Answers, BigButton

YES_NO = (Answer(True, "Yes", "1"), Answer(False, "No", "2"), Answer(None, "Not asked", "3"))


@pytest.fixture
def answers(desk: Desk, qtbot: QtBot) -> Answers:
    made = Answers(YES_NO)
    qtbot.addWidget(made)
    made.retranslate(desk.tr, "First visit?")
    made.show()
    return made


def buttons(answers: Answers) -> list[BigButton]:
    return answers.findChildren(BigButton)


def test_nothing_is_answered_at_first(answers: Answers) -> None:
    assert answers.value() is None
    assert [button.chosen for button in buttons(answers)] == [False, False, True]
    assert answers.accessibleName() == "First visit?"


def test_a_touch_and_a_key_choose(answers: Answers, qtbot: QtBot) -> None:
    with qtbot.waitSignal(answers.changed):
        QTest.mouseClick(buttons(answers)[0], Qt.MouseButton.LeftButton)
    assert answers.value() is True
    assert answers.take_key("2")
    assert answers.value() is False
    assert not answers.take_key("7")
    chosen = [button.accessibleDescription() for button in buttons(answers)]
    assert chosen == ["", "✓", ""]


@pytest.mark.parametrize("low", [False, True])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_a_button_is_a_touch_target_whatever_the_room(answers: Answers, low: bool, scale: float) -> None:
    look = style.look()
    look.take("light", style.Sizes(scale), "en")
    answers.be_low(low)
    answers.resize(600, answers.sizeHint().height())
    assert all(button.height() >= 44 * scale for button in buttons(answers))
