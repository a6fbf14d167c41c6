"""The calendar: time down, doctors or days across. One widget that draws what is on the screen and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from deskapp.domain.appointments import CalendarColumn
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.intake.appointments import cells, words
from deskapp.ui.intake.appointments.cells import Cell, Hours, Key
from deskapp.ui.intake.appointments.drawing import Drawing
from deskapp.ui.widgets.basics import EmptyState

LEAST_WIDTH: Final = 118
MOST_WIDTH: Final = 240
GUTTER: Final = 46
HEAD: Final = 46
BAND: Final = 22
"""Above the heads, with the departments; not in a week of one doctor."""
CELL_HEIGHT: Final = 24
"""Of the shortest slot; all in pixels of the drawing board."""
NEAR: Final = 60
"""Minutes between a time that was chosen and one that still goes for it on another page."""
_STEPS: Final = {
    Qt.Key.Key_Up: (cells.stepped, -1),
    Qt.Key.Key_Down: (cells.stepped, 1),
    Qt.Key.Key_Left: (cells.sideways, -1),
    Qt.Key.Key_Right: (cells.sideways, 1),
}


class CalendarGrid(QAbstractScrollArea):
    """Columns of slots and appointments; arrows go through them, Enter chooses."""

    current = Signal(object)
    """The `Cell` that the cursor is on now, or None."""

    chosen = Signal(object)
    """The `Cell` on which Enter was pressed, or that was clicked twice."""

    def __init__(self, tr: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tr = tr
        self._columns: Sequence[CalendarColumn] = ()
        self._cells: list[list[Cell]] = []
        self._hours = Hours(cells.USUAL_FIRST, cells.USUAL_LAST, 15)
        self._key: Key | None = None
        self._cell: Cell | None = None
        self._chose = False
        self._by_day = False
        self._now: dt.datetime | None = None
        self._late: Collection[int] = ()
        self._moving: int | None = None
        self._empty = EmptyState("calendar-days")
        self._empty.setParent(self.viewport())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        style.look().changed.connect(self._look_again)
        self._empty.hide()

    # what is shown

    def show_columns(
        self, columns: Sequence[CalendarColumn], *, by_day: bool, keep: bool, turned: bool = False
    ) -> None:
        """Show these columns; the cursor stays where it is, or with `keep` false goes to the first free time.

        When the page was `turned` it stays at a time that the person chose, and is brought into view.
        """
        before = self.current_cell()
        self._columns, self._by_day = columns, by_day
        self._cells = cells.cells_of(columns)
        self._hours = cells.hours_of(self._cells, [column.minutes for column in columns if column.slots])
        self._fit()
        self._empty.setVisible(not any(self._cells))
        now, self._cell = cells.find(self._cells, self._key), None
        if now is None and keep and before is not None and (self._chose or not turned):
            now = self._kept(before, turned=turned)
        self._chose = self._chose and now is not None
        self._go(now or cells.first_free(self._cells), scroll=not keep or turned or before is None)
        self.viewport().update()

    def _kept(self, before: Cell, *, turned: bool) -> Cell | None:
        """Return where the cursor stays: with its doctor, at its time; on another page near it, else where one is free."""
        owners = [(column.doctor_id or 0, column.department_id) for column in self._columns]
        same = before.owner in owners and not self._by_day
        found = cells.nearest(
            self._cells, owners.index(before.owner) if same else before.column, before.first
        )
        if found is None or not turned or abs(found.first - before.first) <= NEAR:
            return found
        return cells.first_free([self._cells[found.column]])

    def show_now(self, now: dt.datetime, late: Collection[int]) -> None:
        """Draw the line of the moment (wall clock), and mark the appointments that are late for good."""
        self._now, self._late = now, late
        self._tell()
        self.viewport().update()

    def show_moving(self, appointment_id: int | None) -> None:
        """Mark the appointment whose new time is being chosen."""
        self._moving = appointment_id
        self.viewport().update()

    def say(self, tr: Translator, name: str, empty: str) -> None:
        """Say everything in another language: accessible name, and what stands where nothing is."""
        self._tr = tr
        self.setAccessibleName(name)
        self._empty.show_text(empty)
        self._tell()
        self.viewport().update()

    def current_cell(self) -> Cell | None:
        """Return the cell that the cursor is on."""
        return self._cell

    def column_of(self, cell: Cell) -> CalendarColumn:
        """Return the column of a cell."""
        return self._columns[cell.column]

    def columns(self) -> Sequence[CalendarColumn]:
        """Return the columns shown."""
        return self._columns

    def words_of(self, cell: Cell) -> str:
        """Return what a cell says, read aloud and on hover."""
        late = cell.line is not None and cell.line.id in self._late
        return words.cell_words(cell, self.column_of(cell), self._tr, overdue=late)

    def select(self, key: Key) -> bool:
        """Put the cursor on a cell; return whether it is there."""
        found = cells.find(self._cells, key)
        if found is not None:
            self._choose(found)
        return found is not None

    # keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go through the cells, Home and End to the first and last of the column, Enter chooses."""
        cell, key = self.current_cell(), Qt.Key(event.key())
        if cell is None:
            super().keyPressEvent(event)
        elif key in _STEPS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            step, way = _STEPS[key]
            self._choose(step(self._cells, cell, way))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._choose(self._cells[cell.column][0 if key == Qt.Key.Key_Home else -1])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(cell)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click puts the cursor there."""
        found = self._cell_at(event.position().toPoint())
        if found is not None:
            self._choose(found, scroll=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the end of a click, too."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click chooses."""
        found = self._cell_at(event.position().toPoint())
        if found is not None:
            self.chosen.emit(found)

    def viewportEvent(self, event: QEvent) -> bool:
        """Tell on hover what a cell says: names are cut where columns are narrow."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._hint_at(event.pos()), self)
            return True
        return super().viewportEvent(event)

    def _hint_at(self, point: QPoint) -> str:
        if point.y() < self._head():
            at = (point.x() - self._origin().x()) // max(self.column_width(), 1)
            return words.head_words(self._columns[at], self._tr) if 0 <= at < len(self._columns) else ""
        found = self._cell_at(point)
        return self.words_of(found) if found is not None else ""

    def _choose(self, cell: Cell, *, scroll: bool = True) -> None:
        """Go where the person wants: another page keeps to that time."""
        self._chose = True
        self._go(cell, scroll=scroll)

    def _go(self, cell: Cell | None, *, scroll: bool) -> None:
        self._renew(self._cell)
        self._cell, self._key = cell, cell.key if cell is not None else None
        if cell is not None and scroll:
            self._bring_into_view(self.rect_of(cell))
        self._tell()
        self._renew(cell)
        self.current.emit(cell)

    def _renew(self, cell: Cell | None) -> None:
        """Have one cell drawn again."""
        if cell is not None:
            around = style.tokens().sizes.ring
            rect = self.rect_of(cell).translated(self._origin())
            self.viewport().update(rect.adjusted(-around, -around, around, around))

    def _tell(self) -> None:
        """Let a screen reader say the cell."""
        cell = self.current_cell()
        self.setAccessibleDescription(self.words_of(cell) if cell is not None else "")
        event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
        QAccessible.updateAccessibility(event)

    # where things are

    def column_width(self) -> int:
        """Return how wide every column is."""
        sizes = style.tokens().sizes
        room = self.viewport().width() - sizes.px(GUTTER)
        share = room // max(len(self._columns), 1)
        return min(max(share, sizes.px(LEAST_WIDTH)), sizes.px(MOST_WIDTH))

    def _head(self) -> int:
        """Return how high the heads are, with the departments where there are several doctors."""
        return style.tokens().sizes.px(HEAD if self._by_day else HEAD + BAND)

    def _minute(self) -> float:
        """Return the height of a minute."""
        return style.tokens().sizes.px(CELL_HEIGHT) / self._hours.shortest

    def rect_of(self, cell: Cell) -> QRect:
        """Return where a cell stands in the whole drawing, the head and the times not counted."""
        return self._rect(cell, self.column_width(), self._minute())

    def _rect(self, cell: Cell, width: int, minute: float) -> QRect:
        lane = width // cell.lanes
        top = round((cell.first - self._hours.first) * minute)
        bottom = round((cell.last - self._hours.first) * minute)
        return QRect(cell.column * width + cell.lane * lane, top, lane, bottom - top)

    def _origin(self) -> QPoint:
        sizes = style.tokens().sizes
        left = sizes.px(GUTTER) - self.horizontalScrollBar().value()
        return QPoint(left, self._head() - self.verticalScrollBar().value())

    def _cell_at(self, point: QPoint) -> Cell | None:
        sizes = style.tokens().sizes
        if point.x() < sizes.px(GUTTER) or point.y() < self._head():
            return None
        inside = point - self._origin()
        at = inside.x() // max(self.column_width(), 1)
        column = self._cells[at] if 0 <= at < len(self._cells) else []
        return next((cell for cell in column if self.rect_of(cell).contains(inside)), None)

    def _bring_into_view(self, rect: QRect) -> None:
        """Scroll as little as needed; what was far off comes to rest at a third of the height."""
        sizes = style.tokens().sizes
        margin = sizes.px(CELL_HEIGHT)
        wide = self.viewport().width() - sizes.px(GUTTER)
        high = self.viewport().height() - self._head()
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(_within(across.value(), rect.left(), rect.right() + 1, wide))
        if rect.bottom() < down.value() - 2 * margin or rect.top() > down.value() + high + 2 * margin:
            down.setValue(rect.top() - high // 3)
        down.setValue(_within(down.value(), rect.top() - margin, rect.bottom() + margin, high))

    def _fit(self) -> None:
        sizes = style.tokens().sizes
        room = self.viewport().size() - QSize(sizes.px(GUTTER), self._head())
        height = round((self._hours.last - self._hours.first) * self._minute())
        width = self.column_width() * len(self._columns)
        for bar, whole, seen, step in (
            (self.verticalScrollBar(), height, room.height(), sizes.px(CELL_HEIGHT)),
            (self.horizontalScrollBar(), width, room.width(), self.column_width()),
        ):
            bar.setRange(0, max(whole - seen, 0))
            bar.setPageStep(max(seen, 0))
            bar.setSingleStep(step)
        self._empty.setGeometry(self.viewport().rect())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The columns share the room."""
        super().resizeEvent(event)
        self._fit()

    def _look_again(self) -> None:
        self._fit()
        self.viewport().update()

    # drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells that are on the screen, then what stays in its place: the times and the heads."""
        painter = QPainter(self.viewport())
        sizes = style.tokens().sizes
        drawing = Drawing(painter, self._tr, self._late, self._moving)
        whole = self.viewport().rect()
        head, gutter = self._head(), sizes.px(GUTTER)
        origin, width = self._origin(), self.column_width()
        if not any(self._cells):
            drawing.nothing(whole)
            self._draw_heads(drawing, origin, width)
            return
        body = whole.adjusted(gutter, head, 0, 0)
        painter.setClipRect(body & event.rect().adjusted(0, 0, 1, 1))
        drawing.ground(body)
        focus, seen = self.hasFocus(), body & event.rect()
        shown = list(self._seen(seen, origin))
        # The line of this moment lies under the names, which have to be read.
        for lines in (False, True):
            for cell, rect in shown:
                if (cell.line is not None) is lines:
                    drawing.cell(cell, rect, selected=cell.key == self._key, focus=focus)
            if not lines:
                self._draw_now(drawing, body, origin)
        painter.setClipRect(whole.adjusted(0, head, 0, 0))
        drawing.times(QRect(0, head, gutter, whole.height() - head), origin.y(), self._hours, self._minute())
        painter.setClipping(False)
        self._draw_heads(drawing, origin, width)

    def _seen(self, seen: QRect, origin: QPoint) -> Iterator[tuple[Cell, QRect]]:
        """Yield the cells that lie in a part of the screen, each with where it stands there."""
        width, minute = self.column_width(), self._minute()
        first = self._hours.first + (seen.top() - origin.y()) / minute
        last = self._hours.first + (seen.bottom() + 1 - origin.y()) / minute
        left = max((seen.left() - origin.x()) // width, 0)
        right = max((seen.right() - origin.x()) // width + 1, 0)
        for column in self._cells[left:right]:
            for cell in column:
                if cell.first <= last and first <= cell.last:
                    yield cell, self._rect(cell, width, minute).translated(origin)

    def _draw_heads(self, drawing: Drawing, origin: QPoint, width: int) -> None:
        sizes = style.tokens().sizes
        head, gutter = self._head(), sizes.px(GUTTER)
        band = head - sizes.px(HEAD)
        drawing.painter.setClipRect(QRect(gutter, 0, self.viewport().width() - gutter, head))
        today = self._now.date() if self._now is not None else None
        for at, column in enumerate(self._columns):
            rect = QRect(origin.x() + at * width, band, width, head - band)
            if rect.right() < gutter or rect.left() > self.viewport().width():
                continue
            drawing.head(column, rect, by_day=self._by_day, today=column.day == today)
        if not self._by_day:
            self._draw_bands(drawing, origin, QSize(width, band))
        drawing.painter.setClipping(False)
        drawing.corner(QRect(0, 0, gutter, head))

    def _draw_bands(self, drawing: Drawing, origin: QPoint, size: QSize) -> None:
        """Draw each department over its doctors; the name stays in sight while any of them is."""
        left = style.tokens().sizes.px(GUTTER)
        at = 0
        for _id, group in groupby(self._columns, key=_department):
            columns = list(group)
            rect = QRect(origin.x() + at * size.width(), 0, len(columns) * size.width(), size.height())
            at += len(columns)
            drawing.band(columns[0], rect, max(rect.left(), left))

    def _draw_now(self, drawing: Drawing, body: QRect, origin: QPoint) -> None:
        if self._now is None:
            return
        minute = self._now.hour * 60 + self._now.minute
        width = self.column_width()
        if not self._hours.first <= minute <= self._hours.last:
            return
        y = origin.y() + round((minute - self._hours.first) * self._minute())
        for at, column in enumerate(self._columns):
            if column.day == self._now.date():
                left = origin.x() + at * width
                drawing.now(max(left, body.left()), min(left + width, body.right()), y)


def _department(column: CalendarColumn) -> int:
    return column.department_id


def _within(value: int, first: int, last: int, seen: int) -> int:
    """Return the scroll value nearest to `value` at which first to last is seen."""
    return min(max(value, last - seen), first) if last - first < seen else first
