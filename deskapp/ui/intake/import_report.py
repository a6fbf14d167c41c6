"""What a file that is read in would do, and what it did: counts, and what is wrong row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QHBoxLayout

from deskapp.domain.text import N_, Words
from deskapp.i18n import Translator
from deskapp.services.transfer.columns import Kind, folded, names_of
from deskapp.services.transfer.report import ImportReport, Outcome, RowNote
from deskapp.ui.base_tab import Desk
from deskapp.ui.keys import KeyAction
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import EmptyState, Panel, label
from deskapp.ui.widgets.record_model import Column, RecordTableModel
from deskapp.ui.widgets.record_table import RecordTable


@dataclass(frozen=True)
class NoteRow:
    """One line of the report; `heading` is that of the column it speaks of, None for the whole row or file."""

    id: int
    note: RowNote
    bad: bool
    heading: Words | None = None


class ImportPage(Panel):
    """The report of one file; `title` is a message id with a place for the {file}."""

    def __init__(self, desk: Desk, store: KeyAction, leave: KeyAction, title: str) -> None:
        super().__init__()
        self._desk, self._title = desk, title
        self._path: Path | None = None
        self._report: ImportReport | None = None
        self._store = store
        self._counts, self._told = label("", "value", wrap=True), label("", "secondary", wrap=True)
        self.model: RecordTableModel[NoteRow] = RecordTableModel(COLUMNS, desk.tr, self)
        self.table = RecordTable(self.model)
        self._empty = EmptyState("circle-check")
        self.table.set_empty(self._empty)
        row = QHBoxLayout()
        row.addWidget(ActionButton(leave))
        row.addStretch(1)
        row.addWidget(ActionButton(store))
        self.body.addWidget(self._counts)
        self.body.addWidget(self._told)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(row)

    @property
    def path(self) -> Path | None:
        """The file that can be stored now; None once it was, or when nothing in it can be."""
        report = self._report
        ready = report is not None and not report.written and self._useful(report) > 0
        return self._path if ready else None

    def show_report(self, path: Path, report: ImportReport) -> None:
        """Show what a file would do, or did."""
        self._path, self._report = path, report
        self.model.apply(_rows(report))
        self._store.setEnabled(self.path is not None)
        self.retranslate(self._desk.tr)

    def _useful(self, report: ImportReport) -> int:
        return report.counts[Outcome.ADDED] + report.counts[Outcome.CHANGED]

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.model.retranslate(tr)
        self.table.setAccessibleName(tr(N_("Remarks on the file")))
        self._empty.show_text(tr(N_("Nothing is wrong with this file.")))
        if self._report is None or self._path is None:
            return
        report, counts = self._report, {one.value: self._report.counts[one] for one in Outcome}
        self.set_title(tr(self._title, file=self._path.name))
        words = N_("Rows: {rows}. New: {added}, changed: {changed}, known: {known}, refused: {refused}.")
        self._counts.setText(tr(words, rows=report.rows, **counts))
        if report.written:
            self._told.setText(tr(N_("This is stored.")))
        elif self._useful(report):
            self._told.setText(
                tr(N_("Nothing is stored yet. Refused rows stay out; the others can be stored."))
            )
        else:
            self._told.setText(tr(N_("There is nothing to store.")))


def _rows(report: ImportReport) -> Iterator[NoteRow]:
    columns = names_of(Kind(report.kind))
    notes = [(note, True) for note in report.problems] + [(note, False) for note in report.notes]
    for at, (note, bad) in enumerate(notes):
        # What is wrong with the file itself names the column; a rule of the house may speak of none.
        column = columns.get(folded(note.field)) if note.row else None
        yield NoteRow(at, note, bad, column.header if column is not None else None)


def _row(row: NoteRow, tr: Translator) -> str:
    return str(row.note.row) if row.note.row else tr(N_("File"))


def _text(row: NoteRow, tr: Translator) -> str:
    text = tr(row.note.text)
    if row.heading is None:
        return text
    return tr(N_("{word}: {text}"), word=row.heading.in_language(tr.language), text=text)


def _tone(row: NoteRow) -> str:
    return "danger" if row.bad else "secondary"


def _icon(row: NoteRow) -> str:
    return "circle-x" if row.bad else "info"


def _what(row: NoteRow, tr: Translator) -> str:
    return tr(N_("refused")) if row.bad else tr(N_("to know"))


COLUMNS: Final = (
    Column("row", N_("Row"), _row, width=60, number=True),
    Column("what", N_("What"), _what, width=110, tone=_tone, icon=_icon),
    Column("text", N_("Why"), _text, width=300, stretch=1, wrap=True),
)
