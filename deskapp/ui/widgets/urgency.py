"""How urgent: numeral, shape and colour together, so that none of them has to be seen alone."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from deskapp.ui import fonts, style
from deskapp.ui.tokens import Urgency


def paint_urgency(painter: QPainter, rect: QRect, level: int) -> None:
    """Draw the sign of a level, 1 (most urgent) to 4, as large as fits into `rect`.

    Shapes: octagon, triangle, diamond, circle.
    """
    urgency = _drawn(level)
    edge = min(rect.width(), rect.height()) - 1
    square = QRectF(rect.x() + (rect.width() - edge) / 2, rect.y() + (rect.height() - edge) / 2, edge, edge)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(urgency.edge), max(1.0, edge / 24)))
    painter.setBrush(QColor(urgency.fill))
    if urgency.shape == "circle":
        painter.drawEllipse(square)
    else:
        painter.drawPolygon(_polygon(urgency.shape, square))
    triangle = urgency.shape == "triangle"
    painter.setFont(
        fonts.font(style.look().language, max(6, round(edge * (0.42 if triangle else 0.5))), bold=True)
    )
    painter.setPen(QColor(urgency.ink))
    if triangle:
        square.setTop(square.top() + edge * 0.26)
    painter.drawText(square, Qt.AlignmentFlag.AlignCenter, urgency.numeral)
    painter.restore()


def _drawn(level: int) -> Urgency:
    """Return numeral and shape of a level in the colour that the site gives it."""
    board = style.tokens().scheme.urgency
    coloured = board[style.look().urgency_colours[level - 1]]
    return replace(board[level - 1], fill=coloured.fill, ink=coloured.ink, edge=coloured.edge)


_CORNERS = {
    "octagon": ((0.29, 0), (0.71, 0), (1, 0.29), (1, 0.71), (0.71, 1), (0.29, 1), (0, 0.71), (0, 0.29)),
    "triangle": ((0.5, 0), (1, 0.98), (0, 0.98)),
    "diamond": ((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)),
}


def _polygon(shape: str, square: QRectF) -> QPolygonF:
    return QPolygonF(
        [
            QPointF(square.x() + x * square.width(), square.y() + y * square.height())
            for x, y in _CORNERS[shape]
        ]
    )


class UrgencyBadge(QWidget):
    """The sign of a level with words beside it: "II  Emergency, within 10 minutes"."""

    def __init__(self, level: int | None = None, words: str = "", *, edge: int = 24) -> None:
        super().__init__()
        self._level = level
        self._words = words
        self._edge = edge
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        style.look().changed.connect(self.updateGeometry)
        self.show_level(level, words)

    def show_level(self, level: int | None, words: str = "") -> None:
        """Show a level, 1 to 4, or that there is none yet, with words in the user's language."""
        self._level = level
        self._words = words
        numeral = style.tokens().scheme.urgency[level - 1].numeral if level else ""
        self.setAccessibleName(f"{numeral} {words}".strip())
        self.setToolTip(words)
        self.updateGeometry()
        self.update()

    @property
    def level(self) -> int | None:
        """The level shown."""
        return self._level

    def sizeHint(self) -> QSize:
        """Return the room for sign and words."""
        sizes = style.tokens().sizes
        words = self.fontMetrics().horizontalAdvance(self._words) + sizes.gap if self._words else 0
        return QSize(sizes.px(self._edge) + words, max(sizes.px(self._edge), self.fontMetrics().height()))

    def minimumSizeHint(self) -> QSize:
        """Return the room that it can't do without: the sign."""
        return QSize(style.tokens().sizes.px(self._edge), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Draw sign and words."""
        sizes, colours = style.tokens().sizes, style.tokens().colours
        edge = sizes.px(self._edge)
        painter = QPainter(self)
        if self._level:
            paint_urgency(painter, QRect(0, (self.height() - edge) // 2, edge, edge), self._level)
        painter.setPen(QColor(colours.text))
        room = self.rect().adjusted(edge + sizes.gap if self._level else 0, 0, 0, 0)
        words = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
