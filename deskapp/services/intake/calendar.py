"""What the calendar of appointments shows: doctors' days with their slots, a visitor's appointments, a history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deskapp import settings
from deskapp.db.models.access import Account
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Appointment, AppointmentEvent, Visitor
from deskapp.domain import duty
from deskapp.domain.appointments import (
    HOLDING,
    OVERDUE_DAYS,
    AppointmentLine,
    AppointmentLog,
    CalendarColumn,
    Presence,
    presence_of,
)
from deskapp.domain.duty import Duty
from deskapp.domain.identity import mask_phone
from deskapp.domain.registration import AppointmentState
from deskapp.domain.slots import Booked, Slot, absence_of_day, slots
from deskapp.services.directory import duty_times, local
from deskapp.services.intake.booking import is_open
from deskapp.services.intake.taken import MARGIN, Held, Taken, Whose, room_at
from deskapp.services.settings import site_value

MOST_LISTED: Final = 200
NOWHERE: Final = 0
"""No department has this number."""
_DAY: Final = dt.timedelta(days=1)


def day_bounds(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return when a day of the site begins and ends, UTC; of a day that no clock can place the nearest one's."""
    midnight = dt.datetime.combine(duty.clock_day(day), dt.time())
    return midnight.astimezone(dt.UTC), (midnight + _DAY).astimezone(dt.UTC)


def line_rows(session: Session, *where: Any) -> list[AppointmentLine]:
    """Return the appointments that fit, in order of time."""
    asked = (
        select(Appointment, Visitor.name, Visitor.phone, Visitor.visits, Department, Doctor.name)
        .join(Visitor, Visitor.id == Appointment.visitor_id)
        .join(Department, Department.id == Appointment.department_id)
        .outerjoin(Doctor, Doctor.id == Appointment.doctor_id)
        .where(*where)
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return [_line(row) for row in session.execute(asked)]


def _line(row: Any) -> AppointmentLine:
    booked, name, phone, visits, department, doctor = row
    return AppointmentLine(
        id=booked.id,
        version=booked.version,
        visitor_id=booked.visitor_id,
        name=name,
        phone=mask_phone(phone),
        department_id=booked.department_id,
        department=department.name,
        doctor_id=booked.doctor_id,
        doctor=doctor or "",
        starts_at=booked.starts_at,
        minutes=booked.minutes,
        state=booked.state,
        over_booked=booked.over_booked,
        note=booked.note,
        first_visit=visits == 0,
    )


def overdue_lines(session: Session, now: dt.datetime) -> list[AppointmentLine]:
    """Return the open appointments whose visitor is late for good, today's first, the latest of each day last."""
    late = dt.timedelta(minutes=site_value(session, settings.LATE_MINUTES))
    today = day_bounds(local(now).date())[0]
    asked = select(Appointment.id).where(
        Appointment.state == AppointmentState.BOOKED,
        Appointment.starts_at <= now - late,
        Appointment.starts_at >= today - OVERDUE_DAYS * _DAY,
    )
    latest = asked.order_by(Appointment.starts_at.desc()).limit(MOST_LISTED)
    found = line_rows(session, Appointment.id.in_(latest.scalar_subquery()))
    return sorted(found, key=lambda line: (line.starts_at < today, line.starts_at))


def log_of(session: Session, appointment_id: int) -> list[AppointmentLog]:
    """Return the history of an appointment, oldest first."""
    asked = (
        select(AppointmentEvent, Account.name, Doctor.name)
        .outerjoin(Account, Account.id == AppointmentEvent.account_id)
        .outerjoin(Doctor, Doctor.id == AppointmentEvent.doctor_id)
        .where(AppointmentEvent.appointment_id == appointment_id)
        .order_by(AppointmentEvent.id)
    )
    return [
        AppointmentLog(event.act, event.at, by or "", event.starts_at, doctor or "", event.reason)
        for event, by, doctor in session.execute(asked)
    ]


# --- Columns ------------------------------------------------------------------------------------------------------


class Calendar:
    """What is needed to draw days of some doctors, read at once."""

    def __init__(
        self,
        session: Session,
        first: dt.date,
        days: int,
        now: dt.datetime,
        *,
        doctor_id: int | None = None,
        department_id: int | None = None,
    ) -> None:
        self._now = now
        self._usual = site_value(session, settings.APPOINTMENT_MINUTES)
        self._doctor_id = doctor_id
        if doctor_id is not None:
            home = session.scalar(select(Doctor.department_id).where(Doctor.id == doctor_id))
            department_id = home if home is not None else NOWHERE
        self._doctors = _doctors(session, department_id)
        self._times = duty_times(session, [doctor.id for doctor, _department in self._doctors])
        begins, until = day_bounds(first)[0], day_bounds(first + (days - 1) * _DAY)[1]
        where = [Appointment.starts_at > begins - MARGIN, Appointment.starts_at < until + MARGIN]
        where.append(Appointment.state != AppointmentState.CANCELLED)
        if department_id is not None:
            # A doctor who came from another department brought appointments along.
            theirs = Appointment.doctor_id.in_([doctor.id for doctor, _department in self._doctors])
            where.append(or_(Appointment.department_id == department_id, theirs))
        self._lines = line_rows(session, *where)
        self._taken = Taken.from_held(_held(line) for line in self._lines if line.state in HOLDING)
        self._departments = _departments(session, department_id)

    def day(self, day: dt.date, *, everybody: bool) -> tuple[CalendarColumn, ...]:
        """Return the columns of a day; with `everybody` also of those who are not there."""
        shown = []
        for doctor, department in self._doctors:
            column = self._of_doctor(day, doctor, department)
            # Whoever left is shown as long as somebody is booked with them: that has to be seen to be moved.
            if column.lines or (doctor.active and (everybody or column.presence is not Presence.OFF)):
                shown.append(column)
        return (*shown, *self._pools(day, everybody=everybody))

    def week(self, monday: dt.date) -> tuple[CalendarColumn, ...]:
        """Return the seven days of the one doctor."""
        days = (monday + count * _DAY for count in range(7))
        shown = [pair for pair in self._doctors if pair[0].id == self._doctor_id]
        return tuple(self._of_doctor(day, *pair) for day in days for pair in shown)

    def _of_doctor(self, day: dt.date, doctor: Doctor, department: Department) -> CalendarColumn:
        minutes = doctor.slot_minutes or self._usual
        whom = self._whom(day, department, doctor.id, minutes)
        times = whom.times.get(doctor.id, ())
        mine = [line for line in self._lines if line.doctor_id == doctor.id]
        made = self._slots(whom, day, mine)
        presence = presence_of(made, absence_of_day(times, day))
        return CalendarColumn(
            day=day,
            doctor_id=doctor.id,
            doctor=doctor.name,
            title=doctor.title,
            department_id=department.id,
            department=department.name,
            room=doctor.room or department.room,
            minutes=minutes,
            presence=presence,
            slots=made,
            lines=_of_day(mine, day),
            next_duty=None if made else self._next(times, day),
        )

    def _next(self, times: Sequence[Duty], day: dt.date) -> dt.datetime | None:
        later = duty.next_on_duty(times, dt.datetime.combine(day, dt.time.max))
        return later.begins.astimezone(dt.UTC) if later is not None else None

    def _pools(self, day: dt.date, *, everybody: bool) -> Iterable[CalendarColumn]:
        """Return the columns for whoever of a department is there: where it is asked for, or somebody is booked so."""
        staffed = {department.id for doctor, department in self._doctors if doctor.active}
        for department in self._departments:
            mine = [
                line for line in self._lines if line.doctor_id is None and line.department_id == department.id
            ]
            if (everybody and department.id in staffed) or _of_day(mine, day):
                yield self._pool(day, department, mine)

    def _whom(self, day: dt.date, department: Department, doctor_id: int | None, minutes: int) -> Whose:
        """Return whose time a column is; nobody's where the department is closed or the doctor is gone."""
        colleagues = [doctor for doctor, home in self._doctors if home.id == department.id]
        here = [doctor.id for doctor in colleagues if is_open(doctor, day) and is_open(department, day)]
        times = {one: self._times[one] for one in here if one in self._times}
        return Whose(department.id, doctor_id, "", minutes, times)

    def _slots(self, whom: Whose, day: dt.date, mine: Iterable[AppointmentLine]) -> tuple[Slot, ...]:
        held = [_held(line).booked for line in mine if line.state in HOLDING]
        room = partial(room_at, whom, minutes=whom.minutes, taken=self._taken)
        found = slots(whom.spans(day), day, whom.minutes, held, now=local(self._now), room=room)
        # In the night in which summer begins the clock skips an hour: nobody can come then.
        return tuple(slot for slot in found if local(slot.begins.astimezone(dt.UTC)) == slot.begins)

    def _pool(self, day: dt.date, department: Department, mine: Sequence[AppointmentLine]) -> CalendarColumn:
        made = self._slots(self._whom(day, department, None, self._usual), day, mine)
        return CalendarColumn(
            day=day,
            doctor_id=None,
            doctor="",
            title="",
            department_id=department.id,
            department=department.name,
            room=department.room,
            minutes=self._usual,
            presence=presence_of(made, absent=False),
            slots=made,
            lines=_of_day(mine, day),
        )


def _doctors(session: Session, department_id: int | None) -> list[tuple[Doctor, Department]]:
    asked = select(Doctor, Department).join(Department, Department.id == Doctor.department_id)
    asked = asked.order_by(Department.code, Doctor.number)
    if department_id is not None:
        asked = asked.where(Doctor.department_id == department_id)
    return [(doctor, department) for doctor, department in session.execute(asked)]


def _departments(session: Session, department_id: int | None) -> Sequence[Department]:
    asked = select(Department).order_by(Department.code)
    if department_id is not None:
        asked = asked.where(Department.id == department_id)
    return session.scalars(asked).all()


def _held(line: AppointmentLine) -> Held:
    booked = Booked(local(line.starts_at), line.minutes, line.name, line.doctor, line.id)
    return Held(line.visitor_id, line.department_id, line.doctor_id, booked)


def _of_day(lines: Iterable[AppointmentLine], day: dt.date) -> tuple[AppointmentLine, ...]:
    return tuple(line for line in lines if local(line.starts_at).date() == day)
