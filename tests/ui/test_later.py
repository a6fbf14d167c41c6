"""An undo that outlives its page does nothing."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QLabel

from deskapp.ui.later import Later


class Counted(QLabel):
    """A widget with something to undo."""

    def undo(self, what: int) -> None:
        """Say what was undone."""
        self.setText(f"{self.text()}{what}")


def test_it_is_done_with_its_values_while_the_widget_is_there_and_not_afterwards(app: QApplication) -> None:
    label = Counted()
    undo = Later(label.undo, 7)
    undo()
    undo()
    assert label.text() == "77"
    label.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    undo()
