"""What takes longer than half a second says how far it is and can be cancelled."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from deskapp.i18n import translator
from deskapp.ui.tasks import Progress, Task
from deskapp.ui.widgets import progress
from deskapp.ui.widgets.progress import ProgressStrip


@pytest.fixture
def strip(app: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> ProgressStrip:
    monkeypatch.setattr(progress, "PATIENCE_MS", 20)
    made = ProgressStrip(translator("en"))
    qtbot.addWidget(made)
    return made


def test_what_is_done_at_once_shows_nothing(strip: ProgressStrip, qtbot: QtBot) -> None:
    strip.busy(True)
    strip.busy(False)
    qtbot.wait(40)
    assert strip.isHidden()


def test_what_takes_longer_is_shown_until_it_is_over(strip: ProgressStrip, qtbot: QtBot) -> None:
    strip.busy(True)
    assert strip.isHidden()
    qtbot.waitUntil(strip.isVisible)
    strip.busy(False)
    assert strip.isHidden()


def test_it_says_how_far_the_work_is(strip: ProgressStrip) -> None:
    bar = strip.findChild(QProgressBar)
    assert isinstance(bar, QProgressBar)
    strip.busy(True)
    assert (bar.minimum(), bar.maximum()) == (0, 0)
    strip.progress(Progress(30, 120, "rows"))
    assert (bar.value(), bar.maximum(), strip._words.text()) == (30, 120, "rows  30 / 120")
    strip.progress(Progress(31))
    assert (bar.maximum(), strip._words.text()) == (0, "31")
    strip.busy(False)


def test_it_cancels_what_it_watches(strip: ProgressStrip, qtbot: QtBot) -> None:
    task = strip.watch(Task(print, ()))
    strip.busy(True)
    qtbot.waitUntil(strip.isVisible)
    button = strip.findChild(QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert task.cancelled
    assert not button.isEnabled()
    strip.busy(False)
