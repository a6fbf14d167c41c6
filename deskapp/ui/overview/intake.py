"""The overview of the intake: figures of a period on top, charts or tables below, the visits behind a figure beside."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QSplitter, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from deskapp.domain import statistics
from deskapp.domain.access import Permission
from deskapp.domain.changes import Changes
from deskapp.domain.statistics import Behind, BehindPart, BehindRow, Period, PeriodKind
from deskapp.domain.statistics_tables import Tile
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView
from deskapp.ui.keys import Action
from deskapp.ui.overview import head
from deskapp.ui.overview.answers import OfFigure
from deskapp.ui.overview.behind import PANEL_WIDTH, BehindPanel
from deskapp.ui.overview.boards import Tables
from deskapp.ui.overview.loading import Loading
from deskapp.ui.overview.making import Asked, Board, Making
from deskapp.ui.overview.output import Output
from deskapp.ui.overview.tiles import Tiles
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import label
from deskapp.ui.widgets.flow import FlowLayout
from deskapp.ui.widgets.progress import ProgressStrip

if TYPE_CHECKING:
    from deskapp.ui.overview.boards import Charts

CHARTS_MODULE: Final = "deskapp.ui.widgets.charts"
LOW: Final = 600
"""Below this height of the page, in pixels of the drawing board, the visits and the figures have no room together."""


def load_charts() -> None:
    """Import what draws: half a second, which is spent in a worker."""
    importlib.import_module(CHARTS_MODULE)


class IntakeFigures(BaseView):
    """Nothing here changes anything; saving and printing are written down."""

    title = N_("Overview")
    icon = "chart-column"
    subjects = frozenset({"visit"})
    help = N_(
        "The figures of the days that are chosen on top. The newest days come first; what is still missing is"
        " said, and Esc stops the reading. Enter on a figure, a bar or a line opens the visits behind it."
    )

    def build(self) -> None:
        """Make head, figures and tables; the charts follow when what draws them is there."""
        desk = self.desk
        self._opener: QWidget | None = None
        self.head = head.PeriodHead(desk.tr, desk.today)
        self.tiles, self.tables = Tiles(), Tables()
        self.charts: Charts | None = None
        self.progress = ProgressStrip(desk.tr)
        self.behind = BehindPanel(desk.tr)
        self._waiting = label("", "secondary")
        self._stack = QStackedWidget()
        self.loading = Loading(self, self.head, self.progress)
        self.making = Making(self)
        self._board: Board | None = None
        self.output = Output(self)
        self._keys = desk.keys.install(self, self._own_actions())
        self._lay_out()
        self._connect()
        self._enable()

    def _own_actions(self) -> Sequence[Action]:
        return (
            Action("overview.refresh", N_("Read again"), self.loading.load, "F5", "refresh-cw"),
            Action("overview.period", N_("Period"), self.choose_period, "F6", "calendar"),
            Action("overview.before", N_("Earlier"), self.go_back, "Left", "chevron-left"),
            Action("overview.after", N_("Later"), self.go_on, "Right", "chevron-right"),
            Action("overview.table", N_("Tables"), self.switch, "F7", "table"),
            Action("overview.save", N_("Save"), self.output.save, "Ctrl+S", "download"),
            Action("overview.print", N_("Print"), self.output.show_print, "Ctrl+P", "printer"),
            Action("overview.stop", N_("Stop"), self.stop, "Esc", "circle-x"),
        )

    def _lay_out(self) -> None:
        buttons = FlowLayout()
        for name, action in self._keys.items():
            if name != "overview.stop":
                buttons.addWidget(ActionButton(action))
        self.head.add_button(self._keys["overview.stop"])
        self._left = QWidget()
        column = QVBoxLayout(self._left)
        column.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._waiting)
        self._stack.addWidget(self.tables)
        column.addWidget(self._stack, 1)
        self._split = QSplitter()
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self._left)
        self._split.addWidget(self.behind)
        self._split.setStretchFactor(0, 1)
        self.behind.hide()
        self.body.addWidget(self.head)
        self.body.addLayout(buttons)
        self.body.addWidget(self.tiles)
        self.body.addWidget(self.progress)
        self.body.addWidget(self._split, 1)
        self._column = column
        self._space()

    def _space(self) -> None:
        super()._space()
        if hasattr(self, "_column"):
            self._column.setSpacing(style.tokens().sizes.gap)

    def _connect(self) -> None:
        self.head.wanted.connect(self.show_period)
        self.loading.ready.connect(self.draw)
        self.making.made.connect(self.show_board)
        self.loading.turned.connect(self._enable)
        self.tiles.opened.connect(self._on_tile)
        self.tables.opened.connect(self.open_behind)
        self.behind.chosen.connect(self._on_visit)
        self.behind.more_wanted.connect(self.show_more)
        self.behind.closed.connect(self.close_behind)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        for part in (self.head, self.behind, self.progress):
            part.retranslate(tr)
        self._waiting.setText(tr(N_("The charts are coming …")))
        self.draw()

    # --- Reading ----------------------------------------------------------------------------------------------

    def refresh(self, changes: Changes) -> None:
        """Read the figures; after changes elsewhere only those of a short period with today in it, a little later."""
        if not changes:
            self.desk.runner.run(load_charts, done=self._take_charts, owner=self, latest="overview.charts")
            self.loading.load()
            return
        self.loading.load_later()

    def is_whole(self) -> bool:
        """Return whether all figures of the chosen period and of the one before are there, and shown."""
        return self._built and self.loading.is_whole() and not self.making.is_busy

    @Slot()
    def stop(self) -> None:
        """Close the visits behind a figure, or read no further."""
        if self.behind.isVisible():
            self.close_behind()
        else:
            self.loading.stop()
        self._enable()

    @Slot()
    def _enable(self) -> None:
        self._keys["overview.stop"].setEnabled(self.loading.is_running or self.behind.isVisibleTo(self))
        self._keys["overview.stop"].call(N_("Close") if self.behind.isVisibleTo(self) else N_("Stop"))
        actor, there = self.desk.actor(), self.board is not None
        self._keys["overview.save"].setEnabled(there and actor.may(Permission.EXPORT))
        self._keys["overview.print"].setEnabled(there and actor.may(Permission.PRINT))

    # --- Showing ----------------------------------------------------------------------------------------------

    def _take_charts(self, _nothing: object) -> None:
        from deskapp.ui.overview.boards import Charts

        self.charts = Charts()
        self.charts.opened.connect(self.open_behind)
        self._stack.insertWidget(0, self.charts)
        if self._stack.currentWidget() is self._waiting:
            self._stack.setCurrentWidget(self.charts)
        self._stack.removeWidget(self._waiting)
        self._put()

    @property
    def board(self) -> Board | None:
        """What is shown of the chosen days, None while nothing of them is there."""
        board = self._board
        return board if board is not None and board.asked.period == self.head.shown else None

    @Slot()
    def draw(self) -> None:
        """Have drawn what is there; figures are compared only when all days are there."""
        reading, so_far = self.loading.reading, self.loading.so_far
        if reading is None or so_far is None:
            return
        self.loading.tell()
        earlier = self.loading.earlier if so_far.whole else None
        self.making.make(Asked(reading.period, reading.setting, so_far, earlier, self.desk.tr))

    @Slot(object)
    def show_board(self, board: Board) -> None:
        """Show what was made, if it still is what is wanted: the same days, and in the same language."""
        if board.asked.period == self.head.shown and board.asked.tr is self.desk.tr:
            self._board = board
            self._put()
            self._enable()

    def _put(self) -> None:
        board = self._board
        if board is None:
            return
        tr = board.asked.tr
        self.tiles.show_tiles(board.tiles, board.asked.period.kind, tr)
        if self.shown is self.tables:
            self.tables.show_tables(board.tables, tr)
        elif self.charts is not None:
            self.charts.show_tables(board.tables, board.charts, tr)

    @Slot()
    def switch(self) -> None:
        """Show tables instead of charts, or charts again; a chart with the cursor becomes its table."""
        if self._stack.currentWidget() is self.tables:
            self._stack.setCurrentIndex(0)
            self._put()
        else:
            name = self.charts.focused() if self.charts is not None else ""
            self._stack.setCurrentWidget(self.tables)
            self._put()
            self.tables.choose(name)
            table = self.tables.current()
            if table is not None:
                table.setFocus()
        shown = self._stack.currentWidget() is self.tables
        self._keys["overview.table"].call(N_("Charts") if shown else N_("Tables"))

    # --- The period -------------------------------------------------------------------------------------------

    @Slot(object)
    def show_period(self, shown: Period) -> None:
        """Look at other days."""
        self.head.show_period(shown)
        self.loading.drop()
        self.close_behind()
        self.loading.load()

    @Slot()
    def choose_period(self) -> None:
        """Go to the choice of the period."""
        self.head.kind.setFocus()
        self.head.kind.showPopup()

    @Slot()
    def go_back(self) -> None:
        """Look at the period before."""
        self._move(-1)

    @Slot()
    def go_on(self) -> None:
        """Look at the period after."""
        self._move(1)

    def _move(self, by: int) -> None:
        shown = statistics.moved(self.head.shown, by)
        self.show_period(self._day(shown) if shown.span.days == 1 else shown)

    def _day(self, shown: Period) -> Period:
        """Return a single day by its name: a day before yesterday has none."""
        for kind in (PeriodKind.TODAY, PeriodKind.YESTERDAY):
            if statistics.period(kind, self.desk.today()).span == shown.span:
                return Period(kind, shown.span)
        return Period(PeriodKind.CHOSEN, shown.span)

    # --- The visits behind ------------------------------------------------------------------------------------

    @Slot(object)
    def _on_tile(self, tile: Tile) -> None:
        self.open_behind(tile.behind)

    @Slot(object)
    def open_behind(self, wanted: Behind | None) -> None:
        """Show the visits behind a figure beside it."""
        reading = self.loading.reading
        if reading is None or wanted is None:
            return
        if not self._is_among_visits():
            self._opener = QApplication.focusWidget()
        if not self.behind.isVisible():
            self.behind.show()
            self._share_height()
            room = style.tokens().sizes.px(PANEL_WIDTH)
            self._split.setSizes([max(1, self._split.width() - room), room])
        self.behind.begin(wanted)
        self._ask_behind(OfFigure(self, reading.period, wanted, None))
        self._enable()

    @Slot()
    def show_more(self) -> None:
        """Show the older ones as well."""
        reading = self.loading.reading
        if reading is not None and self.behind.wanted is not None and self.behind.records:
            last = self.behind.records[-1]
            self._ask_behind(OfFigure(self, reading.period, self.behind.wanted, last))

    def _ask_behind(self, asked: OfFigure) -> None:
        strip = self.behind.progress
        arguments = (self.desk.actor(), asked.period.span, asked.wanted, asked.after)
        strip.watch(
            self.run(
                self.desk.services.statistics.visits_behind,
                *arguments,
                done=asked.take,
                progress=strip.progress,
                busy=strip.busy,
                latest="overview.behind",
            )
        )

    def take_behind(self, asked: OfFigure, part: BehindPart) -> None:
        """Show visits if they are still the ones that are wanted."""
        if self.behind.wanted == asked.wanted and self.head.shown == asked.period:
            self.behind.take(part, added=asked.after is not None)

    @Slot()
    def close_behind(self) -> None:
        """Show the figures alone; the cursor goes back to the figure that was opened."""
        goes_back = self._is_among_visits()
        self.behind.hide()
        self._share_height()
        self._enable()
        if goes_back:
            there = self._opener is not None and isValid(self._opener) and self._opener.isVisible()
            (self._opener if there and self._opener is not None else self.head.kind).setFocus()

    def _share_height(self) -> None:
        """Where the page is low the list of visits gets the room of the figures on top while it is open."""
        low = self.height() < style.tokens().sizes.px(LOW)
        self.tiles.setVisible(not (low and self.behind.isVisibleTo(self)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the height anew."""
        super().resizeEvent(event)
        if self._built:
            self._share_height()

    def _is_among_visits(self) -> bool:
        now = QApplication.focusWidget()
        return now is not None and self.behind.isAncestorOf(now)

    @Slot(object)
    def _on_visit(self, row: BehindRow) -> None:
        self.desk.ways.go("intake", "desk", "visit", row.id)

    @property
    def shown(self) -> QWidget:
        """What stands below the figures: the charts or the tables."""
        return self._stack.currentWidget() or self._stack
