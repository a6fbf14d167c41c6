"""What the page shows of some figures: tables, figures on top, charts as data. Made in a worker, for that takes long.

Of a large hospital making them takes 50 ms of a processor, several times a second while older days are coming: in the
window's thread no key would be taken meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from deskapp.domain.statistics import Period, Summary
from deskapp.domain.statistics_tables import FigureTable, OverviewPaper, Tile, tables, tiles
from deskapp.i18n import Translator
from deskapp.services.statistics import Setting, SoFar
from deskapp.ui.base_tab import BaseView
from deskapp.ui.overview.drawn import CHARTS, drawn
from deskapp.ui.widgets.chart_pieces import Bars, Heat


@dataclass(frozen=True, eq=False)
class Asked:
    """The figures to be shown, with the period before if they are compared with one, and in which language."""

    period: Period
    setting: Setting
    so_far: SoFar
    earlier: Summary | None
    tr: Translator


@dataclass(frozen=True, eq=False)
class Board:
    """What the page shows of what was asked; `charts` by the name of their table."""

    asked: Asked
    tiles: tuple[Tile, ...]
    tables: tuple[FigureTable, ...]
    charts: Mapping[str, Bars | Heat]

    def paper(self) -> OverviewPaper:
        """Return it as it prints."""
        span, target = self.asked.period.span, self.asked.setting.target
        return OverviewPaper(span.first, span.last, target, self.tiles, self.tables)


def board_of(asked: Asked) -> Board:
    """Return what the page shows. Touches no widget."""
    summary, setting = asked.so_far.summary, asked.setting
    made = tuple(tables(summary, setting.names, setting.target))
    charts = {table.name: drawn(table, asked.tr) for table in made if table.name in CHARTS}
    return Board(asked, tuple(tiles(summary, asked.earlier, setting.target)), made, charts)


class Making(QObject):
    """Makes one board at a time, and after it what was asked for last: what came in between nobody would have seen."""

    made = Signal(object)
    """A `Board`."""

    def __init__(self, page: BaseView) -> None:
        super().__init__(page)
        self._page = page
        self._next: Asked | None = None
        self._busy = False

    def make(self, asked: Asked) -> None:
        """Have it made; `made` brings it."""
        self._next = asked
        if not self._busy:
            self._begin()

    @property
    def is_busy(self) -> bool:
        """Whether something is on its way to the page."""
        return self._busy or self._next is not None

    def _begin(self) -> None:
        asked, self._next = self._next, None
        run = self._page.desk.runner.run
        run(board_of, asked, done=self._take, owner=self._page, busy=self._turn)

    def _turn(self, busy: bool) -> None:
        self._busy = busy

    @Slot(object)
    def _take(self, board: Board) -> None:
        self.made.emit(board)
        if self._next is not None:
            self._begin()
