"""The charts of the overview, two beside each other, and the tables that say the same."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from deskapp.domain.statistics_tables import FigureRow, FigureTable
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.overview import said
from deskapp.ui.overview.drawn import CHARTS
from deskapp.ui.widgets.basics import EmptyState, Panel, label, scrolled
from deskapp.ui.widgets.chart_pieces import Bars, Heat
from deskapp.ui.widgets.editors import ChoiceBox
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from deskapp.ui.widgets.charts import Chart

CHART_HEIGHT: Final = 224
AT_ONCE_SECONDS: Final = 0.01
"""Charts are drawn for so long, then what else waits has its turn."""
TWO_FROM: Final = 760
"""Width, in pixels of the drawing board, from which two charts stand beside each other."""
MOST_LINES: Final = 3
"""Of the words of a piece; its tooltip has them all."""
_BULLETS: Final = ("■", "▨", "▦")


class ChartPanel(Panel):
    """A chart with its title, its series, and the words of the piece that is pointed at."""

    def __init__(self, name: str) -> None:
        from deskapp.ui.widgets.charts import Chart

        super().__init__()
        self.name = name
        self.table: FigureTable | None = None
        self._tr: Translator | None = None
        self.chart: Chart = Chart()
        self._series = label("", "secondary")
        self._named: Sequence[str] = ()
        self._words: QLabel = label("", "secondary", wrap=True)
        # Long words take more lines: the panel as wide as they are would push the others out of the window.
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        # A chart wishes to be as high as it is drawn: it takes what the panel has.
        self.chart.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.head.addWidget(self._series)
        self.body.addWidget(self.chart, 1)
        self.body.addWidget(self._words)
        self.chart.said.connect(self._on_said)
        self._hint = ""
        style.look().changed.connect(self._fit)
        self._fit()

    def show_table(self, table: FigureTable, data: Bars | Heat, tr: Translator) -> None:
        """Draw the chart of a table, unless it stands there."""
        if table == self.table and tr is self._tr:
            return
        self.table, self._tr = table, tr
        self.set_title(tr(table.title))
        style.set_state(self.title, "role", "strong")
        self._named = list(map("{} {}".format, _BULLETS, getattr(data, "series", ())))
        self.chart.setAccessibleName(tr(table.title))
        self._hint = tr(N_("Nothing to show.")) if not table.rows else ""
        self.chart.show_data(data)
        self._fit()

    @Slot(object)
    def _on_said(self, words: str) -> None:
        self._words.setText(words or self._hint)

    def resizeEvent(self, event: Any) -> None:
        """Fit the words to the width."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """As high as it has to be; beside a higher one it grows."""
        return QSize(super().sizeHint().width(), self.minimumHeight())

    @Slot()
    def _fit(self) -> None:
        sizes, line = style.tokens().sizes, self._words.fontMetrics().height()
        above, below = self._fit_series(), self._fit_words()
        self.body.setSpacing(sizes.px(4))
        self.setMinimumHeight(sizes.px(CHART_HEIGHT) + above + below - 2 * line)

    def _fit_series(self) -> int:
        """Name the series below each other where there is no room beside the title; return their height."""
        metrics, gap = self._series.fontMetrics(), style.tokens().sizes.group_gap
        one, title = "   ".join(self._named), self.title.fontMetrics().horizontalAdvance(self.title.text())
        fits = title + gap + metrics.horizontalAdvance(one) <= self._words.width()
        self._series.setText(one if fits else "\n".join(self._named))
        return metrics.height() * (1 if fits else len(self._named))

    def _fit_words(self) -> int:
        """Keep as many lines free as the longest words need: nothing moves while the mouse does; return their height."""
        metrics, wrapped = self._words.fontMetrics(), Qt.TextFlag.TextWordWrap
        longest = max((piece.said for piece in self.chart.pieces), key=len, default="")
        needed = metrics.boundingRect(0, 0, self._words.width(), 1 << 20, wrapped, longest).height()
        high = min(max(needed, metrics.height()), MOST_LINES * metrics.lineSpacing())
        self._words.setFixedHeight(high)
        return high


def worth_a_chart(table: FigureTable) -> bool:
    """Say whether a chart shows more than a figure does: one day or one weekday is none."""
    if table.name in {"days", "week"}:
        return sum(1 for row in table.rows if any(row.values)) > 1
    return True


class Charts(QWidget):
    """All charts, in two columns where there is room."""

    opened = Signal(object)
    """A `Behind`."""

    def __init__(self) -> None:
        super().__init__()
        self.panels: dict[str, ChartPanel] = {}
        self._waiting: list[tuple[FigureTable, Bars | Heat, Translator]] = []
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.setInterval(0)
        self._next.timeout.connect(self._draw_some)
        self._inside = QWidget()
        self._grid = QGridLayout(self._inside)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._laid: tuple[int, list[str]] = (0, [])
        self._shown = list(CHARTS)
        self.area: QScrollArea = scrolled(self._inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        style.look().changed.connect(self._arrange)
        self._arrange()

    def show_tables(
        self, tables: Sequence[FigureTable], data: Mapping[str, Bars | Heat], tr: Translator
    ) -> None:
        """Draw the charts of these tables, one after the other: keys are taken in between."""
        self._shown = [table.name for table in tables if table.name in data and worth_a_chart(table)]
        self._waiting = [(table, data[table.name], tr) for table in tables if table.name in self._shown]
        self._draw_some()

    @Slot()
    def _draw_some(self) -> None:
        began = time.monotonic()
        while self._waiting and time.monotonic() - began < AT_ONCE_SECONDS:
            table, data, tr = self._waiting[0]
            if table.name not in self.panels:
                # That takes as long as drawing several.
                self._make(table.name)
                break
            self.panels[table.name].show_table(table, data, tr)
            del self._waiting[0]
        self._arrange()
        if self._waiting:
            self._next.start()

    def _make(self, name: str) -> None:
        self.panels[name] = ChartPanel(name)
        self.panels[name].chart.opened.connect(self.opened)

    def focused(self) -> str:
        """Return the name of the chart with the cursor, "" for none."""
        return next((name for name, panel in self.panels.items() if panel.chart.hasFocus()), "")

    def resizeEvent(self, event: Any) -> None:
        """Put the charts below each other where there is no room beside."""
        super().resizeEvent(event)
        self._arrange()

    @Slot()
    def _arrange(self) -> None:
        sizes = style.tokens().sizes
        self._grid.setSpacing(sizes.gap)
        columns = 2 if self.width() >= sizes.px(TWO_FROM) else 1
        there = [name for name in self._shown if name in self.panels]
        if (columns, there) == self._laid:
            return
        self._laid = columns, there
        for name, panel in self.panels.items():
            self._grid.removeWidget(panel)
            panel.setVisible(name in there)
        for at, name in enumerate(there):
            self._grid.addWidget(self.panels[name], at // columns, at % columns)
        # What is left over stands below all of them.
        for row in range(self._grid.rowCount() + 1):
            self._grid.setRowStretch(row, 1 if row * columns >= len(there) else 0)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)


class Tables(QWidget):
    """One table at a time, of those in a choice; Enter opens the visits behind a line, or behind the figure it is on."""

    opened = Signal(object)
    """A `Behind`."""

    def __init__(self) -> None:
        super().__init__()
        self._tables: dict[str, FigureTable] = {}
        self._made: dict[str, tuple[tuple[str, ...], RecordTable, RecordTableModel[FigureRow]]] = {}
        self._tr: Translator | None = None
        self.choice = ChoiceBox()
        self._stack = QStackedWidget()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignLeft)
        outer.addWidget(self._stack, 1)
        self.choice.currentIndexChanged.connect(self._show_chosen)

    def show_tables(self, tables: Sequence[FigureTable], tr: Translator) -> None:
        """Show these tables; the one that was chosen stays chosen."""
        self._tables, self._tr = {table.name: table for table in tables}, tr
        self._offer([(tr(table.title), table.name) for table in tables])
        self.choice.setAccessibleName(tr(N_("Table")))
        self._show_chosen()

    def _offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Offer these tables; a list that is open and has them already stays as it is."""
        if [self.choice.itemData(at) for at in range(self.choice.count())] == [name for _, name in choices]:
            for at, (title, _) in enumerate(choices):
                if self.choice.itemText(at) != title:
                    self.choice.setItemText(at, title)
            return
        chosen = self.choice.currentData()
        self.choice.blockSignals(True)
        self.choice.clear()
        for title, name in choices:
            self.choice.addItem(title, name)
        self.choice.setCurrentIndex(max(0, self.choice.findData(chosen)))
        self.choice.blockSignals(False)
        self.choice.setSizeAdjustPolicy(self.choice.SizeAdjustPolicy.AdjustToContents)

    def choose(self, name: str) -> None:
        """Show the table of a name, the one there is otherwise."""
        at = self.choice.findData(name)
        if at >= 0:
            self.choice.setCurrentIndex(at)

    def current(self) -> RecordTable | None:
        """Return the table that is shown."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, RecordTable) else None

    @Slot()
    def _show_chosen(self) -> None:
        table = self._tables.get(self.choice.currentData())
        if table is None or self._tr is None:
            return
        shown, model = self._widget(table, self._tr)
        model.apply(table.rows)
        shown.setAccessibleName(self._tr(table.title))
        self._stack.setCurrentWidget(shown)

    def _widget(self, table: FigureTable, tr: Translator) -> tuple[RecordTable, RecordTableModel[FigureRow]]:
        """Return the widget of a table; one with other columns than before is made anew."""
        columns = (*(head.title for head in table.headings), table.first, tr.language)
        kept = self._made.get(table.name)
        if kept is not None and kept[0] == columns:
            return kept[1], kept[2]
        if kept is not None:
            self._stack.removeWidget(kept[1])
            kept[1].deleteLater()
        model = _Figures(_columns(table), tr, self)
        made = RecordTable(model)
        if len(table.headings) > 1:
            made.wrap_titles()
        made.set_empty(EmptyState("chart-column", tr(N_("Nothing to show."))))
        made.chosen.connect(self._on_chosen)
        self._stack.addWidget(made)
        self._made[table.name] = (columns, made, model)
        return made, model

    @Slot(object)
    def _on_chosen(self, row: FigureRow) -> None:
        shown = self.current()
        column = shown.currentIndex().column() if shown is not None else 0
        behind = row.behind_value(column - 1) if column > 0 else row.behind
        if behind is not None:
            self.opened.emit(behind)


class _Figures(RecordTableModel[FigureRow]):
    """Wraps the titles over the figures as well: at the right side of their column they would lose their beginning."""

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the title of a column and its side."""
        told = super().headerData(section, orientation, role)
        if role == Qt.ItemDataRole.TextAlignmentRole and told is not None:
            return int(told) | int(Qt.TextFlag.TextWordWrap)
        return told


def _columns(table: FigureTable) -> list[Column[FigureRow]]:
    narrow = len(table.headings) > 6
    first: Column[FigureRow] = Column(
        "label", table.first, _label, sort=None, width=160, stretch=2, wrap=True
    )
    return [
        first,
        *(
            Column(
                f"figure{at}",
                head.title,
                _Cell(at, table).text,
                sort=_Cell(at, table).sort,
                width=52 if narrow else 104,
                number=True,
            )
            for at, head in enumerate(table.headings)
        ),
    ]


def _label(row: FigureRow, tr: Translator) -> str:
    return said.words(row.label, tr)


class _Cell:
    """One column of figures."""

    def __init__(self, at: int, table: FigureTable) -> None:
        self._at, self._unit = at, table.headings[at].unit

    def text(self, row: FigureRow, tr: Translator) -> str:
        """Return the figure in words."""
        return said.figure(row.values[self._at], self._unit, tr)

    def sort(self, row: FigureRow) -> float:
        """Return what it is sorted by; what is not known stands lowest."""
        value = row.values[self._at]
        return -1.0 if value is None else float(value)
