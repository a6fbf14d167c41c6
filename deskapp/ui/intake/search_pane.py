"""The search field with its results; today's visits while nothing is typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from deskapp.domain.identity import ScanKind, recognise_scan
from deskapp.domain.intake import VisitorHit, VisitRow
from deskapp.domain.registration import Allergy, EndReason, SlipState, label
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.widgets.basics import EmptyState
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable
from deskapp.ui.widgets.result_list import Marks, ResultList, ResultRow
from deskapp.ui.widgets.search_field import SearchField

NEW: Final = "new"


class SearchPane(QWidget):
    """Finds visitors as one types, best first; the last row registers a new one."""

    chosen = Signal(object)
    """The `VisitorHit` that was chosen."""

    wanted_new = Signal(str)
    """Register somebody new from what was typed."""

    confirming = Signal(object)
    """True: Enter came before the answer, which will follow; False: it will not."""

    visit_chosen = Signal(object)
    """The id of one of today's visits."""

    confirmed_empty = Signal()
    """Enter while nothing is typed."""

    code_typed = Signal(str)
    """Enter behind a visit's number: that very visit is meant, also one without a visitor."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._typed = ""
        self._pending = False
        self._confirming = False
        self._hits: Sequence[VisitorHit] = ()
        self.field = SearchField()
        self.results = ResultList(desk.tr)
        self.today: RecordTableModel[VisitRow] = RecordTableModel(TODAY_COLUMNS, desk.tr, self)
        self.table = RecordTable(self.today)
        self._empty = EmptyState("users")
        self.table.set_empty(self._empty)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.results)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.field)
        rows.addWidget(self._stack, 1)
        self.field.edited.connect(self._on_edited)
        self.field.stepped.connect(self._on_stepped)
        self.field.confirmed.connect(self._on_confirmed)
        self.results.chosen.connect(self._on_chosen)
        self.table.chosen.connect(self._on_visit)
        self.table.clicked.connect(self._on_clicked)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.field.say(tr, N_("Find a visitor"), N_("Name, pinyin, phone, document or scan"))
        self._empty.show_text(
            tr(N_("Nobody has come today yet. Type a name, or press F2 for a new visitor."))
        )
        self.results.setAccessibleName(tr(N_("Visitors found")))
        self.table.setAccessibleName(tr(N_("Today's visits")))
        self.today.retranslate(tr)
        self._show_hits(self._hits)

    def show_today(self, rows: Sequence[VisitRow]) -> None:
        """Show the visits of today."""
        self.today.apply(rows, highlight=True)

    def clear(self) -> None:
        """Empty the field and show today's visits."""
        self.field.clear()

    def take_focus(self) -> None:
        """Put the cursor into the field and mark what stands there."""
        self.field.setFocus()
        self.field.selectAll()

    def show_typed(self, text: str) -> None:
        """Search for a text that came from elsewhere, such as a code that nobody knows."""
        self.field.setText(text)
        self.take_focus()

    def search_again(self) -> None:
        """Ask again for what is typed: somebody was changed."""
        if self._typed and self._confirming:
            self._ask_and_choose()
        elif self._typed:
            self._ask()

    @Slot(str)
    def _on_edited(self, typed: str) -> None:
        self._typed, self._confirming = typed.strip(), False
        if not self._typed:
            self._hits, self._pending = (), False
            self._stack.setCurrentWidget(self.table)
            return
        self._ask()

    def _ask(self) -> None:
        self._pending = True
        find = self._desk.services.visitors.find
        self._desk.runner.run(
            find, self._desk.actor(), self._typed, done=self._take_hits, owner=self, latest="visitors.find"
        )

    def _take_hits(self, hits: Sequence[VisitorHit]) -> None:
        self._pending = False
        self._show_hits(hits)

    def _show_hits(self, hits: Sequence[VisitorHit]) -> None:
        self._hits = hits
        if not self._typed:
            return
        tr = self._desk.tr
        today = self._desk.today()
        rows = [hit_row(hit, tr, today) for hit in hits]
        new = tr(N_("Register “{name}”"), name=self._typed)
        rows.append(ResultRow(NEW, new, aside="F2", icon="user-plus", tone="accent"))
        self.results.apply(rows)
        self._stack.setCurrentWidget(self.results)

    @Slot(int)
    def _on_stepped(self, rows: int) -> None:
        if self._stack.currentWidget() is self.results:
            self.results.step(rows)
        else:
            self.table.setFocus()

    @Slot()
    def _on_confirmed(self) -> None:
        if recognise_scan(self._typed).kind is ScanKind.VISIT:
            self.code_typed.emit(self._typed)
        elif self._pending:
            # Enter faster than the answer: what it means is known only when the answer is here.
            self.confirming.emit(True)
            self._ask_and_choose()
        elif self._typed:
            self.results.choose()
        elif not self.field.query().strip():
            self.confirmed_empty.emit()

    def _ask_and_choose(self) -> None:
        self._confirming = True
        self._desk.runner.run(
            self._desk.services.visitors.find,
            self._desk.actor(),
            self._typed,
            done=self._take_and_choose,
            failed=self._not_found,
            owner=self,
            latest="visitors.find",
        )

    def _not_found(self, error: Exception) -> None:
        self._confirming = False
        self.confirming.emit(False)
        self._desk.messages.route(error, self, self.search_again)

    def _take_and_choose(self, hits: Sequence[VisitorHit]) -> None:
        self._confirming = False
        self._take_hits(hits)
        if self._typed:
            self.results.choose()
        self.confirming.emit(False)

    @Slot(object)
    def _on_chosen(self, row: ResultRow) -> None:
        if row.id == NEW:
            self.wanted_new.emit(self._typed)
        else:
            self.chosen.emit(row.data)

    @Slot(object)
    def _on_visit(self, row: VisitRow | None) -> None:
        if row is not None:
            self.visit_chosen.emit(row.id)

    @Slot()
    def _on_clicked(self) -> None:
        self._on_visit(self.table.current_record())


def hit_row(hit: VisitorHit, tr: Translator, today: dt.date) -> ResultRow:
    """Return one result as it is drawn: enough to tell two people of one name apart."""
    title = shown_name(hit.name, tr)
    born = tr.date(hit.birth_date) if hit.birth_date else tr(N_("birth date unknown"))
    parts = [tr(label(hit.sex)), born]
    marks: list[tuple[int, int]] = []
    for shown, match in ((hit.phone_masked, hit.phone_match), (hit.document_masked, hit.document_match)):
        if shown:
            offset = sum(len(part) + len(SEPARATOR) for part in parts)
            if match:
                marks.append((offset + match[0], match[1] - match[0]))
            parts.append(shown)
    allergic = hit.allergy is Allergy.YES
    seen = tr.day_time(hit.last_visit, today) if hit.last_visit else tr(N_("first time"))
    return ResultRow(
        hit.id,
        title,
        title_marks=_mark(hit.name_match),
        aside=f"{tr(N_('allergy'))} · {seen}" if allergic else seen,
        second=SEPARATOR.join(parts),
        second_marks=tuple(marks),
        icon="triangle-alert" if allergic else "user-round",
        tone="danger" if allergic else "secondary",
        data=hit,
    )


SEPARATOR: Final = "  ·  "


def _mark(match: tuple[int, int] | None) -> Marks:
    return ((match[0], match[1] - match[0]),) if match else ()


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
