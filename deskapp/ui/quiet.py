"""Waiting until the window has nothing under way: for pictures of it, and for tests."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot

from deskapp.ui.tasks import TaskRunner

CALM_MS: Final = 250


class Quiet(QObject):
    """An event loop that ends when no task has been under way for a quarter of a second."""

    def __init__(self, runner: TaskRunner, seconds: float) -> None:
        super().__init__()
        self._runner = runner
        self._loop = QEventLoop(self)
        self._calm = self._timer(CALM_MS)
        self._late = self._timer(round(seconds * 1000))
        runner.running.connect(self._on_running)

    def _timer(self, milliseconds: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(self._loop.quit)
        return timer

    def wait(self) -> None:
        """Let the window work until it is calm, or the seconds are over."""
        self._late.start()
        if not self._runner.under_way:
            self._calm.start()
        self._loop.exec()

    @Slot(object)
    def _on_running(self, count: int) -> None:
        if count:
            self._calm.stop()
        else:
            self._calm.start()
