"""A table model over frozen dataclasses: fresh records are applied as differences, never as a reset."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Slot,
)
from PySide6.QtGui import QColor

from deskapp.domain.text import Text, Words
from deskapp.i18n import Translator
from deskapp.ui import icons, style

SORT_ROLE = int(Qt.ItemDataRole.UserRole) + 1
RECORD_ROLE = int(Qt.ItemDataRole.UserRole) + 2
HIGHLIGHT_MS = 120
MOST_RUNS = 24
"""Stretches of changed rows that are told one by one."""
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class Record(Protocol):
    """What a row must have: an id that stays the same when the rest of it changes."""

    @property
    def id(self) -> Hashable:
        """The identity of the record."""
        ...


R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column, as data.

    Attributes:
        name: how code calls it.
        title: message id of the header.
        text: what a cell shows.
        sort: what it is sorted by (dates and sums do not sort by their words); None when it can't be sorted.
        width: in pixels of the drawing board; a stretching column gets at least that.
        stretch: share of the room that is left over, 0 for none.
        number: right aligned in figures of equal width.
        tone: name of a colour token for the cell's text, "" for the usual one.
        icon: name of an icon before the text, "" for none.
        wrap: long text takes up to `most_lines` lines instead of an ellipsis (names).
        most_lines: of a text that wraps; of names three are enough.
        hint: more words on hover; without it the whole text.
        icon_only: the text is said on hover and to a screen reader only; its icon has to be enough.
    """

    name: str
    title: str | Text | Words
    text: Callable[[R, Translator], str]
    sort: Callable[[R], Any] | None = None
    width: int = 96
    stretch: int = 0
    number: bool = False
    wrap: bool = False
    tone: Callable[[R], str] | None = None
    icon: Callable[[R], str] | None = None
    hint: Callable[[R, Translator], str] | None = None
    icon_only: bool = False
    most_lines: int = 3


class RecordTableModel(QAbstractTableModel, Generic[R]):
    """Rows are records in the order given, or sorted by a column once somebody asked for that."""

    def __init__(self, columns: Sequence[Column[R]], tr: Translator, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._tr = tr
        self._records: list[R] = []
        self._rows: dict[Hashable, int] = {}
        self._sorted: tuple[int, bool] | None = None
        self._fresh: set[Hashable] = set()
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(HIGHLIGHT_MS)
        self._calm.timeout.connect(self._end_highlight)

    # reading

    def rowCount(self, parent: Index = _ROOT) -> int:
        """Return the number of records."""
        return 0 if parent.isValid() else len(self._records)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what Qt asks about a cell; `RECORD_ROLE` gives the record, `SORT_ROLE` the sort key."""
        if not index.isValid() or index.row() >= len(self._records):
            return None
        record, column = self._records[index.row()], self.columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return None if column.icon_only else column.text(record, self._tr)
            case Qt.ItemDataRole.AccessibleTextRole:
                return column.text(record, self._tr)
            case Qt.ItemDataRole.ToolTipRole:
                return (column.hint or column.text)(record, self._tr)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case _:
                return self._dress(record, column, role)

    def _dress(self, record: R, column: Column[R], role: int) -> Any:
        if role == RECORD_ROLE:
            return record
        if role == SORT_ROLE:
            return column.sort(record) if column.sort is not None else None
        if role == Qt.ItemDataRole.ForegroundRole and column.tone is not None:
            tone = column.tone(record)
            return QColor(getattr(style.tokens().colours, tone)) if tone else None
        if role == Qt.ItemDataRole.DecorationRole and column.icon is not None:
            name = column.icon(record)
            tone = column.tone(record) if column.tone is not None else ""
            return icons.icon(name, tone or "secondary") if name else None
        if role == Qt.ItemDataRole.BackgroundRole and record.id in self._fresh:
            return QColor(style.tokens().colours.warning_ground)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the title of a column and its side."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._tr(column.title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            # The table's own side is left, and perhaps wrapped.
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter if column.number else None
        return None

    @property
    def records(self) -> tuple[R, ...]:
        """The records in the order shown."""
        return tuple(self._records)

    def record(self, row: int) -> R | None:
        """Return the record of a row, None when there is no such row."""
        return self._records[row] if 0 <= row < len(self._records) else None

    def row_of(self, identity: Hashable) -> int:
        """Return the row of a record, -1 when it is not shown."""
        return self._rows.get(identity, -1)

    def shows(self, row: int, at: int) -> tuple[object, ...]:
        """Return all that the look of a cell depends on, but its size and whether it is chosen."""
        record, column = self._records[row], self.columns[at]
        return (
            at,
            column.text(record, self._tr),
            column.icon(record) if column.icon is not None else "",
            column.tone(record) if column.tone is not None else "",
            bool(self._fresh) and record.id in self._fresh,
        )

    def column_of(self, name: str) -> int:
        """Return the place of a column; ValueError for an unknown name."""
        return [column.name for column in self.columns].index(name)

    # changing

    def apply(self, records: Iterable[R], *, highlight: bool | Callable[[R, R], bool] = False) -> None:
        """Show these records, keeping selection, current row and scrolling.

        A record that is the very object shown before is passed over at a glance.

        Args:
            records: all that shall be shown, in order; two with one id are a ValueError.
            highlight: tint for 120 ms what was shown before and is different now; a function of both says
                which differences are worth it.
        """
        wanted = self._in_order(list(records))
        rows = {record.id: row for row, record in enumerate(wanted)}
        if len(rows) != len(wanted):
            raise ValueError("two records have one id")
        self._remove(rows)
        self._reorder([record for record in wanted if record.id in self._rows])
        self._insert(wanted)
        self._change(wanted, highlight if style.moves() else False)

    def _in_order(self, records: list[R]) -> list[R]:
        if self._sorted is None:
            return records
        column, descending = self._sorted
        key = self.columns[column].sort
        assert key is not None
        return sorted(records, key=key, reverse=descending)

    def _index_rows(self) -> None:
        self._rows = {record.id: row for row, record in enumerate(self._records)}

    def _remove(self, wanted: dict[Hashable, int]) -> None:
        gone = [row for row, record in enumerate(self._records) if record.id not in wanted]
        for first, last in reversed(_runs(gone)):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._records[first : last + 1]
            self.endRemoveRows()
        if gone:
            self._index_rows()

    def _reorder(self, kept: list[R]) -> None:
        if [record.id for record in kept] == [record.id for record in self._records]:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        identities = [self._records[index.row()].id for index in before]
        old = {record.id: record for record in self._records}
        self._records = [old[record.id] for record in kept]
        self._index_rows()
        after = [
            self.index(self._rows[identity], index.column())
            for identity, index in zip(identities, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _insert(self, wanted: list[R]) -> None:
        new = [row for row, record in enumerate(wanted) if record.id not in self._rows]
        for first, last in _runs(new):
            self.beginInsertRows(QModelIndex(), first, last)
            self._records[first:first] = wanted[first : last + 1]
            self.endInsertRows()
        if new:
            self._index_rows()

    def _change(self, wanted: list[R], highlight: bool | Callable[[R, R], bool]) -> None:
        before = self._records
        changed = [
            row
            for row, (old, new) in enumerate(zip(before, wanted, strict=True))
            if old is not new and old != new
        ]
        self._records = wanted
        if highlight:
            lit = [row for row in changed if highlight is True or highlight(before[row], wanted[row])]
            if lit:
                self._fresh = {wanted[row].id for row in lit}
                self._calm.start()
        self._tell(changed)

    def _tell(self, rows: Sequence[int], roles: Sequence[int] = ()) -> None:
        """Tell of changed rows, ascending; of many scattered ones with one word: each costs, seen or not."""
        runs = _runs(rows)
        if len(runs) > MOST_RUNS:
            runs = [(runs[0][0], runs[-1][1])]
        for first, last in runs:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1), list(roles))

    @Slot()
    def _end_highlight(self) -> None:
        rows = sorted(self._rows[identity] for identity in self._fresh if identity in self._rows)
        self._fresh = set()
        self._tell(rows, [Qt.ItemDataRole.BackgroundRole])

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 goes on in the order in which records are applied from now on."""
        if column < 0:
            self._sorted = None
            return
        if column >= len(self.columns) or self.columns[column].sort is None:
            return
        self._sorted = (column, order == Qt.SortOrder.DescendingOrder)
        self._reorder(self._in_order(list(self._records)))

    def retranslate(self, tr: Translator) -> None:
        """Show titles and cells in another language."""
        self._tr = tr
        if self.columns:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)
        if self._records:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._records) - 1, len(self.columns) - 1))


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return ascending rows as runs of neighbours: [0, 1, 4] as [(0, 1), (4, 4)]."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
