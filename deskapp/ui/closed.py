"""The machinery of a window whose hospital is closed: asking for its key, or working on its closed files."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from deskapp.ui.base_tab import Desk, LanguageState
from deskapp.ui.hub import ChangeHub
from deskapp.ui.keys import Keys
from deskapp.ui.messages import Messages
from deskapp.ui.tasks import TaskRunner

LONGEST_SECONDS: Final = 24 * 3600.0


class ClosedDesk(QObject):
    """A desk without services and without anybody signed in. `end` it before the real one comes."""

    def __init__(self, window: QWidget, language: str) -> None:
        super().__init__(window)
        self.messages = Messages(self)
        self.runner = TaskRunner(self.messages.route, parent=self)
        spoken = LanguageState(language, self)
        keys = Keys(spoken.tr, self)
        self.desk = Desk(spoken, self.runner, ChangeHub(self), self.messages, keys, None, _nobody)

    def end(self) -> None:
        """Wait for what is under way: files are left whole, in the old way or in the new."""
        self.runner.drain(seconds=LONGEST_SECONDS)
        self.deleteLater()


def _nobody() -> None:
    return None
