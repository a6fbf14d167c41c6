"""The search of the desk; today's visits while nothing is typed, and somebody new as the last that was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal, Slot

from deskapp.domain.identity import ScanKind, recognise_scan
from deskapp.domain.intake import VisitorHit, VisitRow
from deskapp.domain.registration import EndReason, SlipState, label
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.intake.visitor_search import SEPARATOR, VisitorSearch
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable
from deskapp.ui.widgets.result_list import ResultRow

NEW: Final = "new"
_NUMBER: Final = re.compile(r"([^\W\d]+)-?(\d+)")


class SearchPane(VisitorSearch):
    """Finds visitors as one types, best first; the last row registers a new one."""

    chosen = Signal(object)
    """The `VisitorHit` that was chosen."""

    wanted_new = Signal(str)
    """Register somebody new from what was typed."""

    visit_chosen = Signal(object)
    """The id of one of today's visits."""

    confirmed_empty = Signal()
    """Enter while nothing is typed."""

    code_typed = Signal(str)
    """Enter behind a visit's number: that very visit is meant, also one without a visitor."""

    def __init__(self, desk: Desk) -> None:
        today: RecordTableModel[VisitRow] = RecordTableModel(TODAY_COLUMNS, desk.tr)
        table = RecordTable(today)
        super().__init__(desk, table)
        self.today, self.table = today, table
        today.setParent(self)
        self._empty = EmptyState("users")
        table.set_empty(self._empty)
        self.table.chosen.connect(self._on_visit)
        self.table.clicked.connect(self._on_clicked)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        super().retranslate(tr)
        self._empty.show_text(
            tr(N_("Nobody has come today yet. Type a name, or press F2 for a new visitor."))
        )
        self.table.setAccessibleName(tr(N_("Today's visits")))
        self.today.retranslate(tr)

    def show_today(self, rows: Sequence[VisitRow]) -> None:
        """Show the visits of today."""
        self.today.apply(rows, highlight=True)

    def rows_of(self, hits: Sequence[VisitorHit]) -> list[ResultRow]:
        """Return today's visit whose number was typed, what was found, and a row that registers what is typed."""
        tr = self._desk.tr
        numbered = [_visit_row(visit, tr) for visit in self._numbered()]
        new = tr(N_("Register “{name}”"), name=self._typed)
        register = ResultRow(NEW, new, aside="F2", icon="user-plus", tone="accent")
        return [*numbered, *super().rows_of(hits), register]

    def _numbered(self) -> list[VisitRow]:
        """Return the visits of today whose number is typed: it is what stands large on the slip."""
        wanted = _plain(self._typed)
        return [row for row in self.today.records if wanted and _plain(row.number) == wanted]

    def take_chosen(self, row: ResultRow) -> None:
        """Open a visitor or a visit, or begin a new one."""
        if row.id == NEW:
            self.wanted_new.emit(self._typed)
        elif isinstance(row.data, VisitRow):
            self._open_numbered(row.data)
        else:
            self.chosen.emit(row.data)

    def step_instead(self, rows: int) -> None:  # noqa: ARG002
        """Go to today's visits."""
        self.table.setFocus()

    def confirm(self) -> None:
        """Enter: a visit's number means that visit, nothing at all is for whoever listens."""
        if recognise_scan(self._typed).kind is ScanKind.VISIT:
            self.code_typed.emit(self._typed)
        elif numbered := self._numbered():
            # Also before the search has answered; it may be the cursor's own choice that is meant then.
            row = None if self._pending else self.results.current_row()
            self.take_chosen(row or _visit_row(numbered[0], self._desk.tr))
        elif not self._pending and not self._typed and not self.field.query().strip():
            self.confirmed_empty.emit()
        else:
            super().confirm()

    def _open_numbered(self, visit: VisitRow) -> None:
        self.clear()
        self.visit_chosen.emit(visit.id)

    @Slot(object)
    def _on_visit(self, row: VisitRow | None) -> None:
        if row is not None:
            self.visit_chosen.emit(row.id)

    @Slot()
    def _on_clicked(self) -> None:
        self._on_visit(self.table.current_record())


def _plain(number: str) -> tuple[str, int] | None:
    """Return a number as it is meant: jz8 and JZ008 are one."""
    parts = _NUMBER.fullmatch(number.strip())
    return (parts[1].upper(), int(parts[2])) if parts else None


def _visit_row(visit: VisitRow, tr: Translator) -> ResultRow:
    title = SEPARATOR.join((visit.number, shown_name(visit.name, tr)))
    where = tr(visit.department) if visit.department else ""
    second = SEPARATOR.join(part for part in (where, visit.doctor, _state(visit, tr)) if part)
    return ResultRow(
        f"visit {visit.id}", title, aside=_time(visit, tr), second=second, icon="ticket", data=visit
    )


def _time(row: VisitRow, tr: Translator) -> str:
    return tr.time(row.opened_at)


def _name(row: VisitRow, tr: Translator) -> str:
    return shown_name(row.name, tr)


def _number(row: VisitRow, _tr: Translator) -> str:
    return row.number


def _where(row: VisitRow, tr: Translator) -> str:
    where = tr(row.department) if row.department else ""
    return " ".join(part for part in (row.number, where) if part)


def _state(row: VisitRow, tr: Translator) -> str:
    if row.ended is not None:
        return tr(label(row.ended))
    return tr(label(row.next_step)) if row.next_step else tr(N_("done"))


def _tone(row: VisitRow) -> str:
    if row.ended is EndReason.EMERGENCY:
        return "danger"
    if row.ended is not None or row.next_step is None:
        return "secondary"
    return "accent"


def _number_tone(row: VisitRow) -> str:
    return "danger" if row.slip is SlipState.VOID else ""


TODAY_COLUMNS: Final[tuple[Column[VisitRow], ...]] = (
    Column("time", N_("Came"), _time, width=56, number=True),
    Column("name", N_("Name"), _name, width=110, stretch=3, wrap=True),
    Column("where", N_("Number"), _number, width=70, tone=_number_tone, hint=_where),
    Column("state", N_("Next"), _state, width=74, stretch=1, tone=_tone, wrap=True),
)
