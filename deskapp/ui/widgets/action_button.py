"""Buttons that show their key."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from deskapp.ui import fonts, icons, style
from deskapp.ui import tokens as board
from deskapp.ui.keys import KeyAction


class ActionButton(QPushButton):
    """A button for a `KeyAction`: its word, its icon and, at the right, its key. It is gone while its action is."""

    def __init__(self, action: KeyAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = action
        self._there = self._wanted = True
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)
        style.look().changed.connect(self.updateGeometry)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        style.set_state(self, "primary", self._action.primary)
        self.setText(self._action.text())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())
        self.setAccessibleName(self._action.text())
        self.setAccessibleDescription(self._action.key_text)
        self._appear()
        self.updateGeometry()

    def is_offered(self) -> bool:
        """Return whether the action is there at all; a button of it can be hidden for other reasons too."""
        return self._action.isVisible()

    def _appear(self) -> None:
        there = self.is_offered()
        # Only when it became another: shown before it has a place, a button would be a window of its own.
        if there != self._there:
            self._there = there
            super().setVisible(there and self._wanted)

    def setVisible(self, visible: bool) -> None:
        """Show it, now or as soon as its action is there, or hide it."""
        self._wanted = visible
        super().setVisible(visible and self._there)

    def _key_font(self) -> QFont:
        return fonts.font(style.look().language, style.tokens().sizes.px(board.SECONDARY))

    def _key_width(self) -> int:
        key = self._action.key_text
        if not key:
            return 0
        return QFontMetrics(self._key_font()).horizontalAdvance(key) + style.tokens().sizes.px(10)

    def sizeHint(self) -> QSize:
        """Return the room for icon, word and key."""
        sizes = style.tokens().sizes
        metrics = QFontMetrics(self._word_font())
        width = metrics.horizontalAdvance(self.text()) + 2 * sizes.field_gap
        if self._action.action.icon:
            width += sizes.icon + sizes.gap
        if self._action.key_text:
            width += self._key_width() + sizes.gap
        return QSize(width, max(sizes.control, metrics.height() + sizes.gap))

    def minimumSizeHint(self) -> QSize:
        """Never less: a word on a button is not cut."""
        return self.sizeHint()

    def _word_font(self) -> QFont:
        font = QFont(self.font())
        font.setBold(bool(self.property("primary")))
        return font

    def _tone(self) -> str:
        if not self.isEnabled():
            return "disabled"
        return "on_accent" if self.property("primary") else "text"

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the button as the style sheet has it, then icon, word and key."""
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        sizes = style.tokens().sizes
        room = self.rect().adjusted(sizes.field_gap, 0, -sizes.field_gap, 0)
        if self._action.action.icon:
            icons.paint(
                painter,
                self._action.action.icon,
                self._tone(),
                QRect(room.left(), 0, sizes.icon, self.height()),
            )
            room.setLeft(room.left() + sizes.icon + sizes.gap)
        if self._action.key_text:
            paint_key(painter, self._action.key_text, room, self._key_font(), self._tone())
            room.setRight(room.right() - self._key_width() - sizes.gap)
        painter.setFont(self._word_font())
        painter.setPen(QColor(getattr(style.tokens().colours, self._tone())))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())


def paint_key(painter: QPainter, key: str, room: QRect, font: QFont, tone: str) -> int:
    """Draw a key as a key cap at the right of `room`; return its width."""
    sizes = style.tokens().sizes
    metrics = QFontMetrics(font)
    width, height = metrics.horizontalAdvance(key) + sizes.px(10), metrics.height() + sizes.px(2)
    cap = QRect(room.right() - width + 1, room.center().y() - height // 2, width, height)
    ink = QColor(getattr(style.tokens().colours, tone))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink, sizes.hairline))
    painter.drawRoundedRect(cap.adjusted(0, 0, -1, -1), sizes.px(3), sizes.px(3))
    painter.setFont(font)
    painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
    painter.restore()
    return width
