"""A visit's place in the line, inside a transaction that is already open.

A visit has one place from its first number on. Whatever happens to the place is entered here: the row
changes, an event keeps what it was before, the trail gets a line. Whoever calls holds the visit's lock, so
two desks never change one place at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.models.directory import Doctor
from deskapp.db.models.intake import Appointment, QueueNumber, Visit, Visitor
from deskapp.db.models.waiting import Care, QueueEntry, QueueEvent
from deskapp.db.unit_of_work import Work
from deskapp.domain.registration import EndReason, SlipState, Step
from deskapp.domain.text import N_, Text
from deskapp.domain.urgency import Urgency, is_milder
from deskapp.domain.waiting import LIVE, OPEN, CareKind, QueueAct, Standing, after
from deskapp.errors import RuleError
from deskapp.services.intake import views
from deskapp.services.intake.history import changed, enter_step, is_done

ACT_OF: Final = {
    Standing.FINISHED: QueueAct.FINISHED,
    Standing.LEFT: QueueAct.LEFT,
    Standing.EMERGENCY: QueueAct.EMERGENCY,
    Standing.WITHDRAWN: QueueAct.WITHDRAWN,
}
STANDING_OF_END: Final = {EndReason.LEFT_UNSEEN: Standing.LEFT, EndReason.EMERGENCY: Standing.EMERGENCY}
"""What becomes of the place when a visit ends; for any other reason the number is withdrawn."""


class Before(msgspec.Struct, omit_defaults=True):
    """What an act changed, as it was: of the place, the visit, the visitor; and the steps it brought along."""

    place: dict[str, Any] = msgspec.field(default_factory=dict)
    visit: dict[str, Any] = msgspec.field(default_factory=dict)
    visitor: dict[str, Any] = msgspec.field(default_factory=dict)
    steps: list[Step] = msgspec.field(default_factory=list)


# On tables and made once: every number that is given sends these.
_ENTRY: Final = table_of(QueueEntry)
_ADD_ENTRY: Final = insert(_ENTRY).returning(_ENTRY.c.id)
_ADD_EVENT: Final = insert(table_of(QueueEvent))
_OF_VISIT: Final = select(QueueEntry).where(QueueEntry.visit_id == bindparam("visit"))
_BOOKED: Final = select(Appointment.starts_at).where(Appointment.id == bindparam("appointment"))
_EVENTS: Final = (
    select(QueueEvent).where(QueueEvent.entry_id == bindparam("entry")).order_by(QueueEvent.id.desc())
)


def place_of(session: Session, visit_id: int) -> QueueEntry | None:
    """Return a visit's place, if it ever had a number."""
    return session.scalar(_OF_VISIT, {"visit": visit_id})


# --- Coming into the line ---------------------------------------------------------------------------------------


def join(work: Work, visit: Visit, number: QueueNumber) -> None:
    """Give a visit that got a number its place; with a new number after a void one it gets its old place back.

    Whoever was with the doctor before the number was written down is with the doctor.
    """
    line = _line_of(work.session, visit, number)
    entry = place_of(work.session, visit.id)
    if entry is not None:
        _join_again(work, entry, visit, number, line)
        return
    _add_entry(work, visit, number, line)
    if visit.checked_in is not None:
        started(work, visit)


def _add_entry(work: Work, visit: Visit, number: QueueNumber, line: Mapping[str, Any]) -> None:
    starts = _appointment_at(work.session, visit)
    values = {
        "visit_id": visit.id,
        "number_id": number.id,
        **line,
        "day": number.day,
        "standing": Standing.WAITING,
        "joined_at": number.issued_at,
        "since": number.issued_at,
        "appointment_at": starts,
        "calls": 0,
        "absences": 0,
        "room": "",
        "reason": "",
        "version": 1,
    }
    key = work.session.execute(_ADD_ENTRY, values).scalar_one()
    _add_event(work, key, QueueAct.JOINED, at=number.issued_at)
    after_it = {
        "visit": visit.id,
        "label": number.label,
        "queue": line["queue"],
        "standing": Standing.WAITING,
    }
    work.record("queue.joined", "queue", key, after=after_it)


def _join_again(
    work: Work, entry: QueueEntry, visit: Visit, number: QueueNumber, line: Mapping[str, Any]
) -> None:
    values: dict[str, Any] = {**line, "number_id": number.id, "day": number.day}
    if entry.standing in LIVE:
        # The number it had was voided by a program that knows no places.
        enter(work, entry, QueueAct.JOINED, {**values, "standing": entry.standing})
        return
    if entry.day != number.day or entry.began_at is not None:
        values |= {"joined_at": number.issued_at, "since": number.issued_at}
    values |= dict.fromkeys(("called_at", "called_by", "began_at", "finished_at"))
    values |= {
        "appointment_at": _appointment_at(work.session, visit),
        "room": "",
        "reason": "",
        "absences": 0,
    }
    enter(work, entry, QueueAct.JOINED, values)


def _line_of(session: Session, visit: Visit, number: QueueNumber) -> dict[str, Any]:
    """Return in which line a number's visitor waits: where the visit goes, else where the number is of.

    A number given on paper is of whatever block was at hand.
    """
    department, doctor, queue = visit.department_id, visit.doctor_id, number.queue
    if department is None:
        kind, _, identity = number.queue.partition(":")
        doctor = int(identity) if kind == "doctor" else None
        home = select(Doctor.department_id).where(Doctor.id == doctor)
        department = session.scalars(home).one() if kind == "doctor" else int(identity)
    elif number.block_id is not None:
        queue = views.queue_of(session, department, doctor)[0]
    return {"queue": queue, "department_id": department, "doctor_id": doctor}


def _appointment_at(session: Session, visit: Visit) -> dt.datetime | None:
    if visit.appointment_id is None:
        return None
    return session.scalar(_BOOKED, {"appointment": visit.appointment_id})


# --- Leaving it, and coming back ----------------------------------------------------------------------------------


def leave(work: Work, visit: Visit, standing: Standing, reason: str = "") -> None:
    """Take an ending visit out of the line; called before the visit's own columns change."""
    entry = place_of(work.session, visit.id)
    if entry is None or entry.standing not in LIVE:
        return
    visit_before: dict[str, Any] = {"ended": None, "end_note": "", "ended_at": None}
    if standing is Standing.EMERGENCY:
        visit_before["urgency"] = visit.urgency
    before = Before(visit=visit_before)
    enter(work, entry, ACT_OF[standing], {"reason": reason}, before=before, reason=reason)


def withdraw(work: Work, visit: Visit, number: QueueNumber, reason: str = "") -> None:
    """Take a visit whose number is voided out of the line."""
    entry = place_of(work.session, visit.id)
    if entry is not None and entry.standing in LIVE and entry.number_id == number.id:
        enter(work, entry, QueueAct.WITHDRAWN, {"reason": reason}, reason=reason)


def rejoin(work: Work, visit: Visit) -> None:
    """Put a visit whose end was taken back where it stood; without a valid number it stays out of the line."""
    entry = place_of(work.session, visit.id)
    if entry is None or entry.standing in LIVE or entry.standing is Standing.FINISHED:
        return
    if _number_is_void(work.session, entry):
        if entry.standing is not Standing.WITHDRAWN:
            # Nobody left, after all, and there is no number to wait with.
            enter(work, entry, QueueAct.WITHDRAWN, {"standing": Standing.WITHDRAWN, "reason": ""})
        return
    event = last_event(work.session, entry.id)
    if event is None or event.act not in (QueueAct.LEFT, QueueAct.EMERGENCY, QueueAct.WITHDRAWN):
        # It left before there were events of it.
        enter(work, entry, QueueAct.UNDONE, {"standing": Standing.WAITING, "reason": ""})
        return
    before = _decoded(event)
    enter(work, entry, QueueAct.UNDONE, {"reason": "", **before.place}, undoes=event)
    _take_back(work, visit, event, before)


# --- With the doctor ------------------------------------------------------------------------------------------------


def start(work: Work, entry: QueueEntry, visit: Visit) -> None:
    """Enter that the doctor begins with a visitor; whoever is said to be brought later was brought with it."""
    steps = () if is_done(work.session, visit.id, Step.ESCORT) else (Step.ESCORT,)
    _go_in(work, entry, visit, *steps)
    visit.doctor_began = work.now


def _go_in(work: Work, entry: QueueEntry, visit: Visit, *steps: Step) -> None:
    """Enter that a visitor is with the doctor; `steps` are those of the visit that are taken back with it."""
    # Whoever brought the visitor has entered that a moment ago.
    checked_in = None if visit.checked_in == work.now else visit.checked_in
    before = Before(visit={"checked_in": checked_in, "doctor_began": visit.doctor_began}, steps=list(steps))
    # Whoever goes in is of today, whenever the number was given: an older place is not shown any more.
    values = {"began_at": work.now, "day": max(entry.day, work.day)}
    enter(work, entry, QueueAct.STARTED, values, before=before)
    visit.version += 1
    visit.checked_in = visit.checked_in or work.now


def started(work: Work, visit: Visit) -> None:
    """Enter that a visitor was brought to the doctor, as a step of the visit.

    When the doctor began is another time, and may never be told.
    """
    entry = place_of(work.session, visit.id)
    if entry is not None and entry.standing in OPEN:
        _go_in(work, entry, visit, Step.ESCORT)


def not_started(work: Work, visit: Visit) -> None:
    """Enter that a visitor was not brought to the doctor after all: the place is where it was before."""
    entry = place_of(work.session, visit.id)
    seen = (Standing.WITH_DOCTOR, Standing.FINISHED)
    while entry is not None and entry.standing in seen:
        event = last_event(work.session, entry.id)
        if event is None or event.act not in (QueueAct.STARTED, QueueAct.FINISHED):
            enter(work, entry, QueueAct.UNDONE, {"standing": Standing.WAITING, "began_at": None})
            visit.doctor_began = None
            break
        before = _decoded(event)
        place = {"standing": Standing.WAITING, "began_at": None, **before.place}
        enter(work, entry, QueueAct.UNDONE, place, undoes=event)
        _put_back(visit, before.visit)


# --- Where the visit goes ---------------------------------------------------------------------------------------------


def follow(work: Work, visit: Visit, before: Before) -> None:
    """Let the place follow a visit that was sent elsewhere; `before` is what the visit was."""
    entry = place_of(work.session, visit.id)
    if entry is None or entry.standing not in LIVE or visit.department_id is None:
        return
    values = _place_for(work.session, visit.department_id, visit.doctor_id)
    if values["queue"] != entry.queue and entry.standing in OPEN:
        move(work, entry, visit, before)
    elif any(getattr(entry, name) != value for name, value in values.items()):
        _set(work, entry, values)


def move(work: Work, entry: QueueEntry, visit: Visit, before: Before, reason: str = "") -> None:
    """Let a place go to the line of where its visit was sent; a call to another room holds no more."""
    assert visit.department_id is not None
    values = _place_for(work.session, visit.department_id, visit.doctor_id)
    values |= {"called_at": None, "called_by": None, "room": "", "reason": ""}
    enter(work, entry, QueueAct.MOVED, values, before=before, reason=reason)


def _place_for(session: Session, department: int, doctor: int | None) -> dict[str, Any]:
    queue = views.queue_of(session, department, doctor)[0]
    return {"queue": queue, "department_id": department, "doctor_id": doctor}


def looked_at(work: Work, visit: Visit) -> None:
    """Enter that somebody has just judged how urgent it is: looking again is not due before long."""
    entry = place_of(work.session, visit.id)
    if entry is not None and entry.standing in OPEN:
        care = Care(visit_id=visit.id, kind=CareKind.REASSESSED, at=work.now)
        care.account_id = work.actor.account_id
        work.session.add(care)
        work.record("visit.care", "visit", visit.id, after={"kind": care.kind, "note": ""})
        work.touch("queue", entry.id)


def booked(work: Work, visit: Visit, starts_at: dt.datetime | None) -> None:
    """Let the place know the time of the visit's appointment, None when it has none any more."""
    entry = place_of(work.session, visit.id)
    if entry is not None and entry.appointment_at != starts_at:
        _set(work, entry, {"appointment_at": starts_at})


def _set(work: Work, entry: QueueEntry, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(entry, name, value)
    entry.version += 1
    work.touch("queue", entry.id)


# --- Entering, and taking back ----------------------------------------------------------------------------------------


def enter(
    work: Work,
    entry: QueueEntry,
    act: QueueAct,
    values: Mapping[str, Any],
    *,
    before: Before | None = None,
    reason: str = "",
    undoes: QueueEvent | None = None,
) -> None:
    """Let something happen to a place: `values` are its columns afterwards, the state follows from the act.

    Raises `RuleError` where the act is not possible. `before` is what else changes with it.
    """
    values = dict(values)
    if "standing" not in values:
        values["standing"] = after(act, entry.standing, entry.absences)
    was = {name: getattr(entry, name) for name in values}
    before = before or Before()
    before.place = was
    for name, value in values.items():
        setattr(entry, name, value)
    entry.version += 1
    text = msgspec.json.encode(before).decode()
    _add_event(work, entry.id, act, reason=reason, before=text, undoes=undoes.id if undoes else None)
    told = {"visit": entry.visit_id, **values} | ({"said": reason} if reason else {})
    work.record(f"queue.{act.value}", "queue", entry.id, before=was, after=told)
    work.touch("visit", entry.visit_id)


def _add_event(
    work: Work,
    entry_id: int,
    act: QueueAct,
    *,
    at: dt.datetime | None = None,
    reason: str = "",
    before: str = "",
    undoes: int | None = None,
) -> None:
    event = {"entry_id": entry_id, "act": act, "at": at or work.now, "reason": reason, "before": before}
    event |= {"account_id": work.actor.account_id or None, "undoes_id": undoes}
    work.session.execute(_ADD_EVENT, event)


def last_event(session: Session, entry_id: int) -> QueueEvent | None:
    """Return the last thing that happened to a place and was not taken back."""
    undone: set[int | None] = set()
    for event in session.scalars(_EVENTS, {"entry": entry_id}):
        if event.act is QueueAct.UNDONE:
            undone.add(event.undoes_id)
        elif event.id not in undone:
            return event
    return None


def undo(work: Work, entry: QueueEntry, visit: Visit) -> None:
    """Take back the last thing that happened to a place, with what it changed of the visit.

    Raises `RuleError` when there is nothing to take back, or when it can't be.
    """
    event = last_event(work.session, entry.id)
    if event is None or event.act is QueueAct.JOINED or not event.before:
        raise RuleError("queue.nothing", Text(N_("There is nothing to take back here.")))
    if _number_is_void(work.session, entry):
        message = Text(N_("The number was voided: it can't come back. Give the visit a new one."))
        raise RuleError("queue.void", message)
    before = _decoded(event)
    if visit.ended is not None and "ended" not in before.visit:
        raise RuleError("visit.ended", Text(N_("This visit has ended. Take back its end first.")))
    enter(work, entry, QueueAct.UNDONE, before.place, undoes=event)
    _take_back(work, visit, event, before)


def _take_back(work: Work, visit: Visit, event: QueueEvent, before: Before) -> None:
    if event.act is QueueAct.EMERGENCY and _in_danger(work.session, visit, before.visit.get("urgency")):
        # Judged before those signs: how much less urgent than emergency it is, a person says, with the reason.
        before.visit.pop("urgency", None)
    was = {name: getattr(visit, name) for name in before.visit}
    _put_back(visit, before.visit)
    for step in before.steps:
        if is_done(work.session, visit.id, step):
            enter_step(work, visit.id, step, done=False)
    if before.visitor and visit.visitor_id is not None:
        _put_back(work.session.get_one(Visitor, visit.visitor_id), before.visitor)
    if before.visit:
        changed(work, visit, "visit.line-undone", was, {"act": event.act, **before.visit})


def _in_danger(session: Session, visit: Visit, judged: int | None) -> bool:
    """Say whether the latest vital signs are more urgent than what was judged; not judged at all counts as last."""
    signs = views.latest_vitals(session, visit.id)
    return signs is not None and is_milder(judged or max(Urgency), signs.level)


def _put_back(row: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


_TYPES: Final[Mapping[str, Any]] = {
    "standing": Standing,
    "day": dt.date,
    "ended": EndReason | None,
} | dict.fromkeys(
    (
        "joined_at", "since", "appointment_at", "called_at", "began_at", "finished_at",
        "checked_in", "doctor_began", "ended_at",
    ),
    dt.datetime | None,
)  # fmt: skip
"""What the columns hold that JSON has no words for."""


def _decoded(event: QueueEvent) -> Before:
    found = msgspec.json.decode(event.before or "{}", type=Before)
    for values in (found.place, found.visit):
        for name, value in values.items():
            if name in _TYPES:
                values[name] = msgspec.convert(value, _TYPES[name])
    return found


def valid_number(session: Session, visit_id: int) -> int | None:
    """Return the id of the visit's valid number."""
    asked = select(QueueNumber.id).where(
        QueueNumber.visit_id == visit_id, QueueNumber.state != SlipState.VOID
    )
    return session.scalar(asked.order_by(QueueNumber.id.desc()).limit(1))


def _number_is_void(session: Session, entry: QueueEntry) -> bool:
    return session.get_one(QueueNumber, entry.number_id).state is SlipState.VOID
