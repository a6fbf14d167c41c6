"""Results of a search: two lines a row, the matched part marked, enough to tell two people apart."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from deskapp.i18n import Translator
from deskapp.ui import fonts, icons, style
from deskapp.ui import tokens as board
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.record_model import RECORD_ROLE, Column, Index, RecordTableModel

Marks = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ResultRow:
    """One result as it is drawn.

    Attributes:
        id: identity of the result.
        title: first line.
        title_marks: matched parts of the title, each as start and length in characters.
        aside: at the right of the first line, in figures of equal width ("2 days ago").
        second: second line, secondary.
        second_marks: matched parts of it.
        icon: Lucide name before the text.
        tone: colour token of icon and aside.
        data: whatever the page needs when the row is chosen.
    """

    id: Hashable
    title: str
    title_marks: Marks = ()
    aside: str = ""
    second: str = ""
    second_marks: Marks = ()
    icon: str = ""
    tone: str = "secondary"
    data: Any = None


class ResultList(QListView):
    """A list of `ResultRow`, driven from the search field with `step` and `choose`."""

    chosen = Signal(object)
    """The row that was opened."""

    current = Signal(object)
    """The row that the cursor is on now, or None."""

    def __init__(self, tr: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: RecordTableModel[ResultRow] = RecordTableModel([_COLUMN], tr, self)
        self._most = 0
        self._empty: EmptyState | None = None
        self.setModel(self._rows)
        self.setItemDelegate(_TwoLines(self))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.clicked.connect(self._on_clicked)
        self.selectionModel().currentChanged.connect(self._on_current)
        style.look().changed.connect(self._look_again)

    def fit(self, most: int) -> None:
        """Be as high as the rows shown, at most `most` of them: no empty room below the last."""
        self._most = most
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the room for the rows where the list is to fit them."""
        usual = super().sizeHint()
        if not self._most:
            return usual
        rows = range(min(self._most, self._rows.rowCount()))
        height = sum(self.sizeHintForRow(row) for row in rows)
        return QSize(usual.width(), max(height, style.tokens().sizes.control) + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        """Return the room for a row and a half where the list is to fit its rows: the rest scrolls."""
        usual = super().minimumSizeHint()
        return QSize(usual.width(), min(self.sizeHint().height(), usual.height())) if self._most else usual

    def set_empty(self, empty: EmptyState) -> None:
        """Say what to do while there is no row."""
        self._empty = empty
        empty.setParent(self.viewport())
        self._show_empty()

    def _show_empty(self) -> None:
        if self._empty is not None:
            self._empty.setGeometry(self.viewport().rect())
            self._empty.setVisible(self._rows.rowCount() == 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrower list needs more lines."""
        super().resizeEvent(event)
        self._show_empty()
        if self._most and event.size().width() != event.oldSize().width():
            self.updateGeometry()

    @Slot()
    def _look_again(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.updateGeometry()

    def apply(self, rows: Iterable[ResultRow], *, to_first: bool = True) -> None:
        """Show these rows; the cursor goes to the best one unless `to_first` is False and its row is still there."""
        at, before = self.currentIndex().row(), self.current_row()
        self._rows.apply(rows)
        self.updateGeometry()
        self._show_empty()
        gone = before is not None and self._rows.row_of(before.id) < 0
        if to_first or gone or not self.currentIndex().isValid():
            self._go_to(0)
        now = self.current_row()
        if now != before and at == self.currentIndex().row():
            # The cursor did not move, but what it is on says something else now.
            self.current.emit(now)

    def rows(self) -> tuple[ResultRow, ...]:
        """Return the rows shown."""
        return self._rows.records

    def current_row(self) -> ResultRow | None:
        """Return the row that the cursor is on."""
        return self._rows.record(self.currentIndex().row())

    def select(self, identity: Hashable) -> bool:
        """Put the cursor on a row; return whether it is there."""
        row = self._rows.row_of(identity)
        if row >= 0:
            self._go_to(row)
        return row >= 0

    @Slot(object)
    def step(self, rows: int) -> None:
        """Move the cursor, as the arrow keys of the search field ask."""
        self._go_to(min(max(self.currentIndex().row() + rows, 0), self._rows.rowCount() - 1))

    @Slot()
    def choose(self) -> None:
        """Choose the row that the cursor is on."""
        row = self.current_row()
        if row is not None:
            self.chosen.emit(row)

    def _go_to(self, row: int) -> None:
        index = self._rows.index(row, 0) if 0 <= row < self._rows.rowCount() else QModelIndex()
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if index.isValid():
            self.scrollTo(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose()
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(self._rows.record(index.row()))

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, now: QModelIndex, before: QModelIndex) -> None:  # noqa: ARG002
        self.current.emit(self._rows.record(now.row()))


def _spoken(row: ResultRow, tr: Translator) -> str:  # noqa: ARG001
    return ", ".join(part for part in (row.title, row.second, row.aside) if part)


_COLUMN: Column[ResultRow] = Column("result", "", _spoken)


class _TwoLines(QStyledItemDelegate):
    """Draws a `ResultRow`; a long name takes a line more rather than an ellipsis."""

    def __init__(self, view: ResultList) -> None:
        super().__init__(view)
        self._view = view

    def _fonts(self) -> tuple[QFont, QFont]:
        sizes, language = style.tokens().sizes, style.look().language
        return fonts.font(language, sizes.px(board.VALUE)), fonts.font(language, sizes.px(board.SECONDARY))

    def _inside(self, rect: QRect, row: ResultRow) -> QRect:
        """Return the room for the text."""
        sizes = style.tokens().sizes
        inner = rect.adjusted(sizes.field_gap, sizes.gap, -sizes.field_gap, -sizes.gap)
        if row.icon:
            inner.setLeft(inner.left() + sizes.icon_large + sizes.field_gap)
        return inner

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        """Return the height of the lines that the row needs at the width of the list."""
        row: ResultRow = index.data(RECORD_ROLE)
        sizes = style.tokens().sizes
        value, small = self._fonts()
        width = self._view.viewport().width()
        room = self._inside(QRect(0, 0, width, 0), row).width()
        title = QFontMetrics(value).height() * _lines(row.title, value, _title_room(row, room, small))
        height = title + QFontMetrics(small).height() * (2 if _is_crowded(row, room, small, value) else 1)
        height += 2 * sizes.gap
        return QSize(width, max(height, sizes.control))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw ground, icon, both lines and what stands aside."""
        row: ResultRow = index.data(RECORD_ROLE)
        colours, sizes = style.tokens().colours, style.tokens().sizes
        rect: QRect = option.rect
        painter.save()
        self._ground(painter, option, rect)
        value, small = self._fonts()
        inner = self._inside(rect, row)
        if row.icon:
            edge = sizes.icon_large
            place = QRect(rect.left() + sizes.field_gap, inner.center().y() - edge // 2, edge, edge)
            icons.paint(painter, row.icon, row.tone, place)
        upper, lower = QRect(inner), QRect(inner)
        if row.second:
            upper.setBottom(inner.bottom() - QFontMetrics(small).height())
            lower.setTop(upper.bottom() + 1)
        last = QRect(lower)
        if _is_crowded(row, inner.width(), small, value):
            line = QFontMetrics(small).height()
            upper.translate(0, -line)
            upper.setTop(inner.top())
            lower.translate(0, -line)
            self._aside(painter, row, fonts.tabular(small), last)
        elif row.aside:
            # A name is not cut for the sake of what stands aside: that goes to the second line, where there is one.
            needed = QFontMetrics(value).horizontalAdvance(row.title) + sizes.margin
            narrow = needed > upper.width() - QFontMetrics(small).horizontalAdvance(row.aside)
            beside = lower if narrow and row.second else upper
            beside.setRight(self._aside(painter, row, fonts.tabular(small), beside) - sizes.gap)
        _draw_title(painter, upper, row, value)
        _marked(painter, lower, (row.second, row.second_marks), fonts.tabular(small), colours.secondary)
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect) -> None:
        colours, sizes = style.tokens().colours, style.tokens().sizes
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(colours.accent_ground))
            painter.fillRect(rect.x(), rect.y(), sizes.px(3), rect.height(), QColor(colours.accent))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colours.hover))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), sizes.hairline, QColor(colours.line))

    def _aside(self, painter: QPainter, row: ResultRow, font: QFont, rect: QRect) -> int:
        painter.setFont(font)
        painter.setPen(QColor(getattr(style.tokens().colours, row.tone)))
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, row.aside)
        return rect.right() - QFontMetrics(font).horizontalAdvance(row.aside)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Show both lines whole."""
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return super().helpEvent(event, view, option, index)
        row: ResultRow = index.data(RECORD_ROLE)
        QToolTip.showText(
            event.globalPos(), "\n".join(part for part in (row.title, row.second) if part), view
        )
        return True


def _is_crowded(row: ResultRow, room: int, small: QFont, value: QFont) -> bool:
    """Return whether what stands aside needs a line of its own: the name takes two, and the rest is long."""
    if not row.aside or not row.second or _lines(row.title, value, room) == 1:
        return False
    metrics = QFontMetrics(fonts.tabular(small))
    needed = metrics.horizontalAdvance(row.second) + metrics.horizontalAdvance(row.aside)
    return needed + style.tokens().sizes.gap > room


def _title_room(row: ResultRow, room: int, small: QFont) -> int:
    """Return the room for the title: without a second line, what stands aside stands beside it."""
    if not row.aside or row.second:
        return room
    aside = QFontMetrics(fonts.tabular(small)).horizontalAdvance(row.aside)
    return room - aside - style.tokens().sizes.gap


def _lines(text: str, font: QFont, room: int) -> int:
    return 2 if QFontMetrics(font).horizontalAdvance(text) > room else 1


def _draw_title(painter: QPainter, rect: QRect, row: ResultRow, font: QFont) -> None:
    colour = style.tokens().colours.text
    if _lines(row.title, font, rect.width()) == 1:
        _marked(painter, rect, (row.title, row.title_marks), font, colour)
        return
    painter.setFont(font)
    painter.setPen(QColor(colour))
    wrap = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
    painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | wrap, row.title)


def _marked(painter: QPainter, rect: QRect, line: tuple[str, Marks], font: QFont, colour: str) -> None:
    """Draw one line, the marked parts bold and in the accent colour, the end elided where it does not fit."""
    bold = QFont(font)
    bold.setBold(True)
    accent = style.tokens().colours.accent
    left = rect.left()
    for part, marked in _parts(*line):
        metrics = QFontMetrics(bold if marked else font)
        room = rect.right() - left
        shown = metrics.elidedText(part, Qt.TextElideMode.ElideRight, room)
        painter.setFont(bold if marked else font)
        painter.setPen(QColor(accent if marked else colour))
        baseline = rect.top() + (rect.height() + metrics.ascent() - metrics.descent()) // 2
        painter.drawText(QPoint(left, baseline), shown)
        left += metrics.horizontalAdvance(shown)
        if shown != part:
            return


def _parts(text: str, marks: Marks) -> list[tuple[str, bool]]:
    parts: list[tuple[str, bool]] = []
    at = 0
    for start, length in sorted(marks):
        first, last = max(start, at), min(start + length, len(text))
        if first < last:
            parts += [(text[at:first], False), (text[first:last], True)]
            at = last
    parts.append((text[at:], False))
    return [(part, marked) for part, marked in parts if part]
