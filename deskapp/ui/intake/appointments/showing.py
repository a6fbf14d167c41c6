"""Which day or week the calendar shows: asked for, put into the grid, turned by keys; the cursor stays where it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from deskapp.domain.appointments import AppointmentLine, DayView, WeekView
from deskapp.domain.directory import DepartmentView
from deskapp.domain.registration import AppointmentState
from deskapp.domain.text import N_
from deskapp.i18n import Translator
from deskapp.ui.intake.appointments import words
from deskapp.ui.intake.appointments.cells import Cell, Key, wall

if TYPE_CHECKING:
    from deskapp.ui.intake.appointments.page import AppointmentsPage

DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Gone:
    """An appointment that no column has, such as a cancelled one; shown while the cursor stays on `at`."""

    line: AppointmentLine
    at: Key | None = None


class Showing(QObject):
    """The day with its doctors across, or the week of one doctor."""

    arrived = Signal()
    """The day or week that was asked for stands in the grid."""

    def __init__(self, page: AppointmentsPage) -> None:
        super().__init__(page)
        self._desk, self._grid, self._head = page.desk, page.grid, page.head
        self.day = page.desk.today()
        self.doctor_id: int | None = None
        self.gone: Gone | None = None
        self._department: int | None = None
        self._departments: Sequence[DepartmentView] = ()
        self._wanted: Key | None = None
        self._keep = False
        self._shown: tuple[dt.date, dt.date] | None = None
        self._head.place.activated.connect(self.choose_department)

    @property
    def monday(self) -> dt.date:
        """The Monday of the week shown."""
        return self.day - self.day.weekday() * DAY

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """The first and the last day shown."""
        return (self.day, self.day) if self.doctor_id is None else (self.monday, self.monday + 6 * DAY)

    def retranslate(self, tr: Translator) -> None:
        """Say day and departments in another language."""
        self._head.show_departments(self._departments, self._department, tr)
        self._tell_title(tr)

    def _tell_title(self, tr: Translator) -> None:
        if self.doctor_id is None:
            self._head.tell(words.day_words(self.day, tr))
            return
        columns = self._grid.columns()
        name = columns[0].doctor if columns else ""
        week = words.week_words(self.monday, tr)
        self._head.tell(tr(N_("{doctor}, {week}"), doctor=name, week=week) if name else week)

    # asking

    def ask_departments(self) -> None:
        """Ask which departments there are."""
        read, run = self._desk.services.directory.departments, self._desk.runner.run
        run(read, self._desk.actor(), done=self._take_departments, owner=self, latest="departments")

    def _take_departments(self, departments: Sequence[DepartmentView]) -> None:
        self._departments = departments
        self._head.show_departments(self._departments, self._department, self._desk.tr)

    def ask(self) -> None:
        """Ask for the day or week that is shown."""
        service, actor, run = self._desk.services.appointments, self._desk.actor(), self._desk.runner.run
        if self.doctor_id is None:
            asked = (service.day, actor, self.day, self._department)
        else:
            asked = (service.week, actor, self.monday, self.doctor_id)
        run(*asked, done=self._take, owner=self, latest="calendar")

    def _take(self, view: DayView | WeekView) -> None:
        keep, self._keep = self._keep, True
        # Where the cursor has a place to go to it goes there, and nothing else is brought into view.
        turned = self._shown not in (None, self.days) and (self._wanted is None or self.gone is not None)
        self._shown = self.days
        self._grid.show_columns(view.columns, by_day=isinstance(view, WeekView), keep=keep, turned=turned)
        if self._wanted is not None and self._grid.select(self._wanted):
            self._wanted = self.gone = None
        elif self.gone is not None and self.gone.at is None:
            self.gone = Gone(self.gone.line, self._here())
        self._tell_title(self._desk.tr)
        self.arrived.emit()

    def _here(self) -> Key | None:
        cell = self._grid.current_cell()
        return cell.key if cell is not None else None

    def cell(self) -> Cell | None:
        """Return what is shown beside: the cell of the cursor, or what stands in no column while it stays there."""
        cell, gone = self._grid.current_cell(), self.gone
        if gone is None or gone.at is None:
            return cell
        if gone.at != self._here():
            self.gone = self._wanted = None
            return cell
        return Cell(0, wall(gone.line.starts_at), gone.line.minutes, line=gone.line)

    # turning

    def go(self, day: dt.date, wanted: Key | None = None, gone: Gone | None = None) -> None:
        """Show another day, or the week that it lies in; the cursor goes to `wanted` as soon as it is there."""
        self.day, self._wanted, self.gone = day, wanted, gone
        self._tell_title(self._desk.tr)
        self.ask()

    def select_later(self, key: Key) -> None:
        """Put the cursor on a cell as soon as it is there."""
        self._wanted = key

    def before(self) -> None:
        """Show the day or week before."""
        self.go(self.day - (DAY if self.doctor_id is None else 7 * DAY))

    def after(self) -> None:
        """Show the day or week after."""
        self.go(self.day + (DAY if self.doctor_id is None else 7 * DAY))

    def week_back(self) -> None:
        """Show the same day a week before."""
        self.go(self.day - 7 * DAY)

    def week_on(self) -> None:
        """Show the same day a week later."""
        self.go(self.day + 7 * DAY)

    def to_today(self) -> None:
        """Show today."""
        self.go(self._desk.today())

    def show_day(self) -> None:
        """Show the day of the cursor with the doctors across."""
        cell, day = self._grid.current_cell(), self.day
        if self.doctor_id is not None and cell is not None:
            day = self._grid.column_of(cell).day
        self.doctor_id = None
        self.go(day, cell.key if cell is not None else None)
        self._grid.setFocus()

    def show_week(self) -> None:
        """Show the week of the doctor under the cursor."""
        cell = self._grid.current_cell()
        doctors = [column.doctor_id for column in self._grid.columns() if column.doctor_id is not None]
        here = self._grid.column_of(cell).doctor_id if cell is not None else None
        if self.doctor_id is None and (here or doctors):
            self.doctor_id = here or doctors[0]
            self.go(self.day, cell.key if cell is not None else None)
        self._grid.setFocus()

    def to_department(self) -> None:
        """Choose a department."""
        self._head.place.setFocus()
        self._head.place.showPopup()

    @Slot(int)
    def choose_department(self, at: int) -> None:
        """Show the doctors of the department at a place of the choice."""
        self._department = self._head.place.itemData(at)
        self.doctor_id, self._keep = None, False
        self.go(self.day)
        self._grid.setFocus()

    @Slot(object)
    def show_line(self, line: AppointmentLine) -> None:
        """Show an appointment where it stands."""
        if self.doctor_id is not None and self.doctor_id != line.doctor_id:
            self.doctor_id = None
        if self._department not in (None, line.department_id):
            self._department = None
            self._head.show_departments(self._departments, self._department, self._desk.tr)
        # What was cancelled stands in no column; it is shown beside, where it can be opened again.
        gone = Gone(line) if line.state is AppointmentState.CANCELLED else None
        self.go(wall(line.starts_at).date(), ("line", line.id), gone)
        self._grid.setFocus()
