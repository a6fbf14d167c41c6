"""Strips above the list: as many as fit, each with its buttons."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deskapp.ui.intake.waiting.strip import MOST, Strips, Told


def test_no_more_strips_than_fit_are_shown_and_their_buttons_act(app: QApplication, qtbot: QtBot) -> None:
    names = ("a", "b", "c", "d")
    strips = Strips(names)
    qtbot.addWidget(strips)
    pressed: list[str] = []

    def first() -> None:
        pressed.append("first")

    def second() -> None:
        pressed.append("second")

    acts = (("One", first), ("Two", second))
    strips.tell([Told(name, "info", "rule", name.upper(), acts) for name in names])
    assert [name for name in names if strips.by_name[name].words()] == list(names[:MOST])
    strips.by_name["a"].press(1)
    strips.by_name["b"].press()
    assert pressed == ["second", "first"]
    strips.tell([])
    assert strips.isHidden()
