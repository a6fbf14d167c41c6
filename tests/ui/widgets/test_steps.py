"""The strip tells where a visit is, by whom and when, to the eye and to a screen reader."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deskapp.i18n import translator
from deskapp.ui import style
from deskapp.ui.widgets.steps import CURRENT, DONE, SKIPPED, TODO, Step, StepStrip

STEPS = [
    Step("arrive", "Arrive", DONE, "Li", "14:30"),
    Step("greet", "Greet", SKIPPED),
    Step("triage", "Triage", CURRENT, when="14:32"),
    Step("register", "Register", TODO),
]


@pytest.fixture
def strip(app: QApplication, qtbot: QtBot) -> StepStrip:
    made = StepStrip(translator("en"))
    qtbot.addWidget(made)
    made.resize(600, 80)
    with qtbot.waitActive(made):
        made.show()
    made.show_steps(STEPS)
    QApplication.processEvents()
    return made


def items(strip: StepStrip) -> list[QWidget]:
    return list(strip._items)


def test_each_step_says_its_state(strip: StepStrip) -> None:
    assert [item.accessibleName() for item in items(strip)] == [
        "Arrive, done", "Greet, skipped", "Triage, now", "Register, not yet"
    ]  # fmt: skip


def test_who_and_when_are_told_on_hover_and_to_a_screen_reader(strip: StepStrip) -> None:
    assert [item.accessibleDescription() for item in items(strip)] == ["Li, 14:30", "", "14:32", ""]
    assert items(strip)[0].toolTip() == "Arrive, done\nLi, 14:30"


def test_more_and_fewer_steps_can_follow(strip: StepStrip, qtbot: QtBot) -> None:
    strip.show_steps(STEPS[:2])
    assert [step.name for step in strip.steps()] == ["arrive", "greet"]
    strip.show_steps([*STEPS, Step("pay", "Pay")])
    assert len(items(strip)) == 5


def test_a_click_and_the_keys_activate_a_step(strip: StepStrip, qtbot: QtBot) -> None:
    with qtbot.waitSignal(strip.activated) as activated:
        qtbot.mouseClick(items(strip)[2], Qt.MouseButton.LeftButton)
    assert activated.args == ["triage"]
    items(strip)[0].setFocus()
    qtbot.keyClick(items(strip)[0], Qt.Key.Key_Right)
    assert items(strip)[1].hasFocus()
    qtbot.keyClick(items(strip)[1], Qt.Key.Key_Left)
    with qtbot.waitSignal(strip.activated) as activated:
        qtbot.keyClick(items(strip)[0], Qt.Key.Key_Return)
    assert activated.args == ["arrive"]


def test_words_that_do_not_fit_get_more_lines(strip: StepStrip, app: QApplication) -> None:
    high = strip.sizeHint().height()
    strip.show_steps([Step(str(at), "Төлбөр тооцоо хийх") for at in range(8)])
    strip.resize(480, 80)
    QApplication.processEvents()
    assert strip.sizeHint().height() > high


def test_states_differ_in_more_than_colour(strip: StepStrip, qtbot: QtBot) -> None:
    """Drawn in black and white, no two signs are equal."""
    pictures = []
    for state in (DONE, CURRENT, TODO, SKIPPED):
        strip.show_steps([Step("x", "", state)])
        QApplication.processEvents()
        grey = strip.grab().toImage().convertToFormat(strip.grab().toImage().Format.Format_Mono)
        pictures.append(bytes(grey.constBits()))
    assert len(set(pictures)) == 4


def test_the_focus_is_drawn(strip: StepStrip, app: QApplication) -> None:
    item = items(strip)[3]
    items(strip)[0].setFocus()
    before = item.grab().toImage()
    item.setFocus()
    drawn = item.grab().toImage()
    assert drawn != before
    ring = drawn.pixelColor(drawn.width() // 2, 1).name().upper()
    assert ring == style.tokens().colours.focus
