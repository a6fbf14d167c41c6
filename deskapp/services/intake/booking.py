"""Booking, moving and closing appointments inside a transaction that is already open.

Rows are locked in one order everywhere: visitor, appointment, then doctor (or department). Two desks that want
one time of one doctor so come one after the other, and the second is told who has it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import Session

from deskapp import settings
from deskapp.db.base import table_of
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Appointment, AppointmentEvent, DuplicateKey, Visitor
from deskapp.db.unit_of_work import Work
from deskapp.domain import appointments as rules
from deskapp.domain import duty
from deskapp.domain.appointments import HOLDING, AppointmentAct, BookingDraft, Wish
from deskapp.domain.directory import Standing, standing
from deskapp.domain.duty import Duty, Span
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import AppointmentState
from deskapp.domain.retention import erased_error, is_erased
from deskapp.domain.slots import Booked, duty_of_day, joined_duty, overlapping
from deskapp.domain.text import N_, Text
from deskapp.errors import ConflictError, RuleError
from deskapp.services.checks import plain_line, plain_text
from deskapp.services.directory import duty_times, local
from deskapp.services.intake.keys import blocking_keys, candidate_of
from deskapp.services.intake.visitors import add_visitor
from deskapp.services.settings import site_value

MARGIN: Final = dt.timedelta(minutes=rules.LONGEST_MINUTES)
MOST_MERGES: Final = 20


@dataclass(frozen=True)
class Whose:
    """Whose time is asked for: a doctor, or a department's whoever is there (`doctor` empty)."""

    department_id: int
    doctor_id: int | None
    doctor: str
    minutes: int
    times: dict[int, list[Duty]]
    """Duty times of the doctor, or of each of the department's."""

    def spans(self, day: dt.date) -> tuple[Span, ...]:
        """Return when somebody of them is on duty around a day."""
        return joined_duty(duty_of_day(own, day) for own in self.times.values())

    def following(self, moment: dt.datetime) -> Span | None:
        """Return the next duty after a moment."""
        found = [duty.next_on_duty(own, moment) for own in self.times.values()]
        return min((span for span in found if span is not None), default=None)


@dataclass(frozen=True)
class Place:
    """Where an appointment goes: whose time, when (UTC), how long, and why beside another one."""

    whom: Whose
    starts_at: dt.datetime
    minutes: int
    reason: str = ""

    @property
    def until(self) -> dt.datetime:
        """When it ends."""
        return self.starts_at + dt.timedelta(minutes=self.minutes)


# --- What is there ------------------------------------------------------------------------------------------------


def whose(
    session: Session, department_id: int, doctor_id: int | None, day: dt.date, *, lock: bool = False
) -> Whose:
    """Return whose time of a day it is; with `lock` nobody else books any of it until the transaction ends.

    Raises `RuleError` where the doctor or the department takes no visitors on that day.
    """
    usual = site_value(session, settings.APPOINTMENT_MINUTES)
    if doctor_id is None:
        _demand_open(session.get_one(Department, department_id, with_for_update=lock or None), day)
        return Whose(department_id, None, "", usual, _times_of_department(session, department_id, day))
    doctor = session.get_one(Doctor, doctor_id, with_for_update=lock or None)
    _demand_open(session.get_one(Department, doctor.department_id), day)
    if not is_open(doctor, day):
        message = Text(N_("{doctor} takes no visitors on {day}."), {"doctor": doctor.name, "day": day})
        raise RuleError("appointment.doctor-gone", message)
    times = duty_times(session, (doctor_id,)) or {doctor_id: []}
    return Whose(doctor.department_id, doctor.id, doctor.name, doctor.slot_minutes or usual, times)


def _times_of_department(session: Session, department_id: int, day: dt.date) -> dict[int, list[Duty]]:
    """Return the duty times of each of a department's doctors who takes visitors on a day."""
    asked = select(Doctor).where(Doctor.department_id == department_id)
    ids = [doctor.id for doctor in session.scalars(asked) if is_open(doctor, day)]
    return duty_times(session, ids)


def is_open(row: Doctor | Department, day: dt.date) -> bool:
    """Say whether a doctor or a department takes visitors on a day."""
    return row.active and standing(row.valid_from, row.valid_to, day) is Standing.VALID


def _demand_open(department: Department, day: dt.date) -> None:
    if not is_open(department, day):
        message = N_("{department} takes no visitors on {day}.")
        told = {"department": department.name, "day": day}
        raise RuleError("appointment.department-closed", Text(message, told))


@dataclass(frozen=True)
class Planned:
    """A time that is going to be given away by the same file."""

    visitor_id: int
    department_id: int
    doctor_id: int | None
    starts_at: dt.datetime
    booked: Booked


class Plans:
    """Times that are going to be given away by the same file, found by whose they are and by day."""

    def __init__(self) -> None:
        self._by_day: dict[tuple[str, int, dt.date], list[Planned]] = defaultdict(list)

    def add(self, one: Planned) -> None:
        """Add a time."""
        pool = one.doctor_id is None
        whose = ("pool", one.department_id) if pool else ("doctor", one.doctor_id or 0)
        for key in (("visitor", one.visitor_id), whose):
            self._by_day[*key, one.starts_at.date()].append(one)

    def around(self, kind: str, key: int, place: Place) -> list[Planned]:
        """Return the times of a "visitor", of a "doctor" or of a department's "pool" from a day before on."""
        first = place.starts_at.date() - dt.timedelta(days=1)
        days = [first + dt.timedelta(days=count) for count in range(3)]
        return [one for day in days for one in self._by_day.get((kind, key, day), ())]


@dataclass(frozen=True)
class Ground:
    """What a wish is held against: the database without `but`, and what is planned besides."""

    session: Session
    now: dt.datetime
    but: Collection[int] = ()
    planned: Plans = field(default_factory=Plans)

    def of_visitor(self, visitor_id: int, place: Place) -> list[Booked]:
        """Return the times around a place that a visitor has."""
        found = self._held(place, Appointment.visitor_id == visitor_id)
        return found + [one.booked for one in self.planned.around("visitor", visitor_id, place)]

    def of(self, whom: Whose, place: Place) -> list[Booked]:
        """Return the times around a place that are taken from a doctor, or from whoever is there."""
        if whom.doctor_id is not None:
            found = self._held(place, Appointment.doctor_id == whom.doctor_id)
            planned = self.planned.around("doctor", whom.doctor_id, place)
        else:
            nobodys = (Appointment.department_id == whom.department_id, Appointment.doctor_id.is_(None))
            found = self._held(place, *nobodys)
            planned = self.planned.around("pool", whom.department_id, place)
        return found + [one.booked for one in planned]

    def of_doctors(self, whom: Whose, place: Place) -> list[tuple[int, Booked]]:
        """Return the times that the doctors of a department have given away themselves; none of one doctor."""
        if whom.doctor_id is not None:
            return []
        asked = select(Appointment.doctor_id, Appointment.id, Appointment.starts_at, Appointment.minutes)
        asked = asked.where(Appointment.doctor_id.in_(whom.times), *self._around(place))
        found = [
            (doctor, Booked(local(starts), minutes, id=key))
            for doctor, key, starts, minutes in self.session.execute(asked)
            if doctor is not None and key not in self.but
        ]
        planned = [(who, self.planned.around("doctor", who, place)) for who in whom.times]
        return found + [(who, one.booked) for who, several in planned for one in several]

    def _held(self, place: Place, *where: ColumnElement[bool]) -> list[Booked]:
        asked = (
            select(Appointment.id, Appointment.starts_at, Appointment.minutes, Visitor.name, Doctor.name)
            .join(Visitor, Visitor.id == Appointment.visitor_id)
            .outerjoin(Doctor, Doctor.id == Appointment.doctor_id)
            .where(*where, *self._around(place))
        )
        return [
            Booked(local(starts), minutes, name, doctor or "", key)
            for key, starts, minutes, name, doctor in self.session.execute(asked)
            if key not in self.but
        ]

    def _around(self, place: Place) -> tuple[ColumnElement[bool], ...]:
        return (
            Appointment.state.in_(HOLDING),
            Appointment.starts_at > place.starts_at - MARGIN,
            Appointment.starts_at < place.until,
        )


def same_person(session: Session, name: str, phone: str) -> int | None:
    """Return the visitor with exactly this name and this phone, the latest if there are several.

    Raises `InputError` at "name" or "phone" for what nobody can be called.
    """
    name, phone = plain_line("name", name), plain_line("phone", phone)
    if not (name.strip() and phone.strip()):
        return None
    candidate = candidate_of(None, VisitorDraft(name=name.strip(), phone=phone.strip()))
    keys = [key for key in blocking_keys(candidate) if key.startswith("p:")]
    asked = (
        select(Visitor.id, Visitor.phone)
        .join(DuplicateKey, DuplicateKey.visitor_id == Visitor.id)
        .where(DuplicateKey.key.in_(keys), Visitor.name == name.strip(), Visitor.merged_into_id.is_(None))
        .order_by(Visitor.id.desc())
    )
    return next((key for key, known in session.execute(asked) if _same_phone(known, phone)), None)


def _same_phone(one: str, other: str) -> bool:
    """Say whether two numbers are one: alike, or the longer with the code of a country or area before it."""
    digits = ("".join(filter(str.isdecimal, phone)).lstrip("0") for phone in (one, other))
    shorter, longer = sorted(digits, key=len)
    return longer.endswith(shorter)


def room_at(whom: Whose, begins: dt.datetime, minutes: int, of_doctors: Sequence[tuple[int, Booked]]) -> int:
    """Return how many can be booked then: a doctor takes one, a department one for each who is free throughout."""
    if whom.doctor_id is not None:
        return 1
    until = begins + dt.timedelta(minutes=minutes)
    free = 0
    for doctor_id, times in whom.times.items():
        own = [one for who, one in of_doctors if who == doctor_id]
        span = duty.span_on_duty(times, begins)
        if span is not None and until <= span.until and not overlapping(own, begins, minutes):
            free += 1
    return free


# --- What is done -------------------------------------------------------------------------------------------------


def note_event(work: Work, booked: Appointment, act: AppointmentAct, reason: str = "") -> None:
    """Add a line to an appointment's history, by the acting person, now."""
    line = {"appointment_id": booked.id, "act": act, "at": work.now, "reason": reason}
    line |= {"account_id": work.actor.account_id or None}
    line |= {"starts_at": booked.starts_at, "doctor_id": booked.doctor_id}
    work.session.execute(_ADD_EVENT, line)


def visitor_of(work: Work, draft: BookingDraft) -> int:
    """Return who is to come, locked: registered now if nobody of that name and phone is known."""
    visitor_id = draft.visitor_id
    if visitor_id is None:
        visitor_id = same_person(work.session, draft.name, draft.phone)
    if visitor_id is None:
        plain_line("phone", draft.phone, required=True)
        made = VisitorDraft(name=draft.name.strip(), phone=draft.phone.strip())
        return add_visitor(work, made).id
    return locked_visitor(work, visitor_id).id


def locked_visitor(work: Work, visitor_id: int) -> Visitor:
    """Return a visitor, or whom the record was merged into; nobody whose data was erased."""
    visitor = work.session.get_one(Visitor, visitor_id, with_for_update=True)
    for _step in range(MOST_MERGES):
        if visitor.merged_into_id is None:
            break
        visitor = work.session.get_one(Visitor, visitor.merged_into_id, with_for_update=True)
    if is_erased(visitor.name):
        raise erased_error()
    return visitor


def check_place(ground: Ground, place: Place, visitor_id: int, *, goes_back: bool = False) -> bool:
    """Refuse what the rules forbid; return whether it is booked beside another one.

    An appointment that `goes_back` to where it stood before may do so although that time has passed.
    """
    whom, begins, now = place.whom, local(place.starts_at), local(ground.now)
    wish = Wish(begins, place.minutes, whom.doctor, reason=place.reason)
    # Before anything is reckoned with a length that may be centuries.
    rules.check_length(wish)
    if not goes_back:
        rules.check_time(wish, now)
    if (
        not goes_back or whom.doctor_id is None
    ):  # Of which department whoever was there was, no history tells.
        rules.check_duty(wish, whom.spans(begins.date()), whom.following(max(begins, now)))
    rules.check_same_visitor(wish, ground.of_visitor(visitor_id, place))
    room = room_at(whom, begins, place.minutes, ground.of_doctors(whom, place))
    return rules.check_taken(replace(wish, room=room), ground.of(whom, place))


def add_appointment(work: Work, draft: BookingDraft, visitor_id: int, uid: str = "") -> Appointment:
    """Book a time for a visitor who is locked already. Raises `RuleError`, `InputError`."""
    day = local(draft.starts_at).date()
    whom = whose(work.session, draft.department_id, draft.doctor_id, day, lock=True)
    reason, note = plain_line("reason", draft.reason), plain_text("note", draft.note)
    place = Place(whom, draft.starts_at, draft.minutes or whom.minutes, reason)
    beside = check_place(Ground(work.session, work.now), place, visitor_id)
    booked = Appointment(
        visitor_id=visitor_id,
        department_id=whom.department_id,
        doctor_id=whom.doctor_id,
        starts_at=draft.starts_at,
        minutes=place.minutes,
        state=AppointmentState.BOOKED,
        over_booked=beside,
        note=note,
        uid=uid,
    )
    work.session.add(booked)
    work.session.flush()
    note_event(work, booked, AppointmentAct.BOOKED, reason if beside else "")
    work.record("appointment.book", "appointment", booked.id, after=told(booked))
    return booked


def locked(work: Work, appointment_id: int, version: int | None) -> Appointment:
    """Return an appointment with everything locked that a change of it needs. Raises `ConflictError`."""
    asked = select(Appointment.visitor_id).where(Appointment.id == appointment_id)
    locked_visitor(work, work.session.scalars(asked).one())
    booked = work.session.get_one(Appointment, appointment_id, with_for_update=True)
    if version is not None and booked.version != version:
        raise ConflictError
    return booked


def move_appointment(work: Work, booked: Appointment, place: Place) -> None:
    """Give an open appointment another time or doctor; its old one stays in its history."""
    rules.check_open(booked.state)
    before = told(booked)
    ground = Ground(work.session, work.now, but=(booked.id,))
    beside = check_place(ground, place, booked.visitor_id, goes_back=stood_at(work, booked, place))
    booked.starts_at, booked.minutes, booked.over_booked = place.starts_at, place.minutes, beside
    booked.department_id, booked.doctor_id = place.whom.department_id, place.whom.doctor_id
    booked.version += 1
    note_event(work, booked, AppointmentAct.MOVED, place.reason)
    work.record("appointment.move", "appointment", booked.id, before=before, after=told(booked))


def stood_at(work: Work, booked: Appointment, place: Place) -> bool:
    """Say whether the appointment stood just there, with the same doctor, before it was moved last."""
    asked = select(AppointmentEvent.starts_at, AppointmentEvent.doctor_id)
    asked = asked.where(AppointmentEvent.appointment_id == booked.id).order_by(AppointmentEvent.id.desc())
    before = work.session.execute(asked.offset(1).limit(1)).first()
    return before is not None and tuple(before) == (place.starts_at, place.whom.doctor_id)


def cancel_appointment(work: Work, booked: Appointment, reason: str) -> None:
    """Cancel an open appointment, with the reason."""
    rules.check_open(booked.state)
    _turn(booked, AppointmentState.CANCELLED)
    note_event(work, booked, AppointmentAct.CANCELLED, reason)
    _record(work, "appointment.cancel", booked, reason)


def miss_appointment(work: Work, booked: Appointment) -> None:
    """Say that nobody came. Refused before the time and the minutes of grace."""
    rules.check_open(booked.state)
    late = site_value(work.session, settings.LATE_MINUTES)
    rules.check_missed(local(booked.starts_at), late, local(work.now))
    _turn(booked, AppointmentState.MISSED)
    note_event(work, booked, AppointmentAct.MISSED)
    _record(work, "appointment.missed", booked, "")


def reopen_appointment(work: Work, booked: Appointment) -> None:
    """Take back that an appointment was cancelled or missed; refused when its time was given away."""
    rules.check_reopened(booked.state)
    whom, begins = _whose_it_was(work, booked), local(booked.starts_at)
    place = Place(whom, booked.starts_at, booked.minutes)
    ground = Ground(work.session, work.now, but=(booked.id,))
    # It had its time: that nobody is on duty then any more gives it to nobody else.
    room = max(room_at(whom, begins, booked.minutes, ground.of_doctors(whom, place)), 1)
    wish = Wish(begins, booked.minutes, whom.doctor, room)
    rules.check_same_visitor(wish, ground.of_visitor(booked.visitor_id, place))
    if not booked.over_booked:
        rules.check_taken(wish, ground.of(whom, place))
    _turn(booked, AppointmentState.BOOKED)
    note_event(work, booked, AppointmentAct.REOPENED)
    _record(work, "appointment.reopen", booked, "")


def _whose_it_was(work: Work, booked: Appointment) -> Whose:
    """Return whose time an appointment takes, locked, whether they still take visitors or not."""
    session, home = work.session, booked.department_id
    if booked.doctor_id is not None:
        doctor = session.get_one(Doctor, booked.doctor_id, with_for_update=True)
        return Whose(home, doctor.id, doctor.name, booked.minutes, {})
    session.get_one(Department, home, with_for_update=True)
    times = _times_of_department(session, home, local(booked.starts_at).date())
    return Whose(home, None, "", booked.minutes, times)


def _turn(booked: Appointment, state: AppointmentState) -> None:
    booked.state = state
    booked.version += 1


def _record(work: Work, action: str, booked: Appointment, reason: str) -> None:
    work.record(action, "appointment", booked.id, after=told(booked) | {"reason": reason})


def told(booked: Appointment) -> dict[str, object]:
    """Return what the trail says of an appointment."""
    return {
        "visitor": booked.visitor_id,
        "department": booked.department_id,
        "doctor": booked.doctor_id,
        "starts_at": booked.starts_at,
        "minutes": booked.minutes,
        "state": booked.state,
        "over_booked": booked.over_booked,
    }


_ADD_EVENT: Final = insert(table_of(AppointmentEvent))
