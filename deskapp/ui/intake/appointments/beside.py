"""Beside the calendar: what the cursor is on, its history, and the reason that some acts need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from deskapp.domain.appointments import AppointmentLine, AppointmentLog, CalendarColumn
from deskapp.domain.registration import AppointmentState
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.ui.base_tab import Desk
from deskapp.ui.intake.appointments import words
from deskapp.ui.intake.appointments.cells import Cell
from deskapp.ui.intake.shown_name import shown_name
from deskapp.ui.widgets.basics import Panel, Pill, label
from deskapp.ui.widgets.editors import Field
from deskapp.ui.widgets.form import Form

REASON: Final = Field("reason", N_("Reason"), required=True)
STATE_PILLS: Final = {
    AppointmentState.BOOKED: ("accent", "calendar"),
    AppointmentState.FULFILLED: ("good", "check"),
    AppointmentState.CANCELLED: ("", "ban"),
    AppointmentState.MISSED: ("", "x"),
}


class SelectedPanel(Panel):
    """The slot or appointment under the cursor."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._cell: Cell | None = None
        self._column: CalendarColumn | None = None
        self._late = False
        self._logs: Sequence[AppointmentLog] = ()
        self._where, self._who = label("", "secondary", wrap=True), label("", "value", wrap=True)
        self._phone, self._note = label("", "secondary", wrap=True), label("", "", wrap=True)
        self._history = label("", "secondary", wrap=True)
        self._who.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._pill = Pill()
        for widget in (self._where, self._who, self._phone, self._pill, self._note, self._history):
            self.body.addWidget(widget)

    def show_cell(self, cell: Cell | None, column: CalendarColumn | None, *, late: bool) -> None:
        """Show a cell, or an appointment that no column has; its history follows when it is an appointment."""
        line = cell.line if cell is not None else None
        if line is None or self.line is None or line.id != self.line.id:
            self._logs = ()
        self._cell, self._column, self._late = cell, column, late
        self.retranslate(self._desk.tr)

    @property
    def line(self) -> AppointmentLine | None:
        """The appointment shown, None for a slot."""
        return self._cell.line if self._cell is not None else None

    def show_history(self, appointment_id: int, logs: Sequence[AppointmentLog]) -> None:
        """Show a history if its appointment is still the one shown."""
        if self.line is not None and self.line.id == appointment_id:
            self._logs = logs
            self.retranslate(self._desk.tr)

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.setVisible(self._cell is not None)
        if self._cell is None:
            return
        self.set_title(words.span_words(self._cell.begins, self._cell.minutes, tr))
        parts = [words.day_words(self._cell.begins.date(), tr), *self._whose(tr)]
        self._where.setText(SEPARATOR.join(filter(None, parts)))
        line = self._cell.line
        for widget in (self._who, self._phone, self._note, self._history):
            widget.setVisible(line is not None)
        if line is not None:
            self._tell_line(line, tr)
        elif self._cell.is_free:
            self._pill.show_text(words.free_words(self._cell, tr), "good", "circle")
        else:
            self._pill.show_text(tr(N_("over")), "", "history")

    def _whose(self, tr: Translator) -> tuple[str, ...]:
        column, line = self._column, self.line
        if column is not None:
            return words.whose_words(column, tr), tr(column.department), column.room
        return (line.doctor, tr(line.department)) if line is not None else ()

    def _tell_line(self, line: AppointmentLine, tr: Translator) -> None:
        self._who.setText(shown_name(line.name, tr))
        first = tr(N_("first visit")) if line.first_visit else ""
        self._phone.setText(SEPARATOR.join(filter(None, (line.phone, first))))
        self._note.setText(line.note)
        self._note.setVisible(bool(line.note))
        tone, icon = ("warning", "clock-alert") if self._late else STATE_PILLS[line.state]
        self._pill.show_text(words.state_words(line, tr, overdue=self._late), tone, icon)
        self._history.setText(words.log_words(self._logs, self._desk.today(), tr))
        self._history.setVisible(bool(self._logs))


SEPARATOR: Final = " · "


@dataclass(frozen=True)
class Question:
    """A reason that is asked for: what for, how the button is called, and what takes the reason."""

    text: Text
    do: str
    take: Callable[[str], object]


class ReasonBox(Panel):
    """Asks for a reason in the page; what was typed stays until it is done or left with Esc."""

    asked = Signal()
    """A reason is asked for, or not any more."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.question: Question | None = None
        self._words = label("", "", wrap=True)
        self.form = Form((REASON,), desk.tr, columns=1)
        self.form.submitted.connect(self.submit)
        self._do, self._leave = QPushButton(), QPushButton()
        self._do.setProperty("primary", True)
        self._do.clicked.connect(self.submit)
        self._leave.clicked.connect(self.put_away)
        row = QHBoxLayout()
        row.addWidget(self._leave)
        row.addStretch(1)
        row.addWidget(self._do)
        self.body.addWidget(self._words)
        self.body.addWidget(self.form)
        self.body.addLayout(row)
        self._back: QWidget | None = None
        self.hide()

    def ask(self, question: Question, back: QWidget) -> None:
        """Ask; when it is over, the cursor goes back to `back`."""
        self.question, self._back = question, back
        self.form.set_values({"reason": ""})
        self.retranslate(self._desk.tr)
        self.show()
        self.form.focus_first()
        self.asked.emit()

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.form.retranslate(tr)
        self._leave.setText(tr(N_("Leave it")))
        if self.question is not None:
            self._words.setText(tr(self.question.text))
            self._do.setText(tr(self.question.do))

    @Slot()
    def submit(self) -> None:
        """Hand the reason on; the box stays until it was taken."""
        if self.question is not None and self.form.check():
            self.question.take(str(self.form.value("reason")).strip())

    @Slot()
    def put_away(self) -> None:
        """Ask no more."""
        self.question = None
        self.hide()
        if self._back is not None:
            self._back.setFocus()
        self.asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves it."""
        if event.key() == Qt.Key.Key_Escape:
            self.put_away()
        else:
            super().keyPressEvent(event)
