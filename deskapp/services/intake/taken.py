"""Whose time an appointment asks for, which times are taken, and how many can be booked at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from deskapp.db.models.directory import Doctor
from deskapp.db.models.intake import Appointment, Visitor
from deskapp.domain import duty
from deskapp.domain.appointments import HOLDING, LONGEST_MINUTES
from deskapp.domain.duty import Duty, Span
from deskapp.domain.slots import Booked, duty_of_day, joined_duty, overlapping
from deskapp.services.directory import local

MARGIN: Final = dt.timedelta(minutes=LONGEST_MINUTES)
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class Whose:
    """Whose time is asked for: a doctor, or a department's whoever is there (`doctor` empty).

    `times` are the duty times of each of the department's doctors who takes visitors then.
    """

    department_id: int
    doctor_id: int | None
    doctor: str
    minutes: int
    times: Mapping[int, Sequence[Duty]]

    @property
    def own(self) -> Sequence[Sequence[Duty]]:
        """The duty times of the doctor, or of each of the department's."""
        return list(self.times.values()) if self.doctor_id is None else [self.times.get(self.doctor_id, ())]

    def spans(self, day: dt.date) -> tuple[Span, ...]:
        """Return when the doctor, or anybody of the department, is on duty around a day."""
        return joined_duty(duty_of_day(times, day) for times in self.own)

    def following(self, moment: dt.datetime) -> Span | None:
        """Return the next duty after a moment."""
        found = [duty.next_on_duty(times, moment) for times in self.own]
        return min((span for span in found if span is not None), default=None)


@dataclass(frozen=True)
class Held:
    """A time that an appointment takes, or (`booked.id` 0) that one of the same file is going to take."""

    visitor_id: int
    department_id: int
    doctor_id: int | None
    booked: Booked


@dataclass
class Taken:
    """Times that are taken, found by whose they are and by day. Those of appointments in `gone` are free again."""

    gone: set[int] = field(default_factory=set)
    _by_day: dict[tuple[str, int, dt.date], list[Held]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def from_held(cls, held: Iterable[Held], *gone: int) -> Self:
        """Return these times, without those of the appointments `gone`."""
        taken = cls(set(gone))
        for one in held:
            taken.add(one)
        return taken

    def add(self, one: Held) -> None:
        """Add a time."""
        kind, key = ("pool", one.department_id) if one.doctor_id is None else ("doctor", one.doctor_id)
        day = one.booked.begins.date()
        self._by_day["visitor", one.visitor_id, day].append(one)
        self._by_day[kind, key, day].append(one)

    def of_visitor(self, visitor_id: int, begins: dt.datetime) -> list[Held]:
        """Return what a visitor has around a moment of the site's clock: no appointment is longer than a day."""
        return self._around("visitor", visitor_id, begins)

    def of_doctor(self, doctor_id: int, begins: dt.datetime) -> list[Booked]:
        """Return what is booked with a doctor around a moment."""
        return [one.booked for one in self._around("doctor", doctor_id, begins)]

    def of_anybody(self, department_id: int, begins: dt.datetime) -> list[Booked]:
        """Return what is booked with whoever of a department is there, around a moment."""
        return [one.booked for one in self._around("pool", department_id, begins)]

    def with_whom(self, whom: Whose, begins: dt.datetime) -> list[Booked]:
        """Return what is booked with whom it is asked for, around a moment."""
        if whom.doctor_id is not None:
            return self.of_doctor(whom.doctor_id, begins)
        return self.of_anybody(whom.department_id, begins)

    def _around(self, kind: str, key: int, begins: dt.datetime) -> list[Held]:
        days = (begins.date() + count * _DAY for count in (-1, 0, 1))
        found = (one for day in days for one in self._by_day.get((kind, key, day), ()))
        return [one for one in found if one.booked.id not in self.gone]


def room_at(whom: Whose, begins: dt.datetime, minutes: int, taken: Taken) -> int:
    """Return how many can be booked then: with a department one for each who is there throughout and free.

    A doctor takes one; none where the department needs this doctor too for those booked with whoever is there.
    """
    if whom.doctor_id is None:
        return len(_free(whom, begins, minutes, taken))
    waiting = overlapping(taken.of_anybody(whom.department_id, begins), begins, minutes)
    others = _free(whom, begins, minutes, taken) - {whom.doctor_id} if waiting else ()
    return 1 if len(waiting) <= len(others) else 0


def _free(whom: Whose, begins: dt.datetime, minutes: int, taken: Taken) -> set[int]:
    until = begins + dt.timedelta(minutes=minutes)
    found = set()
    for doctor_id, times in whom.times.items():
        span = duty.span_on_duty(times, begins)
        here = span is not None and until <= span.until
        if here and not overlapping(taken.of_doctor(doctor_id, begins), begins, minutes):
            found.add(doctor_id)
    return found


def read_held(
    session: Session, first: dt.datetime, last: dt.datetime, *where: ColumnElement[bool]
) -> list[Held]:
    """Return the times that may reach into those that begin from `first` to `last` (UTC)."""
    asked = (
        select(
            Appointment.visitor_id,
            Appointment.department_id,
            Appointment.doctor_id,
            *(Appointment.starts_at, Appointment.minutes, Visitor.name, Doctor.name, Appointment.id),
        )
        .join(Visitor, Visitor.id == Appointment.visitor_id)
        .outerjoin(Doctor, Doctor.id == Appointment.doctor_id)
        .where(Appointment.state.in_(HOLDING), *where)
        .where(Appointment.starts_at > first - MARGIN, Appointment.starts_at < last + MARGIN)
    )
    return [
        Held(visitor, department, doctor, Booked(local(starts), minutes, name, called or "", key))
        for visitor, department, doctor, starts, minutes, name, called, key in session.execute(asked)
    ]


def read_taken(session: Session, whom: Whose, visitor_id: int, starts_at: dt.datetime, *gone: int) -> Taken:
    """Return the times around a moment (UTC) that a visitor has, and those of a department and its doctors."""
    nobodys = and_(Appointment.department_id == whom.department_id, Appointment.doctor_id.is_(None))
    doctors = {*whom.times, *(() if whom.doctor_id is None else (whom.doctor_id,))}
    theirs = or_(Appointment.visitor_id == visitor_id, nobodys, Appointment.doctor_id.in_(doctors))
    return Taken.from_held(read_held(session, starts_at, starts_at, theirs), *gone)
