"""How the calendar looks: each state has a ground, an edge and an icon or a word, never a colour alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QLine, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygon

from deskapp.domain.appointments import AppointmentLine, CalendarColumn, Presence
from deskapp.domain.registration import AppointmentState
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import fonts, icons, style
from deskapp.ui import tokens as board
from deskapp.ui.intake.appointments import words
from deskapp.ui.intake.appointments.cells import Cell, Hours, wall
from deskapp.ui.intake.shown_name import shown_name

EDGE: Final = 3


@dataclass(frozen=True)
class Look:
    """How one state is drawn: tokens of ground, edge and text, an icon, and whether the name is struck out."""

    ground: str
    edge: str
    text: str = "text"
    icon: str = ""
    struck: bool = False


BOOKED: Final = Look("accent_ground", "accent")
CAME: Final = Look("good_ground", "good", icon="check")
MISSED: Final = Look("hover", "outline", "secondary", "x", struck=True)
LATE: Final = Look("warning_ground", "warning", icon="clock-alert")
BESIDE: Final = Look("warning_ground", "warning", icon="users")
OUTSIDE: Final = Look("danger_ground", "danger", icon="triangle-alert")
PRESENCE_LOOKS: Final = {
    Presence.FREE: ("", "secondary"),
    Presence.FULL: ("circle-slash", "text"),
    Presence.PARTLY: ("clock-alert", "warning"),
    Presence.ABSENT: ("ban", "danger"),
    Presence.OFF: ("moon", "secondary"),
    Presence.OVER: ("", "secondary"),
}


class Drawing:
    """Draws the parts of the calendar with one painter."""

    def __init__(self, painter: QPainter, tr: Translator, late: Collection[int], moving: int | None) -> None:
        self.painter = painter
        self._tr = tr
        self._late = late
        self._moving = moving
        self._colours, self._sizes = style.tokens().colours, style.tokens().sizes
        language = style.look().language
        self._body = fonts.tabular(fonts.font(language, self._sizes.px(board.BODY)))
        self._small = fonts.tabular(fonts.font(language, self._sizes.px(board.SECONDARY)))
        self._bold = fonts.font(language, self._sizes.px(board.BODY), bold=True)
        self._struck = QFont(self._body)
        self._struck.setStrikeOut(True)
        self._known: dict[str, QColor] = {}
        self._metrics = {
            id(font): QFontMetrics(font) for font in (self._body, self._small, self._bold, self._struck)
        }
        self._time_width = self._metrics[id(self._small)].horizontalAdvance("00:00") + self._sizes.px(6)

    def _colour(self, token: str) -> QColor:
        # Looked up once a drawing: making a colour of its name a thousand times takes longer than filling with it.
        if token not in self._known:
            self._known[token] = QColor(getattr(self._colours, token))
        return self._known[token]

    def _cut(self, font: QFont, text: str, width: int) -> str:
        metrics = self._metrics[id(font)]
        return text if metrics.horizontalAdvance(text) <= width else metrics.elidedText(text, _ELIDE, width)

    def nothing(self, rect: QRect) -> None:
        """Fill where there is no day to draw."""
        self.painter.fillRect(rect, self._colour("surface"))

    def ground(self, rect: QRect) -> None:
        """Fill where nobody is on duty."""
        self.painter.fillRect(rect, self._colour("hover"))

    # cells

    def cell(self, cell: Cell, rect: QRect, *, selected: bool, focus: bool) -> None:
        """Draw a slot or an appointment."""
        inside = rect.adjusted(0, 0, -self._sizes.hairline, -self._sizes.hairline)
        if cell.line is not None:
            self._line(cell, cell.line, inside)
        else:
            self._slot(cell, inside, selected=selected)
        if selected:
            self._ring(inside, focus=focus)

    def look_of(self, cell: Cell, line: AppointmentLine) -> Look:
        """Return how an appointment is drawn."""
        if line.state is AppointmentState.FULFILLED:
            return CAME
        if line.state is AppointmentState.MISSED:
            return MISSED
        if line.id in self._late:
            return LATE
        if cell.outside:
            return OUTSIDE
        return BESIDE if line.over_booked else BOOKED

    def _line(self, cell: Cell, line: AppointmentLine, rect: QRect) -> None:
        look, painter, sizes = self.look_of(cell, line), self.painter, self._sizes
        room = rect.adjusted(1, 1, -1, -1)
        painter.fillRect(room, self._colour(look.ground))
        painter.fillRect(
            QRect(room.topLeft(), room.bottomLeft()).adjusted(0, 0, sizes.px(EDGE), 0),
            self._colour(look.edge),
        )
        if line.over_booked:
            self._corner_mark(room)
        if line.id == self._moving:
            painter.setPen(QPen(self._colour("accent"), sizes.hairline, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(room.adjusted(0, 0, -1, -1))
        text = room.adjusted(sizes.px(EDGE) + sizes.px(5), 0, -sizes.px(3), 0)
        if look.icon and text.width() > 3 * sizes.icon:
            edge = min(sizes.px(14), text.height())
            icon = QRect(
                text.right() - edge + 1,
                text.top() + (min(text.height(), sizes.px(24)) - edge) // 2,
                edge,
                edge,
            )
            icons.paint(painter, look.icon, look.edge if look.edge != "outline" else "secondary", icon)
            text.setRight(icon.left() - sizes.px(3))
        self._words(text, cell, shown_name(line.name, self._tr), look)

    def _corner_mark(self, rect: QRect) -> None:
        """Mark what was booked beside another one, whatever else is drawn there."""
        edge = self._sizes.px(7)
        corner = rect.topRight() + QPoint(1, 0)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(self._colour("warning"))
        self.painter.drawPolygon(QPolygon([corner, corner - QPoint(edge, 0), corner + QPoint(0, edge)]))

    def _words(self, rect: QRect, cell: Cell, name: str, look: Look) -> None:
        painter = self.painter
        first = QRect(rect.left(), rect.top(), rect.width(), min(rect.height(), self._sizes.px(24)))
        time = f"{cell.begins:%H:%M}"
        width = self._time_width
        name_width = self._metrics[id(self._body)].horizontalAdvance(name)
        # The time stands at the left as well: a name that has no room beside it goes before it.
        if name_width + width <= rect.width():
            painter.setFont(self._small)
            painter.setPen(self._colour("secondary" if look.text == "secondary" else "text"))
            painter.drawText(first, _LEFT, time)
            first.setLeft(first.left() + width)
        painter.setFont(self._struck if look.struck else self._body)
        painter.setPen(self._colour(look.text))
        painter.drawText(first, _LEFT, self._cut(self._body, name, first.width()))

    def _slot(self, cell: Cell, rect: QRect, *, selected: bool) -> None:
        painter = self.painter
        painter.fillRect(rect, self._colour("surface" if cell.is_free else "ground"))
        painter.setPen(QPen(self._colour("line"), self._sizes.hairline))
        painter.drawLine(QLine(rect.left(), rect.bottom() + 1, rect.right(), rect.bottom() + 1))
        painter.drawLine(QLine(rect.right() + 1, rect.top(), rect.right() + 1, rect.bottom() + 1))
        shared = cell.owner[0] == 0 and cell.is_free
        if not (selected or shared):
            return
        free = words.free_words(cell, self._tr) if cell.is_free else ""
        painter.setFont(self._small)
        painter.setPen(self._colour("accent" if cell.is_free else "secondary"))
        room = rect.adjusted(self._sizes.px(8), 0, -self._sizes.px(3), 0)
        painter.drawText(room, _LEFT, f"{cell.begins:%H:%M}  {free}")

    def _ring(self, rect: QRect, *, focus: bool) -> None:
        ring = self._sizes.ring if focus else self._sizes.hairline
        self.painter.setPen(QPen(self._colour("focus"), ring))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        half = ring // 2
        self.painter.drawRect(rect.adjusted(half, half, -half - ring % 2, -half - ring % 2))

    # around the cells

    def head(self, column: CalendarColumn, rect: QRect, *, by_day: bool, today: bool) -> None:
        """Draw whose column it is, and what the day is like in words."""
        painter, sizes = self.painter, self._sizes
        painter.fillRect(rect, self._colour("accent_ground" if today and by_day else "surface"))
        painter.setPen(QPen(self._colour("line"), sizes.hairline))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.drawLine(rect.topRight(), rect.bottomRight())
        room = rect.adjusted(sizes.gap, sizes.px(3), -sizes.px(4), -sizes.px(3))
        half = room.height() // 2
        first = words.short_day(column.day, self._tr) if by_day else words.whose_words(column, self._tr)
        painter.setFont(self._bold)
        painter.setPen(self._colour("text"))
        top = QRect(room.left(), room.top(), room.width(), half)
        painter.drawText(top, _LEFT, self._cut(self._bold, first, room.width()))
        used = self._metrics[id(self._bold)].horizontalAdvance(first) + sizes.gap
        if not by_day and used < room.width():
            beside = column.title
            painter.setFont(self._small)
            painter.setPen(self._colour("secondary"))
            left = top.adjusted(used, 0, 0, 0)
            painter.drawText(left, _LEFT, self._cut(self._small, beside, left.width()))
        self._presence(column, QRect(room.left(), room.top() + half, room.width(), half), by_day=by_day)

    def band(self, column: CalendarColumn, rect: QRect, left: int) -> None:
        """Draw the department of some columns; its name begins at `left`."""
        painter, sizes = self.painter, self._sizes
        painter.fillRect(rect, self._colour("ground"))
        painter.setPen(QPen(self._colour("line"), sizes.hairline))
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        room = QRect(left, rect.top(), rect.right() - left, rect.height()).adjusted(
            sizes.gap, 0, -sizes.px(4), 0
        )
        painter.setFont(self._small)
        painter.setPen(self._colour("accent"))
        painter.drawText(room, _LEFT, self._cut(self._small, self._tr(column.department), room.width()))

    def _presence(self, column: CalendarColumn, rect: QRect, *, by_day: bool) -> None:
        sizes = self._sizes
        full = column.presence is Presence.PARTLY and not column.free
        icon, tone = PRESENCE_LOOKS[Presence.FULL if full else column.presence]
        if icon:
            edge = sizes.px(14)
            icons.paint(
                self.painter,
                icon,
                tone,
                QRect(rect.left(), rect.top() + (rect.height() - edge) // 2, edge, edge),
            )
            rect.setLeft(rect.left() + edge + sizes.px(4))
        self.painter.setFont(self._small)
        self.painter.setPen(self._colour(tone))
        said = words.presence_words(column, self._tr)
        if not by_day and column.presence is Presence.OFF and column.next_duty is not None:
            said = self._tr(N_("next {day}"), day=words.short_day(wall(column.next_duty).date(), self._tr))
        self.painter.drawText(rect, _LEFT, self._cut(self._small, said, rect.width()))

    def corner(self, rect: QRect) -> None:
        """Draw where the times and the heads meet."""
        self.painter.fillRect(rect, self._colour("surface"))
        self.painter.setPen(QPen(self._colour("line"), self._sizes.hairline))
        self.painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def times(self, rect: QRect, top: int, hours: Hours, minute: float) -> None:
        """Draw the hours, and halves where there is room."""
        painter, sizes = self.painter, self._sizes
        painter.fillRect(rect, self._colour("surface"))
        step = 30 if 30 * minute >= sizes.px(40) else 60
        painter.setFont(self._small)
        for at in range(hours.first, hours.last + 1, step):
            y = top + round((at - hours.first) * minute)
            whole = at % 60 == 0
            painter.setPen(QPen(self._colour("line"), sizes.hairline))
            painter.drawLine(QLine(rect.right() - sizes.px(6 if whole else 3), y, rect.right(), y))
            painter.setPen(self._colour("text" if whole else "secondary"))
            label = QRect(rect.left(), y, rect.width() - sizes.px(8), sizes.px(16))
            painter.drawText(label, _RIGHT, f"{at // 60 % 24:02}:{at % 60:02}")

    def now(self, left: int, right: int, y: int) -> None:
        """Draw the line of this moment."""
        if right <= left:
            return
        self.painter.fillRect(
            QRect(left, y - self._sizes.ring // 2, right - left, self._sizes.ring), self._colour("danger")
        )


_ELIDE: Final = Qt.TextElideMode.ElideRight
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
