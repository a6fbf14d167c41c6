"""The keys of the page of appointments, and which of them do something now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from deskapp.domain.registration import AppointmentState
from deskapp.domain.text import N_
from deskapp.ui.keys import Action

if TYPE_CHECKING:
    from deskapp.ui.intake.appointments.page import AppointmentsPage

BOTTOM: Final = (
    "appointment.book",
    "appointment.move",
    "appointment.arrived",
    "appointment.missed",
    "appointment.cancel",
    "appointment.reopen",
)
"""What has a button below the calendar."""

AT_THE_CALENDAR: Final = (
    "appointment.whom",
    *("day.before", "day.today", "day.after", "day.back", "day.on"),
    *("view.day", "view.week", "view.place"),
)
"""What turns the calendar or chooses for whom: nothing of it while the report of a file stands in its place."""


def actions_of(page: AppointmentsPage) -> Sequence[Action]:
    """Return what can be done on the page."""
    return (
        Action("appointment.whom", N_("For whom"), page.to_whom, "F2", "user-round"),
        Action("appointment.late", N_("Next overdue"), page.next_late, "F4", "clock-alert"),
        Action("appointment.book", N_("Book"), page.book, "F9", "calendar", primary=True),
        Action("appointment.move", N_("Move"), page.begin_moving, "F6", "move"),
        Action("appointment.missed", N_("Missed"), page.mark_missed, "F7", "x"),
        Action("appointment.arrived", N_("Has come"), page.arrived, "F8", "door-open"),
        Action("appointment.cancel", N_("Cancel it"), page.cancel, "F10", "ban"),
        Action("appointment.reopen", N_("Open again"), page.reopen, "F11", "rotate-ccw", in_bar=False),
        Action("appointment.undo", N_("Undo"), page.undo, "Ctrl+Z", "undo-2"),
        Action("day.before", N_("Earlier"), page.showing.before, "PgUp", "chevron-left"),
        Action("day.today", N_("Today"), page.showing.to_today, "T", in_bar=False),
        Action("day.after", N_("Later"), page.showing.after, "PgDown", "chevron-right"),
        Action("day.back", N_("A week back"), page.showing.week_back, "Shift+PgUp", in_bar=False),
        Action("day.on", N_("A week on"), page.showing.week_on, "Shift+PgDown", in_bar=False),
        Action("view.day", N_("Day"), page.showing.show_day, "D", "calendar", in_bar=False),
        Action("view.week", N_("Week"), page.showing.show_week, "W", "calendar-days", in_bar=False),
        Action("view.place", N_("Department"), page.showing.to_department, "F3", in_bar=False),
        Action("file.import", N_("Read in…"), page.read_file, "Ctrl+I", "download", in_bar=False),
        Action("file.export", N_("Write calendar…"), page.write_file, "Ctrl+Shift+I", "upload", in_bar=False),
        Action("file.store", N_("Store the good rows"), page.store_file, "Ctrl+Return", "save", primary=True),
        Action("page.back", N_("Back"), page.back, "Esc", in_bar=False),
    )


def enable_keys(page: AppointmentsPage) -> None:
    """Enable the keys that do something now."""
    keys, reading, question = page.keys, page.is_reading, page.reason.question
    ready = not page.is_busy and not reading
    for name, possible in _acts(page).items():
        # While a reason is asked for nothing else is begun: F9 does what it is asked for.
        wanted = possible if question is None else name == "appointment.book"
        keys[name].setEnabled(wanted and ready)
    for name in AT_THE_CALENDAR:
        keys[name].setEnabled(not reading)
    keys["appointment.late"].setEnabled(bool(page.late.lines) and not reading)
    keys["file.import"].setEnabled(not page.is_busy)
    keys["file.store"].setVisible(reading)
    keys["file.store"].setEnabled(reading and not page.is_busy and page.report.path is not None)
    usual = N_("Move here") if page.moving else N_("Book")
    keys["appointment.book"].call(question.do if question is not None else usual)


def _acts(page: AppointmentsPage) -> dict[str, bool]:
    """Return what could be done with what the cursor is on."""
    cell, line = page.grid.current_cell(), page.selected.line
    is_open = line is not None and line.state is AppointmentState.BOOKED
    return {
        "appointment.book": cell is not None and (cell.is_free or page.has_wish),
        "appointment.move": is_open and page.moving is None,
        "appointment.missed": page.is_late(line) or (line is None and bool(page.late.lines)),
        "appointment.arrived": is_open,
        "appointment.cancel": is_open,
        "appointment.reopen": line is not None
        and line.state in (AppointmentState.CANCELLED, AppointmentState.MISSED),
        "appointment.undo": page.work.can_undo,
    }
