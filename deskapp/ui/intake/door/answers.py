"""Buttons for a standing hand: as large as a thumb, with their key, and a tick on the one that is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from deskapp.i18n import Translator
from deskapp.ui import fonts, icons, style
from deskapp.ui import tokens as board
from deskapp.ui.widgets.action_button import paint_key

HEIGHT: Final = 64
LEAST_HEIGHT: Final = 48
"""Pixels of the drawing board: a touch target has 44 at least."""


@dataclass(frozen=True)
class Answer:
    """One answer: what it means, its message id, and the key that gives it."""

    value: object
    label: str
    key: str


class BigButton(QPushButton):
    """A word and its key. Chosen, it is filled and ticked."""

    def __init__(self, key: str = "", icon: str = "") -> None:
        super().__init__()
        self._key = key
        self._icon = icon
        self.chosen = False
        self._low = False
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        style.look().changed.connect(self.updateGeometry)

    def choose(self, chosen: bool) -> None:
        """Show whether this is the answer."""
        self.chosen = chosen
        style.set_state(self, "primary", chosen)
        self.update()

    def be_low(self, low: bool) -> None:
        """Be no higher than a thumb needs, where there is little room."""
        self._low = low
        self.updateGeometry()

    def lead(self) -> None:
        """Show that this is what usually comes next."""
        style.set_state(self, "primary", True)

    def _edge(self) -> int:
        sizes = style.tokens().sizes
        return sizes.gap if self._low else sizes.field_gap

    def _word_font(self) -> QFont:
        size = style.tokens().sizes.px(board.TITLE)
        return fonts.font(style.look().language, size, bold=bool(self.property("primary")))

    def _key_font(self) -> QFont:
        return fonts.font(style.look().language, style.tokens().sizes.px(board.SECONDARY))

    def sizeHint(self) -> QSize:
        """Return the room for tick, word and key."""
        sizes = style.tokens().sizes
        bold = fonts.font(style.look().language, sizes.px(board.TITLE), bold=True)
        width = QFontMetrics(bold).horizontalAdvance(self.text()) + 2 * self._edge()
        width += sizes.icon_large + sizes.gap
        if self._key:
            width += QFontMetrics(self._key_font()).horizontalAdvance(self._key) + sizes.px(
                14 if self._low else 18
            )
        return QSize(width, sizes.px(LEAST_HEIGHT if self._low else HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Never less: a word on a button is not cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw the button as the style sheet has it, then tick, word and key."""
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        sizes, filled = style.tokens().sizes, bool(self.property("primary"))
        tone = "disabled" if not self.isEnabled() else "on_accent" if filled else "text"
        room = self.rect().adjusted(self._edge(), 0, -self._edge(), 0)
        icon = "check" if self.chosen else self._icon
        if icon:
            edge = sizes.icon_large
            icons.paint(painter, icon, tone, QRect(room.left(), 0, edge, self.height()))
        room.setLeft(room.left() + sizes.icon_large + sizes.gap)
        if self._key:
            paint_key(painter, self._key, room, self._key_font(), tone)
        painter.setFont(self._word_font())
        painter.setPen(QColor(getattr(style.tokens().colours, tone)))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())


class Answers(QWidget):
    """A row of answers of which one is chosen."""

    changed = Signal()
    """Another answer was chosen by a person."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._answers = tuple(answers)
        self._value: object = None
        self._buttons = [BigButton(answer.key) for answer in self._answers]
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        for button in self._buttons:
            button.clicked.connect(self._on_clicked)
            self._row.addWidget(button, 1)
        style.look().changed.connect(self._space)
        self._space()
        self.put(self._answers[-1].value)

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        self._row.setSpacing(sizes.gap)
        # Here, not at the buttons: the style sheet has its own idea of their least height.
        self.setMinimumHeight(sizes.px(LEAST_HEIGHT))

    def retranslate(self, tr: Translator, name: str) -> None:
        """Say everything in another language; `name` is what is asked, in words."""
        self.setAccessibleName(name)
        for button, answer in zip(self._buttons, self._answers, strict=True):
            button.setText(tr(answer.label))
            button.updateGeometry()
        self._say_chosen()

    def be_low(self, low: bool) -> None:
        """Be no larger than a thumb needs, where there is little room."""
        sizes = style.tokens().sizes
        self._row.setSpacing(sizes.px(4) if low else sizes.gap)
        for button in self._buttons:
            button.be_low(low)

    def value(self) -> object:
        """Return the answer that is chosen."""
        return self._value

    def put(self, value: object) -> None:
        """Choose an answer without telling."""
        self._value = value
        for button, answer in zip(self._buttons, self._answers, strict=True):
            button.choose(answer.value == value)
        self._say_chosen()

    def take_key(self, key: str) -> bool:
        """Choose the answer of a key; return whether there is one."""
        found = [answer for answer in self._answers if answer.key == key]
        if found:
            self._choose(found[0].value)
        return bool(found)

    def _choose(self, value: object) -> None:
        self.put(value)
        self.changed.emit()

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        place = next(at for at, button in enumerate(self._buttons) if button is sender)
        self._choose(self._answers[place].value)

    def _say_chosen(self) -> None:
        """Let a screen reader tell the chosen one by its state, as the tick tells the eye."""
        for button in self._buttons:
            button.setAccessibleName(button.text())
            button.setAccessibleDescription("✓" if button.chosen else "")
