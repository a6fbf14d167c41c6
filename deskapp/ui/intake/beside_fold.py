"""Where the panel beside the work stands: next to it, or over it while it is asked for, where there is no room."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from shiboken6 import isValid

from deskapp.domain.text import N_
from deskapp.ui import style
from deskapp.ui.intake.beside import Beside
from deskapp.ui.keys import KeyAction

WIDTH: Final = 272
FROM: Final = 1200
"""Width of the page from which on the panel has room next to the work, in pixels of the drawing board."""


class BesideFold(QObject):
    """Stands the panel in the row of columns; in a narrow window it lies over them for as long as it has the cursor."""

    def __init__(self, beside: Beside, row: QHBoxLayout) -> None:
        super().__init__(beside)
        self._beside = beside
        self._row = row
        self._key: KeyAction | None = None
        self._from: QWidget | None = None
        self._folded = self._open = False
        row.addWidget(beside)
        beside.ask_line.left.connect(self._on_asked)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    def follow_key(self, key: KeyAction) -> None:
        """Call the key of the phrases by what it does now."""
        self._key = key
        self._say_key()

    def share_room(self, width: int, *, wanted: bool) -> None:
        """Put the panel where a page of this width has room for it; beside a record there is nothing to say."""
        sizes = style.tokens().sizes
        self._beside.setFixedWidth(sizes.px(WIDTH))
        folded = width < sizes.px(FROM)
        if folded != self._folded:
            self._fold(folded)
        self._beside.lie_over(folded)
        self._open = self._open and folded and wanted
        if self._open:
            self._lie_over()
        self._beside.setVisible(wanted and (self._open or not folded))
        self._say_key()

    def _fold(self, folded: bool) -> None:
        self._folded = folded
        if folded:
            self._row.removeWidget(self._beside)
        else:
            self._row.addWidget(self._beside)

    def _lie_over(self) -> None:
        page = self._beside.parentWidget()
        layout = page.layout() if page is not None else None
        if layout is not None:
            # While something waits to be laid out anew, the row has no place.
            layout.activate()
        room = self._row.geometry()
        width = self._beside.width()
        self._beside.setGeometry(room.right() + 1 - width, room.top(), width, room.height())
        self._beside.raise_()

    # doing

    @Slot()
    def phrases(self) -> None:
        """Unfold the panel where it is folded; else show all phrases, or fewer."""
        if not self._unfold():
            self._beside.toggle_phrases()
        self._say_key()

    @Slot()
    def ask(self) -> None:
        """Begin a question that nobody can answer; the cursor comes back from it."""
        if not self._unfold():
            self._remember()
        self._beside.ask_line_open()

    def close(self) -> bool:
        """Fold the panel away and give the cursor back, or show fewer phrases; return whether there was anything to."""
        if self._open:
            self._give_back()
            self._put_away()
            return True
        fewer = self._beside.fewer_phrases()
        self._say_key()
        return fewer

    def _unfold(self) -> bool:
        """Lay the panel over the work, with the cursor in it; return whether it was folded."""
        if not self._folded or self._open:
            return False
        self._remember()
        self._open = True
        self._lie_over()
        self._beside.show()
        self._beside.take_focus()
        return True

    def _put_away(self) -> None:
        self._open = False
        self._beside.hide()
        self._say_key()

    def _remember(self) -> None:
        """Remember where the cursor is, unless it is in the panel already."""
        now = QApplication.focusWidget()
        if now is not None and not self._beside.isAncestorOf(now):
            self._from = now

    def _give_back(self) -> None:
        before, self._from = self._from, None
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    @Slot()
    def _on_asked(self) -> None:
        """The question is kept, or given up: go on where the cursor was."""
        self._give_back()
        if self._open:
            self._put_away()

    @Slot(QWidget, QWidget)
    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Fold away once the work goes on elsewhere in the window; a dialog gives the cursor back."""
        if not self._open or now is None or now.window() is not self._beside.window():
            return
        if now is not self._beside and not self._beside.isAncestorOf(now):
            self._put_away()

    def _say_key(self) -> None:
        if self._key is None:
            return
        folded = self._folded and not self._open
        self._key.call(N_("To say") if folded else self._beside.phrases_word())
        # Next to the work the panel has a button for it; folded away there is only the bar to tell of it.
        self._key.tell(self._folded)
