"""The steps of a way through the house as a strip: done by whom and when, where it is now, what comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import fonts, icons, style
from deskapp.ui import tokens as board

DONE, CURRENT, TODO, SKIPPED = "done", "current", "todo", "skipped"
_ICONS = {DONE: "check", CURRENT: "chevron-right", TODO: "", SKIPPED: "minus"}
_STATES = {
    DONE: N_("done"),
    CURRENT: N_("now"),
    TODO: N_("not yet"),
    SKIPPED: N_("skipped"),
}


@dataclass(frozen=True)
class Step:
    """One step: its name for code, its word, its state, and by whom and when, already in words."""

    name: str
    label: str
    state: str = TODO
    who: str = ""
    when: str = ""


class StepStrip(QWidget):
    """Steps side by side, all of one width; words wrap into two lines rather than being cut."""

    activated = Signal(object)
    """Name of the step that was clicked or entered."""

    def __init__(self, tr: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tr = tr
        self._items: list[_Item] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show these steps in order."""
        while len(self._items) > len(steps):
            self._items.pop().deleteLater()
        while len(self._items) < len(steps):
            item = _Item(self)
            self._items.append(item)
            self._row.addWidget(item, 1, Qt.AlignmentFlag.AlignTop)
        if not steps:
            return
        joined = [_gone(one) and (_gone(two) or two.state == CURRENT) for one, two in pairwise(steps)]
        for item, step, before, after in zip(
            self._items, steps, [None, *joined], [*joined, None], strict=True
        ):
            item.show_step(step, self._tr, before, after)

    def steps(self) -> list[Step]:
        """Return the steps shown."""
        return [item.step for item in self._items]

    def retranslate(self, tr: Translator) -> None:
        """Show the words in another language; `who` and `when` come with the next `show_steps`."""
        self._tr = tr
        self.show_steps(self.steps())


def _gone(step: Step) -> bool:
    return step.state in (DONE, SKIPPED)


class _Item(QWidget):
    """One step: a sign on the line that joins all of them, and its word below."""

    def __init__(self, strip: StepStrip) -> None:
        super().__init__(strip)
        self._strip = strip
        self._words = ""
        self._joined: tuple[bool | None, bool | None] = (None, None)
        self._hot = False
        self.step = Step("", "")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        style.look().changed.connect(self.updateGeometry)

    def show_step(self, step: Step, tr: Translator, before: bool | None, after: bool | None) -> None:
        """Show a step, and how it is joined to its neighbours: gone through, not yet, or None at an end."""
        self.step = step
        self._joined = (before, after)
        self._words = tr(step.label)
        told = tr(N_("{who}, {when}"), who=step.who, when=step.when) if step.who and step.when else ""
        told = told or step.who or step.when
        spoken = [self._words, tr(_STATES[step.state])]
        self.setAccessibleName(", ".join(spoken))
        self.setAccessibleDescription(told)
        self.setToolTip("\n".join(part for part in (", ".join(spoken), told) if part))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for the sign and the lines of its words."""
        sizes = style.tokens().sizes
        words = self._words_height(self.width())
        return QSize(sizes.px(64), self._sign() + sizes.px(4) + words + 2 * sizes.ring)

    def _words_height(self, width: int) -> int:
        """Return the room for the words at a width, two lines at least so that the strip does not jump."""
        metrics = QFontMetrics(self._font())
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        needed = metrics.boundingRect(QRect(0, 0, width, 1 << 16), flags, self._words).height()
        return max(needed, 2 * metrics.lineSpacing())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for more height where the words need a line more."""
        super().resizeEvent(event)
        if self.sizeHint().height() != self.height():
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Return the room for the longest single word."""
        metrics = QFontMetrics(self._font())
        longest = max((metrics.horizontalAdvance(word) for word in self._words.split()), default=0)
        if " " not in self._words and not self._words.isascii() and len(self._words) <= 4:
            longest = metrics.horizontalAdvance(self._words)
        return QSize(longest + style.tokens().sizes.px(4), self.sizeHint().height())

    def _sign(self) -> int:
        return style.tokens().sizes.icon_large

    def _font(self) -> QFont:
        bold = self.step.state == CURRENT
        return fonts.font(style.look().language, style.tokens().sizes.px(board.SECONDARY), bold=bold)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw line, sign and word; the focus as a ring."""
        colours, sizes = style.tokens().colours, style.tokens().sizes
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = self._sign()
        sign = QRect((self.width() - edge) // 2, sizes.ring, edge, edge)
        self._paint_line(painter, sign)
        self._paint_sign(painter, sign)
        tone = {DONE: colours.text, CURRENT: colours.accent}.get(self.step.state, colours.secondary)
        painter.setFont(self._font())
        painter.setPen(QColor(colours.accent if self._hot else tone))
        words = self.rect().adjusted(0, sign.bottom() + sizes.px(4), 0, 0)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(words, flags | Qt.TextFlag.TextWordWrap, self._words)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), sizes.ring))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), sizes.radius, sizes.radius)

    def _paint_line(self, painter: QPainter, sign: QRect) -> None:
        colours, sizes = style.tokens().colours, style.tokens().sizes
        middle = sign.center().y()
        before, after = self._joined
        for gone, first, last in ((before, 0, sign.left()), (after, sign.right(), self.width())):
            if gone is not None:
                painter.setPen(QPen(QColor(colours.accent if gone else colours.line), sizes.ring))
                painter.drawLine(first, middle, last, middle)

    def _paint_sign(self, painter: QPainter, sign: QRect) -> None:
        colours, sizes = style.tokens().colours, style.tokens().sizes
        state = self.step.state
        filled = state in (DONE, CURRENT)
        edge = colours.accent if filled else colours.outline
        painter.setPen(QPen(QColor(edge), sizes.ring if filled else sizes.hairline))
        painter.setBrush(QColor(colours.accent if state == DONE else colours.surface))
        painter.drawEllipse(sign.adjusted(1, 1, -2, -2))
        if _ICONS[state]:
            tone = {DONE: "on_accent", CURRENT: "accent"}.get(state, "secondary")
            inset = sizes.px(4)
            icons.paint(painter, _ICONS[state], tone, sign.adjusted(inset, inset, -inset, -inset))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Light up."""
        self._hot = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Calm down."""
        self._hot = False
        self.update()
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click activates the step."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._strip.activated.emit(self.step.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space or Enter activates the step, the arrow keys go along the strip."""
        key = event.key()
        if key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._strip.activated.emit(self.step.name)
        elif key == Qt.Key.Key_Right:
            self.focusNextChild()
        elif key == Qt.Key.Key_Left:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)
