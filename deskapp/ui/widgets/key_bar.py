"""The bar at the bottom: what the keys do now, and what was done last."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QSizePolicy, QWidget

from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import fonts, style
from deskapp.ui import tokens as board
from deskapp.ui.keys import Action, KeyAction, Keys
from deskapp.ui.messages import LastAction
from deskapp.ui.widgets.action_button import ActionButton, paint_key
from deskapp.ui.widgets.basics import label

UNDO_KEY: Final = "Alt+Z"
"""Works in a field too: Ctrl+Z, Ctrl+Shift+Z and, on Windows, Alt+Backspace belong to the field itself."""


class KeyBar(QWidget):
    """What the keys do now: key cap and word, as many as fit, the rest on hover; a click does it too."""

    def __init__(self, keys: Keys, tr: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self._tr = tr
        self._places: list[tuple[QRect, KeyAction]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._look_again)
        # A visit that comes to the front changes twenty keys; the bar looks at them once.
        keys.changed.connect(self._soon.start)
        # A dialog that comes or goes has keys of its own.
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusWindowChanged.connect(self._on_window)
        style.look().changed.connect(self.updateGeometry)
        self._look_again()

    def told(self) -> list[str]:
        """Return what the bar says, "F2 New"."""
        return [f"{action.key_text} {action.text()}" for action in self._shown()]

    def _shown(self) -> list[KeyAction]:
        return [action for action in self._keys.now() if action.in_bar and action.key_text]

    def retranslate(self, tr: Translator) -> None:
        """Say what the bar is in another language; the actions bring their own words."""
        self._tr = tr
        self._look_again()

    def showEvent(self, event: QShowEvent) -> None:
        """Look again: what could not be seen before can be seen now."""
        super().showEvent(event)
        self._look_again()

    @Slot()
    def _look_again(self) -> None:
        self.setAccessibleName(self._tr(N_("What the keys do here")))
        self.setAccessibleDescription(", ".join(self.told()))
        self.setToolTip("\n".join(self.told()))
        self.updateGeometry()
        self.update()

    @Slot()
    def _on_window(self) -> None:
        self._soon.start()

    def _font(self) -> QFont:
        return fonts.font(style.look().language, style.tokens().sizes.px(board.SECONDARY))

    def _widths(self, action: KeyAction) -> tuple[int, int]:
        """Return the width of the cap, and of cap and word together."""
        sizes, metrics = style.tokens().sizes, QFontMetrics(self._font())
        cap = metrics.horizontalAdvance(action.key_text) + sizes.px(10)
        return cap, cap + sizes.px(6) + metrics.horizontalAdvance(action.text())

    def sizeHint(self) -> QSize:
        """Return the room for all of it in one line."""
        sizes = style.tokens().sizes
        width = sum(self._widths(action)[1] + sizes.margin for action in self._shown())
        return QSize(max(width, sizes.px(80)), _height(self))

    def minimumSizeHint(self) -> QSize:
        """It may shrink: it then tells less."""
        return QSize(style.tokens().sizes.px(80), _height(self))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the caps and words that fit whole."""
        sizes, colours = style.tokens().sizes, style.tokens().colours
        font = self._font()
        painter = QPainter(self)
        left = 0
        self._places = []
        for action in self._shown():
            cap, width = self._widths(action)
            if left + width > self.width():
                break
            paint_key(painter, action.key_text, QRect(left, 0, cap, self.height()), font, "secondary")
            painter.setFont(font)
            painter.setPen(QColor(colours.text))
            words = QRect(left + cap + sizes.px(6), 0, width, self.height())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, action.text())
            self._places.append((QRect(left, 0, width, self.height()), action))
            left += width + sizes.margin

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do what was clicked on."""
        for place, action in self._places:
            if place.contains(event.position().toPoint()):
                action.trigger()
                return


def _height(widget: QWidget) -> int:
    """Return the height of one line of the bar, the same for the keys and the undo; a thumb can touch it."""
    sizes = style.tokens().sizes
    return max(widget.fontMetrics().height() + sizes.gap, sizes.row)


class UndoButton(ActionButton):
    """As low as the bar: the page above does not move when it appears. A click leaves the cursor where it is."""

    def __init__(self, action: KeyAction) -> None:
        super().__init__(action)
        self.setProperty("bar", True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        """Return the room for icon, word and key in one line of the bar."""
        return QSize(super().sizeHint().width(), _height(self))

    def _tone(self) -> str:
        return "accent"


class LastActionBar(QFrame):
    """What was done last, with its undo, which has one key on every page."""

    def __init__(self, keys: Keys, tr: Translator, parent: QWidget) -> None:
        super().__init__(parent)
        self._tr = tr
        self._last: LastAction | None = None
        self._words = label("", "secondary")
        # Of what is always there, and never off: in a field the key would be a letter while there is nothing to undo.
        self._undo = UndoButton(keys.install(parent, [self._own_action()])["last.undo"])
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._words)
        self._row.addWidget(self._undo)
        style.look().changed.connect(self._space)
        self._space()
        self.retranslate(tr)

    def _own_action(self) -> Action:
        hint = N_("Undo what was done last")
        return Action("last.undo", N_("Undo"), self.undo, UNDO_KEY, "undo-2", in_bar=False, hint=hint)

    @Slot(object)
    def show_action(self, last: LastAction) -> None:
        """Show an action (connect `Messages.acted` to this)."""
        self._last = last
        self.retranslate(self._tr)

    def retranslate(self, tr: Translator) -> None:
        """Show it in another language."""
        self._tr = tr
        self._words.setText(tr(self._last.text) if self._last is not None else "")
        self._words.setToolTip(self._words.text())
        self._undo.setVisible(self._last is not None and self._last.undo is not None)
        self.setVisible(self._last is not None)

    @Slot()
    def undo(self) -> None:
        """Undo it if that can be done; once."""
        last = self._last
        if last is None or last.undo is None:
            return
        self._last = None
        self.retranslate(self._tr)
        last.undo()

    @Slot()
    def _space(self) -> None:
        """Stand apart from the keys: what was done is no word of the first of them."""
        sizes = style.tokens().sizes
        self._row.setContentsMargins(0, 0, sizes.group_gap, 0)
        self._row.setSpacing(sizes.gap)
