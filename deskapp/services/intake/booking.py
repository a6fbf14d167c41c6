"""Booking, moving and closing appointments inside a transaction that is already open.

Rows are locked in one order everywhere: visitor, appointment, department, doctor. Two desks that want one time of
one doctor, or of whoever is there, so come one after the other, and the second is told who has it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from deskapp import settings
from deskapp.db.base import table_of
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Appointment, AppointmentEvent, DuplicateKey, Visitor
from deskapp.db.unit_of_work import Work
from deskapp.domain import appointments as rules
from deskapp.domain.appointments import AppointmentAct, BookingDraft, Wish
from deskapp.domain.directory import Standing, standing
from deskapp.domain.duty import Duty
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import AppointmentState
from deskapp.domain.retention import erased_error, is_erased
from deskapp.domain.text import N_, Text
from deskapp.errors import ConflictError, RuleError
from deskapp.services.checks import plain_line, plain_text
from deskapp.services.directory import duty_times, local
from deskapp.services.intake.keys import blocking_keys, candidate_of, merged_by_root
from deskapp.services.intake.taken import Taken, Whose, read_taken, room_at
from deskapp.services.intake.visitors import add_visitor
from deskapp.services.settings import site_value
from deskapp.services.transfer.plan import parts

MOST_MERGES: Final = 20
PHONE_BLOCK: Final = "p:"
LOCKED: Final[dict[str, Any]] = {"key_share": True}
"""Others may go on sending visitors to a department of which a time is given away."""


@dataclass(frozen=True)
class Place:
    """Where an appointment goes: whose time, when (UTC), how long, and why beside another one."""

    whom: Whose
    starts_at: dt.datetime
    minutes: int
    reason: str = ""


# --- What is there ------------------------------------------------------------------------------------------------


@dataclass
class Known:
    """What was read already for other times of the same file: the site's minutes, duty by department and day."""

    usual: int | None = None
    times: dict[tuple[int, dt.date], dict[int, list[Duty]]] = field(default_factory=dict)


def whose(
    session: Session,
    department_id: int,
    doctor_id: int | None,
    day: dt.date,
    *,
    lock: bool = False,
    known: Known | None = None,
) -> Whose:
    """Return whose time of a day it is; with `lock` nobody else books any of it until the transaction ends.

    What is `known` is not read again: a file asks for thousands of times of the same departments and days.

    Raises `RuleError` where the doctor or the department takes no visitors on that day.
    """
    known = known or Known()
    usual = known.usual or site_value(session, settings.APPOINTMENT_MINUTES)
    known.usual = usual
    doctor = session.get_one(Doctor, doctor_id) if doctor_id is not None else None
    home = doctor.department_id if doctor is not None else department_id
    _demand_open(session.get_one(Department, home, with_for_update=LOCKED if lock else None), day)
    if doctor is not None and lock:
        session.refresh(doctor, with_for_update=LOCKED)
    if (home, day) not in known.times:
        known.times[home, day] = _times_of_department(session, home, day)
    times = known.times[home, day]
    if doctor is None:
        return Whose(home, None, "", usual, times)
    if not is_open(doctor, day):
        message = Text(N_("{doctor} takes no visitors on {day}."), {"doctor": doctor.name, "day": day})
        raise RuleError("appointment.doctor-gone", message)
    return Whose(home, doctor.id, doctor.name, doctor.slot_minutes or usual, times)


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


def same_person(session: Session, name: str, phone: str) -> int | None:
    """Return the visitor with exactly this name and this phone, the latest if there are several.

    Raises `InputError` at "name" or "phone" for what nobody can be called.
    """
    person = plain_line("name", name).strip(), plain_line("phone", phone).strip()
    return same_people(session, [person]).get(person)


def same_people(session: Session, people: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the visitors with exactly these names and phones, of several alike the latest; who is not known is left out.

    Names and phones of records that were merged into a visitor's are the visitor's as well.
    """
    by_key: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, phone in people:
        if name and phone:
            candidate = candidate_of(None, VisitorDraft(name=name, phone=phone))
            for key in blocking_keys(candidate):
                by_key[key].append((name, phone))
    found: dict[tuple[str, str], int] = {}
    for part in parts(sorted(key for key in by_key if key.startswith(PHONE_BLOCK))):
        asked = (
            select(DuplicateKey.key, Visitor.id, Visitor.name, Visitor.phone)
            .join(Visitor, Visitor.id == DuplicateKey.visitor_id)
            .where(DuplicateKey.key.in_(part), Visitor.merged_into_id.is_(None))
        )
        rows = session.execute(asked.order_by(Visitor.id)).all()
        earlier = _merged_into(session, {row.id for row in rows})
        for key, visitor_id, called, phone in rows:
            known = [(called, phone), *earlier.get(visitor_id, ())]
            alike = [person for person in by_key[key] if _is_known(person, key, known)]
            found |= dict.fromkeys(alike, visitor_id)
    return found


def _merged_into(session: Session, ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """Return the names and phones of the records that went into each of `ids`."""
    found: dict[int, list[tuple[str, str]]] = {}
    for part in parts(sorted(ids)):
        for kept, gone in merged_by_root(session, part).items():
            found[kept] = [(record.name, record.phone) for record in gone]
    return found


def _is_known(person: tuple[str, str], key: str, known: Iterable[tuple[str, str]]) -> bool:
    """Say whether somebody has this name, and this phone among those that end as the blocking key does."""
    names, phones = zip(*known, strict=True)
    alike = (phone for phone in phones if _digits(phone).endswith(key.removeprefix(PHONE_BLOCK)))
    return person[0] in names and any(_same_phone(person[1], phone) for phone in alike)


def _same_phone(one: str, other: str) -> bool:
    """Say whether two numbers are one: alike, or the longer with the code of a country or area before it."""
    shorter, longer = sorted((_digits(phone).lstrip("0") for phone in (one, other)), key=len)
    return longer.endswith(shorter)


def _digits(phone: str) -> str:
    return "".join(filter(str.isdecimal, phone))


# --- What is done -------------------------------------------------------------------------------------------------


def note_event(work: Work, booked: Appointment, act: AppointmentAct, reason: str = "") -> None:
    """Add a line to an appointment's history, by the acting person, now."""
    note_events(work, act, [(booked, reason)])


def note_events(work: Work, act: AppointmentAct, several: Iterable[tuple[Appointment, str]]) -> None:
    """Add a line to the history of each of several appointments, with the reason."""
    by = {"act": act, "at": work.now, "account_id": work.actor.account_id or None}
    lines = [
        {"appointment_id": booked.id, "reason": reason, **by}
        | {"starts_at": booked.starts_at, "doctor_id": booked.doctor_id}
        for booked, reason in several
    ]
    work.session.execute(_ADD_EVENT, lines)


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


def check_place(
    taken: Taken, place: Place, visitor_id: int, now: dt.datetime, *, goes_back: bool = False
) -> bool:
    """Refuse what the rules forbid; return whether it is booked beside another one. `now` is UTC.

    An appointment that `goes_back` to where it stood before may do so although that time has passed.
    """
    whom, begins, clock = place.whom, local(place.starts_at), local(now)
    wish = Wish(begins, place.minutes, whom.doctor, reason=place.reason)
    # Before anything is reckoned with a length that may be centuries.
    rules.check_length(wish)
    if not goes_back:
        rules.check_time(wish, clock)
    if (
        not goes_back or whom.doctor_id is None
    ):  # Of which department whoever was there was, no history tells.
        spans = whom.spans(begins.date())
        # The next duty is looked for in weeks to come: only where it is going to be said.
        later = None if rules.is_within(wish, spans) else whom.following(max(begins, clock))
        rules.check_duty(wish, spans, later)
    rules.check_same_visitor(wish, [one.booked for one in taken.of_visitor(visitor_id, begins)])
    room = room_at(whom, begins, place.minutes, taken)
    return rules.check_taken(replace(wish, room=room), taken.with_whom(whom, begins))


def add_appointment(work: Work, draft: BookingDraft, visitor_id: int, uid: str = "") -> Appointment:
    """Book a time for a visitor who is locked already. Raises `RuleError`, `InputError`."""
    day = local(draft.starts_at).date()
    whom = whose(work.session, draft.department_id, draft.doctor_id, day, lock=True)
    reason, note = plain_line("reason", draft.reason), plain_text("note", draft.note)
    place = Place(whom, draft.starts_at, draft.minutes or whom.minutes, reason)
    taken = read_taken(work.session, whom, visitor_id, place.starts_at)
    beside = check_place(taken, place, visitor_id, work.now)
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
    who, goes_back = booked.visitor_id, stood_at(work, booked, place)
    taken = read_taken(work.session, place.whom, who, place.starts_at, booked.id)
    beside = check_place(taken, place, who, work.now, goes_back=goes_back)
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
    taken = read_taken(work.session, whom, booked.visitor_id, booked.starts_at, booked.id)
    # It had its time: that nobody is on duty then any more gives it to nobody else.
    room = max(room_at(whom, begins, booked.minutes, taken), 1)
    wish = Wish(begins, booked.minutes, whom.doctor, room)
    rules.check_same_visitor(wish, [one.booked for one in taken.of_visitor(booked.visitor_id, begins)])
    if not booked.over_booked:
        rules.check_taken(wish, taken.with_whom(whom, begins))
    _turn(booked, AppointmentState.BOOKED)
    note_event(work, booked, AppointmentAct.REOPENED)
    _record(work, "appointment.reopen", booked, "")


def _whose_it_was(work: Work, booked: Appointment) -> Whose:
    """Return whose time an appointment takes, locked, whether they still take visitors or not."""
    session, home = work.session, booked.department_id
    doctor = session.get_one(Doctor, booked.doctor_id) if booked.doctor_id is not None else None
    session.get_one(Department, home, with_for_update=LOCKED)
    times = _times_of_department(session, home, local(booked.starts_at).date())
    return Whose(home, booked.doctor_id, doctor.name if doctor else "", booked.minutes, times)


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
