"""The search field: what is typed counts from the first key on, composed through an input method or not."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal, Slot
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import icons, style


class SearchField(QLineEdit):
    """A line that tells of every letter; the arrow keys go to the results while the cursor stays here."""

    edited = Signal(str)
    """The text with what is being composed in its place; emitted only when that differs from before."""

    stepped = Signal(object)
    """Up or down in the results: -1, 1, or a page: -10, 10."""

    confirmed = Signal()
    """Enter: take the result that the cursor is on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preedit = ""
        self._told = ""
        self.setMaxLength(1 << 30)
        self.setProperty("role", "value")
        self.setProperty("search", True)
        self._wipe = QToolButton(self)
        self._wipe.setIcon(icons.icon("x"))
        self._wipe.setCursor(Qt.CursorShape.ArrowCursor)
        self._wipe.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._wipe.clicked.connect(self.clear)
        self._wipe.hide()
        self.textChanged.connect(self._tell)

    def query(self) -> str:
        """Return the text as it looks: with what is being composed, without the marks between syllables."""
        text, at = self.text(), self.cursorPosition()
        composing = self._preedit.replace("'", "").replace(" ", "")
        return text[:at] + composing + text[at:]

    def say(self, tr: Translator, label: str, help_text: str) -> None:
        """Set accessible name and placeholder, both message ids."""
        self.setAccessibleName(tr(label))
        self.setPlaceholderText(tr(help_text))
        self.setToolTip(tr(help_text))
        self._wipe.setToolTip(tr(N_("Empty the field (Esc)")))
        self._wipe.setAccessibleName(tr(N_("Empty the field (Esc)")))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the looking glass into the room that the style leaves for it."""
        super().paintEvent(event)
        sizes = style.tokens().sizes
        icons.paint(QPainter(self), "search", "secondary", QRect(sizes.gap, 0, sizes.icon, self.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button that empties the field at the right."""
        super().resizeEvent(event)
        edge = self.height()
        self._wipe.setGeometry(self.width() - edge, 0, edge, edge)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember what is being composed: Qt tells nobody of it."""
        self._preedit = event.preeditString()
        super().inputMethodEvent(event)
        self._tell()

    def event(self, event: QEvent) -> bool:
        """Leave Ctrl+Z to the page while nothing was typed that it could take back."""
        undoes = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo)
        if undoes and event.type() == QEvent.Type.ShortcutOverride and not self.isUndoAvailable():
            event.ignore()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand the arrow keys and Enter on; Esc empties the field before it leaves it."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}
        key = Qt.Key(event.key())
        if key in steps and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.stepped.emit(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & _CONTROL:
            self.confirmed.emit()
        elif key == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _tell(self) -> None:
        now = self.query()
        self._wipe.setVisible(bool(now))
        if now != self._told:
            self._told = now
            self.edited.emit(now)


_CONTROL = Qt.KeyboardModifier.ControlModifier
