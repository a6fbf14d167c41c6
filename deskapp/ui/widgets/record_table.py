"""The table that shows a `RecordTableModel`: fast with 10,000 rows, driven by keys, empty with a word."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any, Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QHoverEvent, QKeyEvent, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from deskapp.ui import fonts, style
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.record_model import Index, RecordTableModel

_WORD_WRAP: Final = int(Qt.TextFlag.TextWordWrap)
"""A header takes it among its alignments, which are another enum."""


class RecordTable(QTableView):
    """One row is one record; Enter or a double click chooses it."""

    chosen = Signal(object)
    """The record that was opened."""

    current = Signal(object)
    """The record that the cursor is on now, or None."""

    def __init__(self, model: RecordTableModel[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._empty: EmptyState | None = None
        self.setModel(model)
        self.setItemDelegate(RecordDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self._wrapping = tuple(at for at, column in enumerate(model.columns) if column.wrap)
        self._has_moved = self._wraps_titles = self._spares_titles = False
        self._mouse: QPoint | None = None
        self._hovered = -1
        self._heighten = QTimer(self)
        self._heighten.setSingleShot(True)
        self._heighten.timeout.connect(self._on_heighten)
        self.setWordWrap(bool(self._wrapping))
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self._set_headers()
        self.doubleClicked.connect(self._on_opened)
        self.selectionModel().currentRowChanged.connect(self._on_current)
        for signal in (model.rowsInserted, model.rowsRemoved, model.layoutChanged, model.dataChanged):
            signal.connect(self._on_model)
        model.headerDataChanged.connect(self._on_titles)
        self.verticalScrollBar().valueChanged.connect(self._heighten_soon)
        self.verticalScrollBar().valueChanged.connect(self._hover)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        style.look().changed.connect(self._space)
        self._space()

    def _set_headers(self) -> None:
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setHighlightSections(False)
        across.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        across.setTextElideMode(Qt.TextElideMode.ElideRight)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        down.setVisible(False)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        across.setSortIndicatorClearable(True)
        self.setSortingEnabled(any(column.sort is not None for column in self._model.columns))

    def spare_titles(self) -> None:
        """Show no titles of columns where they would be cut: for lists that say what they are without them."""
        self._spares_titles = True
        self._fit()

    def wrap_titles(self) -> None:
        """Let long titles of columns take two lines instead of an ellipsis."""
        self._wraps_titles = True
        across = self.horizontalHeader()
        wrapped = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag(_WORD_WRAP)
        across.setDefaultAlignment(wrapped)
        across.setTextElideMode(Qt.TextElideMode.ElideNone)
        across.setMinimumHeight(3 * across.fontMetrics().height())

    def set_empty(self, empty: EmptyState) -> None:
        """Say what to do while there is no row."""
        self._empty = empty
        empty.setParent(self.viewport())
        self._show_empty()

    def current_record(self) -> Any:
        """Return the record that the cursor is on, or None."""
        return self._model.record(self.currentIndex().row())

    def select(self, identity: object) -> bool:
        """Put the cursor on a record; return whether it is there."""
        row = self._model.row_of(identity)
        if row < 0:
            return False
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        index = self._model.index(row, max(0, self.currentIndex().column()))
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the record; all else as usual."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.chosen.emit(self.current_record())
            return
        super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Remember where the mouse is: the whole row under it is shaded, where Qt would shade one cell."""
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverMove) and isinstance(event, QHoverEvent):
            self._mouse = event.position().toPoint()
            self._hover()
        elif event.type() in (QEvent.Type.HoverLeave, QEvent.Type.Leave):
            self._mouse = None
            self._hover()
        return super().viewportEvent(event)

    @property
    def hovered(self) -> int:
        """The row under the mouse, -1 for none."""
        return self._hovered

    @Slot()
    def _hover(self) -> None:
        """Draw the row under the mouse and the one it left anew; rows move under a mouse that does not."""
        before, self._hovered = self._hovered, self.rowAt(self._mouse.y()) if self._mouse is not None else -1
        if before == self._hovered:
            return
        for row in (before, self._hovered):
            top, height = self.rowViewportPosition(row), self.rowHeight(row)
            self.viewport().update(0, top, self.viewport().width(), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room among the columns that stretch."""
        super().resizeEvent(event)
        self._fit()
        self._show_empty()

    def _fit(self) -> None:
        """Share the room; no title is cut while there is room for all, and the columns that stretch give way first."""
        places = [at for at in range(len(self._model.columns)) if not self.isColumnHidden(at)]
        room = self.viewport().width()
        widths, shares = self._wanted(places, with_titles=True)
        fits = sum(width.least for width in widths) <= room
        if not fits:
            widths, shares = self._wanted(places, with_titles=False)
        if self._spares_titles:
            self.horizontalHeader().setVisible(fits)
        for at, width in zip(places, shared(room, widths, shares), strict=True):
            self.setColumnWidth(at, width)
        self._heighten_soon()

    def _wanted(self, places: Sequence[int], *, with_titles: bool) -> tuple[list[Width], list[int]]:
        """Return how wide columns are to be, and their shares of what is left over or missing."""
        widths, columns = [], [self._model.columns[at] for at in places]
        for at, column in zip(places, columns, strict=True):
            usual, title = style.tokens().sizes.px(column.width), self._title_width(at) if with_titles else 0
            least = max(usual // 3 if column.stretch else usual, title)
            widths.append(Width(usual if column.stretch else least, least))
        return widths, [column.stretch for column in columns]

    def _title_width(self, at: int) -> int:
        """Return the room that a column's title needs; where it takes two lines, that of its longest word."""
        across = self.horizontalHeader()
        title = str(self._model.headerData(at, Qt.Orientation.Horizontal))
        wraps = self._wraps_titles and not self._model.columns[at].number
        advance = QFontMetricsF(across.font()).horizontalAdvance
        longest = max((advance(part) for part in (title.split() if wraps else [title])), default=0)
        return ceil(longest) + 2 * style.tokens().sizes.gap

    def show_columns(self, names: Collection[str]) -> None:
        """Show the columns of these names only: there is no room for the others."""
        for at, column in enumerate(self._model.columns):
            self.setColumnHidden(at, column.name not in names)
        self._fit()

    @Slot()
    def _heighten_soon(self) -> None:
        if self._wrapping:
            self._heighten.start()

    @Slot()
    def _on_heighten(self) -> None:
        """Give the rows in sight the lines that their wrapping columns need: names are not cut."""
        first = self.rowAt(0)
        last = self.rowAt(self.viewport().height() - 1)
        last = last if last >= 0 else self._model.rowCount() - 1
        usual, line = self.verticalHeader().defaultSectionSize(), self.fontMetrics().lineSpacing()
        changed = False
        for row in range(max(first, 0), last + 1):
            lines = max(
                (self._lines(row, at) for at in self._wrapping if not self.isColumnHidden(at)), default=1
            )
            height = usual + (lines - 1) * line
            if self.rowHeight(row) != height:
                self.setRowHeight(row, height)
                changed = True
        if self._has_moved:
            # Higher rows above the cursor may have pushed it out of sight, and what comes into sight is measured too.
            self._has_moved = changed
            self.scrollTo(self.currentIndex())
            self._heighten_soon()
        elif changed:
            # Lower rows let others come into sight, which are measured too.
            self._heighten_soon()

    def _lines(self, row: int, column: int) -> int:
        text = breakable(self._model.index(row, column).data() or "")
        sizes = style.tokens().sizes
        icon, record = self._model.columns[column].icon, self._model.record(row)
        beside = sizes.icon + sizes.gap if icon is not None and record is not None and icon(record) else 0
        room = self.columnWidth(column) - 2 * sizes.gap - beside
        if not text or ("\n" not in text and self.fontMetrics().horizontalAdvance(text) <= room):
            return 1
        needed = self.fontMetrics().boundingRect(0, 0, room, 1 << 20, Qt.TextFlag.TextWordWrap, text)
        most = self._model.columns[column].most_lines
        return max(1, min(most, round(needed.height() / self.fontMetrics().lineSpacing())))

    @Slot()
    def _space(self) -> None:
        sizes = style.tokens().sizes
        down = self.verticalHeader()
        down.setMinimumSectionSize(sizes.row)
        down.setDefaultSectionSize(max(sizes.row, self.fontMetrics().height() + sizes.gap))
        self._fit()

    def _show_empty(self) -> None:
        if self._empty is None:
            return
        self._empty.setGeometry(self.viewport().rect())
        self._empty.setVisible(self._model.rowCount() == 0)

    @Slot()
    def _on_model(self) -> None:
        self._show_empty()
        self._hover()
        self._heighten_soon()

    @Slot()
    def _on_titles(self) -> None:
        self._fit()

    @Slot(QModelIndex)
    def _on_opened(self, index: QModelIndex) -> None:
        self.chosen.emit(self._model.record(index.row()))

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, now: QModelIndex, before: QModelIndex) -> None:  # noqa: ARG002
        self._has_moved = True
        self._heighten_soon()
        self.current.emit(self._model.record(now.row()))


@dataclass(frozen=True)
class Width:
    """How wide a column is to be, and at least, in pixels."""

    usual: int
    least: int


def shared(room: int, widths: Sequence[Width], shares: Sequence[int]) -> list[int]:
    """Return widths that fill the room: what is left over or missing is shared, and none gets less than its least."""
    held: set[int] = set()
    while True:
        given = [width.least if at in held else width.usual for at, width in enumerate(widths)]
        free = {at: share for at, share in enumerate(shares) if share and at not in held}
        spare, total = room - sum(given), sum(free.values())
        for at, share in free.items():
            given[at] += spare * share // total
        short = {at for at in free if given[at] < widths[at].least}
        if not short:
            return given
        held |= short


_LONG: Final = 9
"""Letters from which on a word may be divided: a column that is no wider would cut it."""
_VOWELS: Final = "aeiouyаэиоуөүяеёюый"
_SYLLABLE: Final = re.compile(rf"(?<=\w\w)(?=[^\W\d_{_VOWELS}][{_VOWELS}]\w)", re.IGNORECASE)
_WORD: Final = re.compile(rf"[^\W\d_]{{{_LONG},}}")


@lru_cache(maxsize=2048)
def breakable(text: str) -> str:
    """Return a text whose long words may be divided between syllables, with a hyphen where they are."""
    return _WORD.sub(_divided, text)


def _divided(word: re.Match[str]) -> str:
    return _SYLLABLE.sub("\u00ad", word.group())


class RecordDelegate(QStyledItemDelegate):
    """Figures of equal width in number columns, one line where nothing wraps; a tooltip only where something is hidden."""

    def __init__(self, table: RecordTable) -> None:
        super().__init__(table)
        self._table = table

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Take the tabular figures, and use the whole line of a column that does not wrap."""
        super().initStyleOption(option, index)
        model = index.model()
        if not isinstance(model, RecordTableModel):
            return
        option.state = self.row_state(option, index)
        column = model.columns[index.column()]
        if column.number:
            option.font = fonts.tabular(option.font)
        if column.wrap:
            option.text = breakable(option.text)
        else:
            # The table wraps all columns or none, and what is wrapped is cut at a word instead of at the edge.
            option.features &= ~QStyleOptionViewItem.ViewItemFeature.WrapText

    def row_state(self, option: QStyleOptionViewItem, index: Index) -> QStyle.StateFlag:
        """Return the state of a cell, under the mouse where its row is; a row that is chosen stays as it is."""
        over, chosen = QStyle.StateFlag.State_MouseOver, QStyle.StateFlag.State_Selected
        is_over = index.row() == self._table.hovered and not option.state & chosen
        return option.state | over if is_over else option.state & ~over

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Show the whole text where it is cut, and a column's own hint always."""
        if event.type() == QEvent.Type.ToolTip and index.isValid():
            model = index.model()
            assert isinstance(model, RecordTableModel)
            column = model.columns[index.column()]
            hinted = column.hint is not None or column.icon_only
            if not hinted and self.sizeHint(option, index).width() <= view.visualRect(index).width():
                QToolTip.hideText()
                return True
        return super().helpEvent(event, view, option, index)


class KeptDelegate(RecordDelegate):
    """Draws what a cell shows once and then copies it, wherever the same is shown in the same column and size.

    For lists that are drawn anew many times a second: drawing a cell takes ten times as long as copying it.
    """

    MOST = 4000
    """Drawings kept; beyond that all are made anew."""

    def __init__(self, table: RecordTable) -> None:
        super().__init__(table)
        self._kept: dict[tuple[object, ...], QPixmap] = {}
        style.look().changed.connect(self.forget)

    @Slot()
    def forget(self) -> None:
        """Draw everything again: other colours, another font."""
        self._kept.clear()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Copy the cell if it is kept, else draw and keep it."""
        model = self._table.model()
        assert isinstance(model, RecordTableModel)
        size, ratio = option.rect.size(), painter.device().devicePixelRatioF()
        key = (
            *model.shows(index.row(), index.column()),
            self.row_state(option, index).value,
            size.width(),
            size.height(),
            ratio,
        )
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= self.MOST:
                self._kept.clear()
            kept = self._kept[key] = self._drawn(option, index, ratio)
        painter.drawPixmap(option.rect.topLeft(), kept)

    def _drawn(self, option: QStyleOptionViewItem, index: Index, ratio: float) -> QPixmap:
        made = QPixmap(option.rect.size() * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(option.palette.base().color())
        here = QStyleOptionViewItem(option)
        here.rect = QRect(QPoint(), option.rect.size())
        painter = QPainter(made)
        self.draw(painter, here, index)
        painter.end()
        return made

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a cell."""
        super().paint(painter, option, index)
