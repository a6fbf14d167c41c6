"""How the pages of a rail are drawn: the icon above its title, in two lines at most."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from deskapp.ui import style, tokens

Index = QModelIndex | QPersistentModelIndex
CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


class RailDelegate(QStyledItemDelegate):
    """Draws an item of a rail; one without words is its icon only."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the room of an item: as wide as the list, as high as icon and words."""
        sizes = style.tokens().sizes
        room = option.rect.width() or option.widget.width()
        height = sizes.icon + 2 * sizes.gap
        text = index.data()
        if text:
            height += _words(text, room, option.font).height() + sizes.px(4)
        return QSize(room, max(height, sizes.control))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw ground, ring, icon and words."""
        sizes, colours = style.tokens().sizes, style.tokens().colours
        state, rect = option.state, option.rect.adjusted(1, 1, -1, -1)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            ring = chosen and state & QStyle.StateFlag.State_HasFocus
            painter.setPen(QPen(QColor(colours.focus), sizes.px(2)) if ring else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_ground if chosen else colours.hover))
            painter.drawRoundedRect(rect, sizes.radius, sizes.radius)
        icon: QIcon = index.data(Qt.ItemDataRole.DecorationRole)
        top = rect.top() + sizes.gap
        mode = QIcon.Mode.Selected if chosen else QIcon.Mode.Normal
        place = QRect(rect.left() + (rect.width() - sizes.icon) // 2, top, sizes.icon, sizes.icon)
        icon.paint(painter, place, Qt.AlignmentFlag.AlignCenter, mode)
        painter.setPen(QColor(colours.accent if chosen else colours.text))
        painter.setFont(_font(option.font, bold=chosen))
        below = rect.adjusted(0, sizes.gap + sizes.icon + sizes.px(4), 0, 0)
        painter.drawText(below, CENTRED, index.data() or "")
        painter.restore()


def _font(usual: QFont, *, bold: bool) -> QFont:
    font = QFont(usual)
    font.setPixelSize(style.tokens().sizes.px(tokens.SECONDARY))
    font.setBold(bold)
    return font


def _words(text: str, room: int, usual: QFont) -> QRect:
    metrics = QFontMetrics(_font(usual, bold=True))
    return metrics.boundingRect(QRect(0, 0, room - 2, 200), int(CENTRED), text)
