"""The page “Appointments”: a day with the doctors across, or a doctor's week; booking, moving, closing by keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from deskapp.domain.access import Permission
from deskapp.domain.appointments import (
    AppointmentLine,
    AppointmentLog,
)
from deskapp.domain.changes import Changes
from deskapp.domain.registration import AppointmentState
from deskapp.domain.text import N_, Text
from deskapp.i18n import Translator
from deskapp.ui import style
from deskapp.ui.base_tab import BaseView
from deskapp.ui.intake.appointments.beside import ReasonBox, SelectedPanel
from deskapp.ui.intake.appointments.cells import Cell, wall
from deskapp.ui.intake.appointments.files import FileWork
from deskapp.ui.intake.appointments.grid import CalendarGrid
from deskapp.ui.intake.appointments.head import Head
from deskapp.ui.intake.appointments.keys import BOTTOM, actions_of, enable_keys
from deskapp.ui.intake.appointments.late_strip import LateStrip
from deskapp.ui.intake.appointments.showing import Showing
from deskapp.ui.intake.appointments.whom import Whom, WhomPane
from deskapp.ui.intake.appointments.work import AppointmentWork
from deskapp.ui.intake.import_report import ImportPage
from deskapp.ui.messages import INFO, Notice
from deskapp.ui.widgets.action_button import ActionButton
from deskapp.ui.widgets.basics import scrolled
from deskapp.ui.widgets.flow import FlowLayout
from deskapp.ui.widgets.progress import ProgressStrip

BESIDE_WIDTH: Final = 288
TICK_MS: Final = 30_000
"""How often the line of this moment moves and the late ones are asked for."""


class AppointmentsPage(BaseView):
    """Who comes when to whom."""

    title = N_("Appointments")
    icon = "calendar-clock"
    help = N_(
        "F2 and a name say for whom; the arrows choose a time and Enter books it. F6 moves the appointment under the"
        " cursor, F10 cancels it, F7 marks it missed, F8 opens the visit of who has come. PageUp and PageDown turn"
        " the days, W shows a doctor's week."
    )
    subjects = frozenset({"appointment", "doctor", "department", "visitor", "visit"})

    def build(self) -> None:
        """Make the head, the calendar, and what stands beside it."""
        desk = self.desk
        self.moving: AppointmentLine | None = None
        self._busy = 0
        self.grid, self.head = CalendarGrid(desk.tr), Head()
        self.showing = Showing(self)
        self.keys = desk.keys.install(self, actions_of(self))
        self.whom = WhomPane(desk)
        self.selected = SelectedPanel(desk)
        self.reason = ReasonBox(desk)
        self.head.add_buttons(self.keys, reads_files=desk.actor().may(Permission.IMPORT))
        self.late = LateStrip([self.keys["appointment.late"]])
        self.report = ImportPage(
            desk, self.keys["file.store"], self.keys["page.back"], N_("Appointments from {file}")
        )
        self.progress = ProgressStrip(desk.tr)
        self.work = AppointmentWork(self)
        self.files = FileWork(self)
        self._lay_out()
        self.grid.current.connect(self._on_current)
        self.grid.chosen.connect(self._on_cell)
        self.whom.picked.connect(self._on_picked)
        self.whom.opened.connect(self.showing.show_line)
        self.showing.arrived.connect(self._show_here)
        self.reason.asked.connect(self.enable)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        QTimer.singleShot(0, self.grid, self.grid.setFocus)

    def _lay_out(self) -> None:
        bottom = QWidget()
        buttons = FlowLayout(bottom)
        for name in BOTTOM:
            buttons.addWidget(ActionButton(self.keys[name]))
        calendar = QWidget()
        column = QVBoxLayout(calendar)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.grid, 1)
        column.addWidget(bottom)
        self._stack = QStackedWidget()
        self._stack.addWidget(calendar)
        self._stack.addWidget(self.report)
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        for widget in (self.whom, self.reason, self.selected):
            rows.addWidget(widget)
        rows.addStretch(1)
        self._beside = scrolled(inside)
        row = QHBoxLayout()
        row.addWidget(self._stack, 1)
        row.addWidget(self._beside)
        self.body.addWidget(self.head)
        self.body.addWidget(self.late)
        self.body.addWidget(self.progress)
        self.body.addLayout(row, 1)

    def share_room(self) -> None:
        """Give the calendar what the panel leaves."""
        self._beside.setFixedWidth(style.tokens().sizes.px(BESIDE_WIDTH))

    def retranslate(self, tr: Translator) -> None:
        """Say everything in another language."""
        self.grid.say(
            tr, tr(N_("Calendar")), tr(N_("Nobody is on duty then. Turn the page, or choose a department."))
        )
        for part in (self.whom, self.selected, self.reason, self.late, self.report, self.progress):
            part.retranslate(tr)
        self.showing.retranslate(tr)

    # asking

    def refresh(self, changes: Changes) -> None:
        """Ask again for what is shown."""
        if not changes or changes.concerns("department"):
            self.showing.ask_departments()
        self.showing.ask()
        self._ask_late()
        if changes.concerns("appointment", "visitor"):
            self.whom.refresh()

    @Slot()
    def _tick(self) -> None:
        if self.isVisible():
            self._ask_late()

    def _ask_late(self) -> None:
        read, run = self.desk.services.appointments.overdue, self.desk.runner.run
        run(read, self.desk.actor(), done=self._take_late, owner=self, latest="overdue")

    def _take_late(self, lines: Sequence[AppointmentLine]) -> None:
        now = self.desk.services.appointments.now()
        self.late.show_lines(lines, now, self.desk.tr)
        if self.is_reading:
            self.late.hide()
        self.grid.show_now(wall(now), frozenset(line.id for line in lines))
        self._show_here()

    # the cursor

    @Slot(object)
    def _on_current(self, _cell: Cell | None) -> None:
        self._show_here()

    @Slot()
    def _show_here(self) -> None:
        """Show beside what the cursor is on, with its history if it is an appointment."""
        cell = self.showing.cell()
        line = cell.line if cell is not None else None
        column = self.grid.column_of(cell) if cell is not None and cell is self.grid.current_cell() else None
        self.selected.show_cell(cell, column, late=self.is_late(line))
        if line is not None:
            asked = _History(self, line.id)
            read, run = self.desk.services.appointments.history, self.desk.runner.run
            run(read, self.desk.actor(), line.id, done=asked.take, owner=self, latest="history")
        self.enable()

    def is_late(self, line: AppointmentLine | None) -> bool:
        """Say whether somebody was expected and has not come."""
        return line is not None and any(one.id == line.id for one in self.late.lines)

    @Slot()
    def enable(self) -> None:
        """Enable the keys that do something now."""
        enable_keys(self)

    @property
    def has_wish(self) -> bool:
        """Whether Enter gives the time under the cursor to somebody."""
        return self.moving is not None or self.whom.whom is not None

    @property
    def is_busy(self) -> bool:
        """Whether an order is on its way."""
        return self._busy > 0

    @property
    def is_reading(self) -> bool:
        """Whether the report of a file stands in the calendar's place."""
        return self._stack.currentWidget() is self.report

    def set_busy(self, busy: bool) -> None:
        """Let nobody order twice while an order is on its way."""
        self._busy += 1 if busy else -1
        self.enable()

    # what is done

    def to_whom(self) -> None:
        """Say for whom."""
        self.whom.take_focus()

    @Slot()
    def _on_picked(self) -> None:
        if self.whom.whom is not None:
            self.grid.setFocus()
            if self.moving is None:
                self.bar.clear()
        self.enable()

    def book(self) -> None:
        """Book, or move to, the time under the cursor; do what a reason is asked for."""
        cell = self.grid.current_cell()
        if self.reason.isVisible():
            self.reason.submit()
        elif cell is not None:
            self._on_cell(cell)

    @Slot(object)
    def _on_cell(self, cell: Cell) -> None:
        if self._busy:
            return
        if self.moving is not None:
            self.work.move(self.moving, cell)
        elif self.whom.whom is not None:
            self.work.book(cell)
        elif cell.line is None:
            self.bar.show_notice(
                Notice(INFO, Text(N_("For whom is it? Type a name, then press Enter on the time.")))
            )
            self.to_whom()

    def begin_moving(self) -> None:
        """Choose a new time for the appointment under the cursor."""
        line = self.selected.line
        if line is None or line.state is not AppointmentState.BOOKED:
            return
        self.moving = line
        self.grid.show_moving(line.id)
        told = {"name": line.name}
        message = N_("{name}: choose the new time with the arrows, Enter moves it there, Esc leaves it.")
        self.bar.show_notice(Notice(INFO, Text(message, told)))
        self.grid.setFocus()
        self.enable()

    def end_moving(self) -> None:
        """Choose no new time any more."""
        self.moving = None
        self.grid.show_moving(None)
        self.bar.clear()
        self.enable()

    def cancel(self) -> None:
        """Ask why the appointment under the cursor is cancelled."""
        if self.selected.line is not None:
            self.work.ask_cancel(self.selected.line)

    def mark_missed(self) -> None:
        """Mark the late one under the cursor missed; the first late one when the cursor is on none."""
        line = self.selected.line
        if line is None and self.late.lines:
            self.next_late()
        elif line is not None:
            self.work.missed(line)

    def next_late(self) -> None:
        """Go to the next one who was expected and has not come."""
        lines, here = self.late.lines, self.selected.line
        ids = [line.id for line in lines]
        at = ids.index(here.id) + 1 if here is not None and here.id in ids else 0
        if lines:
            self.showing.show_line(lines[at % len(lines)])

    def arrived(self) -> None:
        """Open the visitor of the appointment at the desk, where the visit begins."""
        line = self.selected.line
        if line is not None:
            self.desk.ways.go("intake", "desk", "visitor", line.visitor_id)

    def reopen(self) -> None:
        """Open the missed appointment under the cursor again."""
        if self.selected.line is not None:
            self.work.reopen_line(self.selected.line)

    def undo(self) -> None:
        """Take back what was done last."""
        self.work.undo()

    # files

    def read_file(self) -> None:
        """Read appointments from a file: first only look."""
        self.files.choose()

    def store_file(self) -> None:
        """Store the good rows of the file that was looked at."""
        self.files.store()

    def write_file(self) -> None:
        """Write the days shown to a calendar file."""
        self.files.write()

    def show_report(self, shown: bool) -> None:
        """Show the report of a file in the calendar's place, or the calendar again."""
        self._stack.setCurrentIndex(1 if shown else 0)
        for around in (self.head, self._beside):
            around.setVisible(not shown)
        self.late.setVisible(bool(self.late.lines) and not shown)
        self.enable()
        (self.report.table if shown else self.grid).setFocus()

    def back(self) -> None:
        """Leave what is under way, one thing after the other."""
        if self.is_reading:
            self.show_report(False)
        elif self.reason.isVisible():
            self.reason.put_away()
        elif self.moving is not None:
            self.end_moving()
        elif self.whom.whom is not None or self.whom.form.isVisible():
            self.whom.clear()
        self.bar.clear()
        self.grid.setFocus()

    # from elsewhere

    def open_record(self, topic: str, record: object) -> None:
        """Book for a visitor, or show an appointment."""
        service, run, actor = self.desk.services.appointments, self.desk.runner.run, self.desk.actor()
        if topic == "visitor" and isinstance(record, int):
            asked = _Named(self, record)
            run(service.name_of, actor, record, done=asked.take, owner=self, latest="named")
        elif topic == "appointment" and isinstance(record, int):
            run(service.one, actor, record, done=self._take_one, owner=self, latest="one")

    def take_scan(self, code: str) -> None:
        """A document or card that is scanned here says for whom."""
        self.whom.show_typed(code)

    def _take_one(self, line: AppointmentLine | None) -> None:
        if line is not None:
            self.showing.show_line(line)

    def show_example(self) -> None:
        """Show a day with something on it: for pictures of the program."""
        self.grid.setFocus()
        booked = next((line for column in self.grid.columns() for line in column.lines), None)
        if booked is not None:
            self.grid.select(("line", booked.id))


@dataclass(frozen=True)
class _History:
    """Which appointment's history was asked for."""

    page: AppointmentsPage
    appointment_id: int

    def take(self, logs: Sequence[AppointmentLog]) -> None:
        self.page.selected.show_history(self.appointment_id, logs)


@dataclass(frozen=True)
class _Named:
    """For whom somebody wanted to book from elsewhere."""

    page: AppointmentsPage
    visitor_id: int

    def take(self, name: str) -> None:
        if name:
            self.page.whom.choose(Whom(name, self.visitor_id))
