"""The one window: shown empty at once, filled when the hospital is open. Knows no feature by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QStackedWidget, QWidget

from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import icons

if TYPE_CHECKING:
    from deskapp.ui.base_tab import Desk
    from deskapp.ui.frame import Frame
    from deskapp.ui.session import Session

SMALLEST: Final = QSize(900, 500)
"""What 1920 x 1080 leaves at 200 %, without the system's bars."""
USUAL: Final = QSize(1366, 768)


class MainWindow(QMainWindow):
    """The one window. Shown empty at once; `open_desk` fills it when the database is open."""

    def __init__(self, tr: Translator) -> None:
        super().__init__()
        self.setMinimumSize(SMALLEST)
        self.resize(USUAL)
        self.setWindowTitle("deskapp")
        self.setWindowIcon(icons.icon("hospital", "accent"))
        self._root = QStackedWidget()
        self._opening = QLabel(tr(N_("Opening the hospital's database…")))
        self._opening.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._root.addWidget(self._opening)
        self.setCentralWidget(self._root)

    def say(self, words: str) -> None:
        """Show a sentence instead of the desk: while it opens, or why it can't."""
        self._opening.setText(words)
        self._opening.setWordWrap(True)
        self._root.setCurrentWidget(self._opening)

    def show_page(self, page: QWidget) -> None:
        """Show a page instead of the desk, such as the question for the hospital's key."""
        self._root.addWidget(page)
        self._root.setCurrentWidget(page)

    def take_away(self, page: QWidget) -> None:
        """Show that page no more."""
        self._root.setCurrentWidget(self._opening)
        self._root.removeWidget(page)
        page.deleteLater()

    def open_desk(self, desk: Desk, session: Session) -> None:
        """Show the desk of an open database, behind its sign-in."""
        # Imported here: the window is on the screen before these and the database library are read.
        from deskapp.ui.frame import Frame
        from deskapp.ui.widgets.bug_dialog import BugTeller

        self._session = session
        self._frame = Frame(desk, session)
        self._bugs = BugTeller(self, desk.tr)
        desk.language.changed.connect(self._bugs.retranslate)
        desk.messages.broke.connect(self._bugs.tell)
        session.install(desk, self._root, self._frame)

    @Slot(str)
    def take_scan(self, code: str) -> None:
        """Hand a scanned code to the tab in front, unless the desk is locked or a dialog asks something."""
        asked = QApplication.activeModalWidget() is not None
        if self._root.currentWidget() is self._frame and not asked:
            self._frame.take_scan(code)

    @property
    def frame_of_tabs(self) -> Frame:
        """The frame with the tabs."""
        return self._frame

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the session keep drafts before the window goes."""
        session = getattr(self, "_session", None)
        if session is not None:
            session.leave()
        super().closeEvent(event)
