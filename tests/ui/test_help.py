"""F1 explains the page in front and what its keys do now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from deskapp.ui.help import HelpDialog
from tests.support.front import Front


def _words(front: Front) -> list[str]:
    front.key(Qt.Key.Key_F1)
    dialog = front.child(HelpDialog)
    words = [label.text() for label in dialog.findChildren(QLabel)]
    dialog.accept()
    front.settle()
    return words


def test_it_tells_only_of_keys_that_work_now(front: Front) -> None:
    idle = _words(front)
    assert "F2" in idle
    assert "F9" not in idle

    front.arrive()
    assert "F9" in _words(front)


def test_it_speaks_the_language_of_the_window(front: Front) -> None:
    front.language.set("zh")

    assert any("按Enter" in words for words in _words(front))
