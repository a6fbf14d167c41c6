"""The visits behind a figure, beside it: when, number, where, how long they waited, how they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from deskapp.domain.registration import LABELS, EndReason
from deskapp.domain.statistics import Behind, BehindPart, BehindRow
from deskapp.domain.statistics_tables import Unit
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.overview import said
from deskapp.ui.widgets.basics import EmptyState, Panel, label
from deskapp.ui.widgets.progress import ProgressStrip
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from collections.abc import Sequence

PANEL_WIDTH: Final = 540


class BehindPanel(Panel):
    """A part of the visits that a figure was made of; the rest on request."""

    chosen = Signal(object)
    """The `BehindRow` to open at the desk."""

    more_wanted = Signal()

    closed = Signal()

    def __init__(self, tr: Translator) -> None:
        super().__init__()
        self._tr = tr
        self.wanted: Behind | None = None
        self._more = self._known = False
        self._model: RecordTableModel[BehindRow] = RecordTableModel(COLUMNS, tr, self)
        self.table = RecordTable(self._model)
        self._empty = EmptyState("inbox")
        self.table.set_empty(self._empty)
        self.table.chosen.connect(self.chosen)
        self._told = label("", "secondary", wrap=True)
        self.progress = ProgressStrip(tr)
        self.more, self.close_button = QPushButton(), QPushButton()
        self.more.clicked.connect(self.more_wanted)
        self.close_button.clicked.connect(self.closed)
        row = QHBoxLayout()
        row.addWidget(self._told, 1)
        row.addWidget(self.more)
        row.addWidget(self.close_button)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.progress)
        self.body.addLayout(row)
        style.look().changed.connect(self._fit)
        self._fit()

    def begin(self, wanted: Behind) -> None:
        """Say that the visits of another figure are asked for."""
        self.wanted, self._more, self._known = wanted, False, False
        self._model.apply(())
        self._say()
        self.table.setFocus()

    def take(self, part: BehindPart, *, added: bool) -> None:
        """Show a part, below the ones that are there or instead of them."""
        had = self._model.records if added else ()
        self._model.apply([*had, *part.rows])
        self._more, self._known = part.more, True
        if not added and part.rows:
            self.table.select(part.rows[0].id)
        self._say()

    @property
    def records(self) -> Sequence[BehindRow]:
        """The visits that are shown."""
        return self._model.records

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._tr = tr
        self._model.retranslate(tr)
        self.progress.retranslate(tr)
        self.set_title(tr(N_("Visits behind the figure")))
        self.table.setAccessibleName(tr(N_("Visits behind the figure")))
        self.more.setText(tr(N_("Show older")))
        self.close_button.setText(tr(N_("Close")))
        self._say()

    def _say(self) -> None:
        self.more.setEnabled(self._more)
        # Before the answer is here, and where none comes, nobody knows that there is none.
        self._empty.show_text(self._tr(N_("No visit of this kind.")) if self._known else "")
        count = len(self._model.records)
        shown = self._tr.n("{count} visit", "{count} visits", count)
        told = self._tr(N_("{shown}, and older ones"), shown=shown) if self._more else shown
        self._told.setText(told if self._known else "")

    @Slot()
    def _fit(self) -> None:
        self.setMinimumWidth(style.tokens().sizes.px(PANEL_WIDTH * 3 // 4))


def _arrived(row: BehindRow, tr: Translator) -> str:
    local = row.arrived.astimezone()
    return f"{tr.date(local.date())} {tr.time(local)}"


def _when(row: BehindRow) -> object:
    return row.arrived


def _number(row: BehindRow, _tr: Translator) -> str:
    return row.number or said.NOTHING


def _where(row: BehindRow, tr: Translator) -> str:
    parts = [tr(row.department) if row.department is not None else "", row.doctor]
    return " · ".join(filter(None, parts)) or said.NOTHING


def _waited(row: BehindRow, tr: Translator) -> str:
    return said.figure(row.waited, Unit.MINUTES, tr)


def _minutes(row: BehindRow) -> int:
    return -1 if row.waited is None else row.waited


def _ended(row: BehindRow, tr: Translator) -> str:
    return tr(LABELS[EndReason][row.ended]) if row.ended is not None else ""


COLUMNS: Final = (
    Column("arrived", N_("Arrived"), _arrived, sort=_when, width=130),
    Column("number", N_("Number"), _number, width=72),
    Column("where", N_("Department and doctor"), _where, width=118, stretch=5, wrap=True),
    Column("waited", N_("Waited"), _waited, sort=_minutes, width=72, number=True),
    Column("ended", N_("Ended"), _ended, width=98, stretch=1, wrap=True),
)
