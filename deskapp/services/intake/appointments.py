"""Appointments: booked, moved, cancelled, missed, opened again; the calendar of a day and of a doctor's week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp.db.models.intake import Appointment, Visitor
from deskapp.db.unit_of_work import Work
from deskapp.domain.access import Actor, Permission
from deskapp.domain.appointments import (
    AppointmentLine,
    AppointmentLog,
    BookingDraft,
    DayView,
    Target,
    WeekView,
)
from deskapp.domain.duty import clock_day
from deskapp.domain.intake import Ref
from deskapp.services.base import Done, Service, composed, reads, writes
from deskapp.services.checks import plain_line
from deskapp.services.directory import local
from deskapp.services.intake import booking, calendar
from deskapp.services.intake.keys import standing_id
from deskapp.services.transfer.report import ImportReport


class AppointmentService(Service):
    """What a person does with appointments."""

    @reads(Permission.APPOINTMENT)
    def day(self, session: Session, day: dt.date, department_id: int | None = None) -> DayView:
        """Return a day: who is on duty or should be, with slots and appointments.

        Of one department also those who are off, and what can be booked with whoever is there.
        Beyond the days that a clock can place it is the nearest of these.
        """
        day = clock_day(day)
        shown = calendar.Calendar(session, day, 1, self.now(), department_id=department_id)
        return DayView(day, shown.day(day, everybody=department_id is not None))

    @reads(Permission.APPOINTMENT)
    def week(self, session: Session, monday: dt.date, doctor_id: int) -> WeekView:
        """Return a doctor's seven days from `monday` on, or from the nearest day that a clock can place."""
        monday = clock_day(monday)
        shown = calendar.Calendar(session, monday, 7, self.now(), doctor_id=doctor_id)
        return WeekView(monday, doctor_id, shown.week(monday))

    @reads(Permission.APPOINTMENT)
    def of_visitor(self, session: Session, visitor_id: int, limit: int = 50) -> list[AppointmentLine]:
        """Return a visitor's appointments in every state, the latest first; a merged record leads to the kept one."""
        kept = standing_id(session, visitor_id)
        recent = select(Appointment.id).where(Appointment.visitor_id == kept)
        recent = recent.order_by(Appointment.starts_at.desc()).limit(limit)
        found = calendar.line_rows(session, Appointment.id.in_(recent.scalar_subquery()))
        return found[::-1]

    @reads(Permission.APPOINTMENT)
    def one(self, session: Session, appointment_id: int) -> AppointmentLine | None:
        """Return one appointment, None when there is none."""
        found = calendar.line_rows(session, Appointment.id == appointment_id)
        return found[0] if found else None

    @reads(Permission.APPOINTMENT)
    def name_of(self, session: Session, visitor_id: int) -> str:
        """Return a visitor's name, for booking; "" when there is no such visitor.

        A record that another desk merged meanwhile leads to the kept one, as booking does.
        """
        kept = standing_id(session, visitor_id)
        return session.scalar(select(Visitor.name).where(Visitor.id == kept)) or ""

    @reads(Permission.APPOINTMENT)
    def history(self, session: Session, appointment_id: int) -> list[AppointmentLog]:
        """Return what happened to an appointment, oldest first."""
        return calendar.log_of(session, appointment_id)

    @reads(Permission.APPOINTMENT)
    def overdue(self, session: Session) -> list[AppointmentLine]:
        """Return the open appointments whose time passed with the minutes of grace, today's first."""
        return calendar.overdue_lines(session, self.now())

    @writes(Permission.APPOINTMENT)
    def book(self, work: Work, draft: BookingDraft) -> Ref:
        """Book a time; a visitor nobody knows is registered with it."""
        visitor_id = booking.visitor_of(work, draft)
        booked = booking.add_appointment(work, draft, visitor_id)
        return Ref(booked.id, "", booked.version)

    @writes(Permission.APPOINTMENT)
    def move(self, work: Work, appointment_id: int, version: int, target: Target) -> Ref:
        """Give an appointment another time, doctor or department; beside another one it needs a reason."""
        reason = plain_line("reason", target.reason)
        booked = booking.locked(work, appointment_id, version)
        day = local(target.starts_at).date()
        whom = booking.whose(work.session, target.department_id, target.doctor_id, day, lock=True)
        same = (whom.doctor_id, whom.department_id) == (booked.doctor_id, booked.department_id)
        minutes = target.minutes or (booked.minutes if same else whom.minutes)
        booking.move_appointment(work, booked, booking.Place(whom, target.starts_at, minutes, reason))
        return Ref(booked.id, "", booked.version)

    @writes(Permission.APPOINTMENT)
    def cancel(self, work: Work, appointment_id: int, version: int, reason: str) -> Ref:
        """Cancel an appointment; why is asked."""
        reason = plain_line("reason", reason, required=True)
        booked = booking.locked(work, appointment_id, version)
        booking.cancel_appointment(work, booked, reason)
        return Ref(booked.id, "", booked.version)

    @writes(Permission.APPOINTMENT)
    def missed(self, work: Work, appointment_id: int, version: int) -> Ref:
        """Say that nobody came to an appointment whose time is over."""
        booked = booking.locked(work, appointment_id, version)
        booking.miss_appointment(work, booked)
        return Ref(booked.id, "", booked.version)

    @writes(Permission.APPOINTMENT)
    def reopen(self, work: Work, appointment_id: int, version: int) -> Ref:
        """Take back that an appointment was cancelled or missed, unless its time was given away."""
        booked = booking.locked(work, appointment_id, version)
        booking.reopen_appointment(work, booked)
        return Ref(booked.id, "", booked.version)

    @composed(Permission.IMPORT)
    def import_file(
        self,
        actor: Actor,
        request: str,
        path: Path,
        *,
        partial: bool = False,
        dry_run: bool = False,
        report: Callable[[int, int], None] | None = None,
    ) -> Done[ImportReport]:
        """Read appointments from a CSV, XLSX or iCalendar file, see `TransferService.import_file`."""
        from deskapp.services.transfer.columns import Kind
        from deskapp.services.transfer.service import TransferService

        transfer = TransferService(self.store, self.clock)
        return transfer.import_file(
            *(actor, request, Kind.APPOINTMENTS, path),
            partial=partial,
            dry_run=dry_run,
            progress=report or _silent,
        )

    @composed(Permission.EXPORT)
    def export_calendar(
        self, actor: Actor, request: str, path: Path, days: tuple[dt.date, dt.date], language: str
    ) -> Done[int]:
        """Write the appointments from a first to a last day to an iCalendar file; return how many.

        The audit trail has it before the file is there. Phone numbers are not in it. Raises `StorageError`.
        """
        from deskapp.db.faults import disk_error
        from deskapp.services.intake.ics import calendar_of

        lines = self._lines_between(actor, *days)
        done = self._note_export(actor, request, *days, len(lines))
        try:
            path.write_bytes(calendar_of(lines, self.now(), language))
        except OSError as error:
            raise disk_error(error) from error
        return done

    @reads(Permission.EXPORT)
    def _lines_between(self, session: Session, first: dt.date, last: dt.date) -> list[AppointmentLine]:
        begins, until = calendar.day_bounds(first)[0], calendar.day_bounds(last)[1]
        return calendar.line_rows(session, Appointment.starts_at >= begins, Appointment.starts_at < until)

    @writes(Permission.EXPORT)
    def _note_export(self, work: Work, first: dt.date, last: dt.date, count: int) -> int:
        after = {"from": first, "to": last, "count": count, "by": work.actor.name}
        work.record("export.appointments", "appointment", None, after=after)
        return count


def _silent(_done: int, _total: int) -> None:
    pass
