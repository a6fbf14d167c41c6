"""The window of the board: without a frame on a screen of its own, or with one where there is no second screen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import icons
from deskapp.ui.intake.board.canvas import BoardCanvas, Clock, wall_clock
from deskapp.ui.intake.board.screens import ScreenFacts

MOVABLE: Final = QSize(960, 540)


class BoardWindow(QWidget):
    """Shows the board and takes neither keys nor the place of the desk's window."""

    put_away = Signal()
    """Somebody closed the window."""

    def __init__(self, clock: Clock = wall_clock) -> None:
        super().__init__(None)
        # The program ends with the desk's window, whether or not the board can still be seen.
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWindowIcon(icons.icon("monitor", "accent"))
        self.canvas = BoardCanvas(clock)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.canvas)

    def fill(self, screen: ScreenFacts) -> None:
        """Cover a screen."""
        self._become(Qt.WindowType.FramelessWindowHint)
        self.setCursor(Qt.CursorShape.BlankCursor)
        if screen.screen is not None:
            self.setScreen(screen.screen)
        self.setGeometry(screen.geometry)
        if screen.screen is not None:
            # showFullScreen() would activate the window: the desk's keys would go to the waiting room.
            self.setWindowState(Qt.WindowState.WindowFullScreen)
        self.show()

    def float(self) -> None:
        """Be a window that can be moved about, because somebody asked for it."""
        self._become(Qt.WindowType.Window)
        self.unsetCursor()
        self.resize(MOVABLE)
        self.showNormal()

    def _become(self, frame: Qt.WindowType) -> None:
        flags = Qt.WindowType.Window | Qt.WindowType.WindowDoesNotAcceptFocus | frame
        if self.windowFlags() != flags:
            self.hide()
            self.setWindowFlags(flags)

    def retranslate(self, tr: Translator) -> None:
        """Say the window's title in the desk's language."""
        self.setWindowTitle(tr(N_("Board of the waiting room")))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that the window was closed by hand."""
        super().closeEvent(event)
        self.put_away.emit()
