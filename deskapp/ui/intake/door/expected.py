"""Who is expected today: a list that a piece of the name or the time makes shorter; choosing fills in the questions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deskapp.domain.door import ExpectedRow
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.door.lists import EXPECTED_COLUMNS, called_exactly, matching
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.widgets.basics import EmptyState, label
from deskapp.ui.widgets.record_model import RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable
from deskapp.ui.widgets.search_field import SearchField


class ExpectedPane(QWidget):
    """The search for somebody expected over the list of them."""

    chosen = Signal(object)
    """The `ExpectedRow` that was chosen by key or touch."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._rows: Sequence[ExpectedRow] = ()
        self._title = label("", "strong")
        self.search = SearchField()
        self.model: RecordTableModel[ExpectedRow] = RecordTableModel(EXPECTED_COLUMNS, desk.tr, self)
        self.table = RecordTable(self.model)
        self._none = EmptyState("calendar")
        self.table.set_empty(self._none)
        self.table.spare_titles()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._title)
        rows.addWidget(self.search)
        rows.addWidget(self.table, 1)
        self.search.edited.connect(self._on_searched)
        self.search.stepped.connect(self._on_stepped)
        self.search.confirmed.connect(self._on_confirmed)
        self.table.chosen.connect(self._on_chosen)
        self.table.clicked.connect(self._on_clicked)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self._title.setText(tr(N_("Expected today")))
        self.search.say(tr, N_("Find an expected visitor"), N_("Name or time"))
        self.table.setAccessibleName(tr(N_("Expected today")))
        self.model.retranslate(tr)
        self._show()

    def take_rows(self, rows: Sequence[ExpectedRow]) -> None:
        """Show who is expected."""
        self._rows = rows
        self._show()

    def example(self) -> ExpectedRow | None:
        """Return the first who is not here yet."""
        return next((row for row in self._rows if not row.arrived), None)

    def named(self, name: str) -> ExpectedRow | None:
        """Return whoever is still to come and has just this name: perhaps it is the one at the door."""
        return called_exactly(self._rows, name)

    def words(self, row: ExpectedRow) -> str:
        """Return which appointment it is, in words."""
        tr = self._desk.tr
        parts = (shown_name(row.name, tr), tr.time(row.starts_at), row.doctor or tr(row.department), row.room)
        words = " · ".join(part for part in parts if part)
        return tr(N_("Expected: {who}"), who=words)

    def words_of(self, appointment_id: int | None) -> str:
        """Return the same of an appointment, "" for one that is not in the list."""
        booked = next((one for one in self._rows if one.id == appointment_id), None)
        return self.words(booked) if booked is not None else ""

    def to_search(self) -> None:
        """Put the cursor into the search."""
        self.search.setFocus()
        self.search.selectAll()

    def mark(self, appointment_id: int | None) -> None:
        """Let the list show who is at the door, or that it is nobody of it."""
        if appointment_id is None or not self.table.select(appointment_id):
            self.table.clearSelection()
            self.table.setCurrentIndex(QModelIndex())

    def _show(self) -> None:
        typed = self.search.query().strip()
        self.model.apply(matching(self._rows, typed))
        none = N_("Nobody of that name is expected.") if typed else N_("Nobody is booked for today.")
        self._none.show_text(self._desk.tr(none))

    @Slot(str)
    def _on_searched(self, typed: str) -> None:
        self._show()
        found = self.model.records
        self.mark(found[0].id if found and typed.strip() else None)

    @Slot(object)
    def _on_stepped(self, rows: int) -> None:
        now = self.model.row_of(getattr(self.table.current_record(), "id", None))
        last = len(self.model.records) - 1
        if last >= 0:
            self.table.select(self.model.records[min(max(0, now + rows), last)].id)

    @Slot()
    def _on_confirmed(self) -> None:
        # Without a word typed only whom the arrow keys went to.
        self._on_chosen(self.table.current_record())

    @Slot()
    def _on_clicked(self) -> None:
        self._on_chosen(self.table.current_record())

    @Slot(object)
    def _on_chosen(self, row: ExpectedRow | None) -> None:
        if row is not None:
            self.search.clear()
            self.chosen.emit(row)
