"""Reading appointments from a file: each row is held against the same rules as one that is typed.

A row with a UID that is known changes that appointment, or cancels it; one without is known when the same visitor
has this very time already. Who is not known by name and phone is registered with the first row.

The good rows of a long file are stored in portions, each held against the rules again in a transaction of its own:
other desks go on registering meanwhile. Whoever wants all rows or none gets one transaction, however long it takes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp.db import search
from deskapp.db.audit import AuditLine
from deskapp.db.base import table_of
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Appointment, Visitor
from deskapp.db.unit_of_work import Work
from deskapp.domain import appointments as rules
from deskapp.domain.appointments import AppointmentAct
from deskapp.domain.fields import storable
from deskapp.domain.intake import MAX_LINE, MAX_TEXT, VisitorDraft
from deskapp.domain.registration import AppointmentState
from deskapp.domain.retention import erased_error, is_erased
from deskapp.domain.slots import Booked
from deskapp.domain.text import N_, Text
from deskapp.domain.visitor_rules import problems
from deskapp.errors import ConflictError, DeskError, InputError, RuleError
from deskapp.services.directory import local
from deskapp.services.intake.appointment_versions import Past, marked, pasts_of, refuse_older
from deskapp.services.intake.booking import (
    LOCKED,
    Known,
    Place,
    check_place,
    note_events,
    same_people,
    told,
    whose,
)
from deskapp.services.intake.taken import Held, Taken, Whose, read_held
from deskapp.services.transfer.bulk import (
    Prepared,
    forget_crowds,
    insert_rows,
    new_ids,
    prefix_counts,
    prepare,
)
from deskapp.services.transfer.columns import ReadRow, folded
from deskapp.services.transfer.plan import Entry, Plan, Progress, parts, record_lines, silent
from deskapp.services.transfer.report import Outcome, RowNote
from deskapp.services.transfer.upsert import departments_by_name
from deskapp.services.transfer.visitors import register

Person = tuple[str, str]
"""Name and phone as a row has them."""
APART: Final = dt.timedelta(days=2)
"""Days further apart have no appointment in common: each is shorter than a day."""
PORTION: Final = 100
"""Rows stored in one transaction, a fraction of a second, where the good ones are wanted and not all or none."""
TOLD_EVERY: Final = 100
"""Rows between two words of how far it is."""
YEARS: Final = range(1900, 2200)
"""Years that a row may name: nearer to the ends of the calendar the days around a time can't be reckoned."""


@dataclass(frozen=True)
class Doing:
    """What a row is going to do: with which appointment, for whom, where. `cancels` leaves the place empty."""

    existing: int | None
    visitor_id: int
    place: Place | None
    over_booked: bool = False
    cancels: bool = False


@dataclass
class _State:
    """What the rows before have settled."""

    session: Session
    now: dt.datetime
    names: dict[str, list[int]]
    departments: Mapping[str, int]
    by_uid: dict[str, Appointment]
    people: dict[Person, int]
    taken: Taken
    pasts: Mapping[int, Past] = field(default_factory=dict)
    whom: dict[tuple[int | None, int | None, dt.date], Whose] = field(default_factory=dict)
    read: Known = field(default_factory=Known)
    house: Sequence[Doctor | Department] = ()
    """Held, so that looking one up asks for nothing."""


class AppointmentImport:
    """The import of one file of appointments."""

    def __init__(self, rows: Sequence[ReadRow], now: dt.datetime, progress: Progress = silent) -> None:
        self.now = now
        self.progress = progress
        self.new: dict[Person, Prepared] = {}
        self.refused = [note for row in rows if (note := _unstorable(row)) is not None] + _repeated(rows)
        bad = {note.row for note in self.refused}
        self.rows = [row for row in rows if row.number not in bad]
        self.crowds: list[str] = []

    def plan(self, session: Session) -> Plan:
        """Hold each row against the rules, as if those before it were stored."""
        plan = Plan(problems=list(self.refused))
        state = _State(
            *(session, self.now, _doctors(session), departments_by_name(session), _known(session, self.rows)),
            same_people(session, (_named(row.values) for row in self.rows)),
            _taken(session, self.rows),
        )
        state.house = [*session.scalars(select(Doctor)), *session.scalars(select(Department))]
        state.pasts = pasts_of(session, [booked.id for booked in state.by_uid.values()])
        # What is called off makes room for the others, wherever it stands in the file.
        for count, row in enumerate(sorted(self.rows, key=lambda row: not row.values.get("cancelled"))):
            if count % TOLD_EVERY == 0:
                self.progress(count, len(self.rows))
            try:
                plan.entries.append(_entry(row, state, plan))
            except DeskError as error:
                field_name = error.field if isinstance(error, InputError) else ""
                plan.problems.append(RowNote(row.number, field_name, error.text))
            if row.values.get("repeats"):
                message = N_("This event repeats. Only the first time was read; book the others one by one.")
                plan.notes.append(RowNote(row.number, "", Text(message)))
        return plan

    def ready(self, plan: Plan) -> None:
        """Work out under what the new visitors of a plan are found: that takes longer than storing them."""
        self._prepare(plan.with_outcome(Outcome.ADDED))

    def portions(self, plan: Plan) -> Iterator[AppointmentImport]:
        """Yield imports of what a plan stores, each of few rows and ready to be written.

        What changes comes first, in its order: one row may wait for the place that another one leaves. Of what is
        added a row that needs a reason to stand beside others comes after these, and days and doctors stay together: of
        each portion's days all that is taken is read.
        """
        rows = {row.number: row for row in self.rows}
        added = sorted(plan.with_outcome(Outcome.ADDED), key=_together)
        counts: Counter[str] = Counter()
        for part in parts([*plan.with_outcome(Outcome.CHANGED), *added], PORTION):
            portion = AppointmentImport([rows[entry.row] for entry in part], self.now)
            portion._prepare([entry for entry in part if entry.outcome is Outcome.ADDED])
            counts += prefix_counts(portion.new.values())
            yield portion
            self.crowds = sorted({*self.crowds, *portion.crowds})
        self.crowds = sorted({*self.crowds, *_busy(counts)})

    def write(self, work: Work, plan: Plan, progress: Progress) -> None:
        """Register who is new, book, move and cancel; somebody who booked meanwhile comes first."""
        if (
            work.session.get_bind().dialect.name != "sqlite"
        ):  # There nobody writes since this transaction began.
            _lock(work, plan)
            outcomes = [entry.outcome for entry in self.plan(work.session).entries]
            if outcomes != [entry.outcome for entry in plan.entries]:
                raise ConflictError
        changed, added = plan.with_outcome(Outcome.CHANGED), plan.with_outcome(Outcome.ADDED)
        for part in parts(changed):
            record_lines(work, [_change(work, entry.extra, entry.values) for entry in part])
        people = self._register(work, added)
        done = len(changed)
        for part in parts(added):
            _book(work, part, people)
            done += len(part)
            progress(done, len(changed) + len(added))
        work.touch("appointment")

    def _register(self, work: Work, added: Sequence[Entry]) -> dict[int, int]:
        """Register who is new; return under which number each stands who had one below zero."""
        self._prepare(added)
        people = {
            entry.extra.visitor_id: self.new[_named(entry.values)]
            for entry in added
            if entry.extra.visitor_id < 0
        }
        if not people:
            return {}
        touched = forget_crowds(work.session, people.values())
        self.crowds = sorted({*_busy(prefix_counts(people.values())), *touched})
        return dict(zip(people, register(work, list(people.values())), strict=True))

    def _prepare(self, added: Iterable[Entry]) -> None:
        for entry in added:
            name, phone = person = _named(entry.values)
            if entry.extra.visitor_id < 0 and person not in self.new:
                self.new[person] = prepare(VisitorDraft(name=name, phone=phone), local(self.now).date())


def _together(entry: Entry) -> tuple[bool, dt.date, int, int]:
    place: Place = entry.extra.place
    whose_day = (local(place.starts_at).date(), place.whom.department_id, place.whom.doctor_id or 0)
    return bool(place.reason), *whose_day


def _busy(counts: Counter[str]) -> list[str]:
    """Return the prefixes under which so many of a file are found that their best are worth storing."""
    return [prefix for prefix, count in counts.items() if count > search.HOT_OVER]


# --- Planning -----------------------------------------------------------------------------------------------------


def _unstorable(row: ReadRow) -> RowNote | None:
    """Return what of a row can't even be looked for."""
    try:
        for name in ("name", "phone", "uid", "reason"):
            storable(name, row.values.get(name, ""), MAX_LINE)
        storable("note", row.values.get("note", ""), MAX_TEXT)
    except InputError as error:
        return RowNote(row.number, error.field, error.text)
    return None


def _repeated(rows: Sequence[ReadRow]) -> list[RowNote]:
    """Return the rows whose UID an earlier row has: which of them holds, nobody can say."""
    notes = []
    seen: dict[str, int] = {}
    for row in rows:
        uid = row.values.get("uid")
        first = seen.setdefault(uid, row.number) if uid else row.number
        if first != row.number:
            message = Text(N_("“{value}” stands in row {row} already."), {"value": uid, "row": first})
            notes.append(RowNote(row.number, "uid", message))
    return notes


def _doctors(session: Session) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for key, number, name in session.execute(
        select(Doctor.id, Doctor.number, Doctor.name).where(Doctor.active)
    ):
        for called in {folded(number), folded(name)}:
            found.setdefault(called, []).append(key)
    return found


def _known(session: Session, rows: Sequence[ReadRow]) -> dict[str, Appointment]:
    uids = [row.values["uid"] for row in rows if row.values.get("uid")]
    found: dict[str, Appointment] = {}
    for part in parts(uids):
        for booked in session.scalars(select(Appointment).where(Appointment.uid.in_(part))):
            found[booked.uid] = booked
    return found


def _taken(session: Session, rows: Sequence[ReadRow]) -> Taken:
    """Return all times that may be in the way of a file's, read at once: of the days around those that it names."""
    moments = [moment for row in rows if (moment := _moment(row.values)).year in YEARS]
    taken = Taken()
    stretch: list[dt.date] = []
    for day in sorted({moment.astimezone(dt.UTC).date() for moment in moments}):
        if stretch and day - stretch[-1] > APART:
            _read(session, stretch, taken)
            stretch = []
        stretch.append(day)
    _read(session, stretch, taken)
    return taken


def _read(session: Session, days: Sequence[dt.date], taken: Taken) -> None:
    if days:
        first, last = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (days[0], days[-1]))
        for one in read_held(session, first, last + dt.timedelta(days=1)):
            taken.add(one)


def _entry(row: ReadRow, state: _State, plan: Plan) -> Entry:
    values = row.values
    existing = state.by_uid.get(values.get("uid") or "")
    if values.get("cancelled"):
        return _cancelling(row, existing, state, plan)
    place = _place(values, state)
    if existing is not None:
        return _changing(row, existing, place, state, plan)
    visitor_id = _visitor(row, state)
    if _has_already(state, visitor_id, place):
        return Entry(row.number, Outcome.KNOWN, values)
    beside = check_place(state.taken, place, visitor_id, state.now)
    _plan(state, values, place, visitor_id)
    return Entry(row.number, Outcome.ADDED, values, extra=Doing(None, visitor_id, place, beside))


def _cancelling(row: ReadRow, existing: Appointment | None, state: _State, plan: Plan) -> Entry:
    if existing is None:
        plan.notes.append(RowNote(row.number, "", Text(N_("Cancelled, and never booked here."))))
        return Entry(row.number, Outcome.KNOWN, row.values)
    if existing.state is AppointmentState.CANCELLED:
        return Entry(row.number, Outcome.KNOWN, row.values)
    rules.check_open(existing.state)
    refuse_older(state.pasts.get(existing.id), row.values)
    state.taken.gone.add(existing.id)
    doing = Doing(existing.id, existing.visitor_id, None, cancels=True)
    return Entry(row.number, Outcome.CHANGED, row.values, told(existing), doing)


def _changing(row: ReadRow, existing: Appointment, place: Place, state: _State, plan: Plan) -> Entry:
    where = (existing.starts_at, existing.minutes, existing.department_id, existing.doctor_id)
    if where == (place.starts_at, place.minutes, place.whom.department_id, place.whom.doctor_id):
        if existing.state is AppointmentState.CANCELLED:
            plan.notes.append(RowNote(row.number, "", Text(N_("It was cancelled here, and stays so."))))
        return Entry(row.number, Outcome.KNOWN, row.values)
    rules.check_open(existing.state)
    refuse_older(state.pasts.get(existing.id), row.values)
    beside = _check_without(existing.id, place, existing.visitor_id, state)
    _plan(state, row.values, place, existing.visitor_id)
    doing = Doing(existing.id, existing.visitor_id, place, beside)
    return Entry(row.number, Outcome.CHANGED, row.values, told(existing), doing)


def _check_without(existing: int, place: Place, visitor_id: int, state: _State) -> bool:
    """Hold a new place against everything but the appointment that leaves its old one for it."""
    state.taken.gone.add(existing)
    try:
        return check_place(state.taken, place, visitor_id, state.now)
    except RuleError:
        state.taken.gone.discard(existing)
        raise


def _plan(state: _State, values: Mapping[str, Any], place: Place, visitor_id: int) -> None:
    booked = Booked(local(place.starts_at), place.minutes, values.get("name", ""), place.whom.doctor)
    state.taken.add(Held(visitor_id, place.whom.department_id, place.whom.doctor_id, booked))


def _place(values: Mapping[str, Any], state: _State) -> Place:
    doctor_id, department_id = _where(values, state)
    if doctor_id is None and department_id is None:
        message = N_("Neither a doctor nor a department of this hospital is named.")
        raise InputError("doctor", "appointment.where", Text(message))
    starts = _starts(values)
    asked = (department_id, doctor_id, local(starts).date())
    if asked not in state.whom:
        state.whom[asked] = whose(state.session, department_id or 0, *asked[1:], known=state.read)
    whom = state.whom[asked]
    minutes = values.get("minutes") or whom.minutes
    return Place(whom, starts, minutes, values.get("reason", ""))


def _starts(values: Mapping[str, Any]) -> dt.datetime:
    """Return when a row begins, UTC: as a calendar file says, or by the site's wall clock."""
    starts = _moment(values)
    if starts.year not in YEARS:
        message = N_("“{value}” is no date. Write it like 1990-03-21.")
        raise InputError("date", "appointment.year", Text(message, {"value": starts.date()}))
    return starts.astimezone(dt.UTC)


def _moment(values: Mapping[str, Any]) -> dt.datetime:
    found: dt.datetime = values.get("starts") or dt.datetime.combine(values["date"], values["time"])
    return found


def _where(values: Mapping[str, Any], state: _State) -> tuple[int | None, int | None]:
    """Return which doctor and which department a row names, by number, code or name."""
    if "places" in values:
        called = [folded(place) for place in values["places"]]
        doctors = next((state.names[name] for name in called if name in state.names), [])
        department = next((state.departments[name] for name in called if name in state.departments), None)
        return _only(doctors), department
    doctor, place = values.get("doctor"), values.get("department")
    department = state.departments.get(folded(place)) if place else None
    if place and department is None:
        message = Text(N_("There is no department “{name}”."), {"name": place})
        raise InputError("department", "department.unknown", message)
    if not doctor:
        return None, department
    if folded(doctor) not in state.names:
        message = Text(N_("There is no doctor “{name}”."), {"name": doctor})
        raise InputError("doctor", "doctor.unknown", message)
    return _only(state.names[folded(doctor)]), department


def _only(doctors: Sequence[int]) -> int | None:
    if len(doctors) > 1:
        message = N_("Several doctors have this name. Write the doctor's number.")
        raise InputError("doctor", "doctor.several", Text(message))
    return doctors[0] if doctors else None


def _named(values: Mapping[str, Any]) -> Person:
    return values.get("name", "").strip(), values.get("phone", "").strip()


def _visitor(row: ReadRow, state: _State) -> int:
    """Return who a row is about; for somebody who will be registered, a number below zero."""
    person = _named(row.values)
    if person not in state.people:
        _check_new(person, state.now)
        state.people[person] = -1 - len(state.people)
    return state.people[person]


def _check_new(person: Person, now: dt.datetime) -> None:
    name, phone = person
    if not phone:
        message = N_("Somebody new needs a phone: without one nobody can be told that the time changed.")
        raise InputError("phone", "text.empty", Text(message))
    if is_erased(name):
        raise erased_error()
    for problem in problems(VisitorDraft(name=name, phone=phone), local(now).date()):
        raise problem


def _has_already(state: _State, visitor_id: int, place: Place) -> bool:
    begins, where = local(place.starts_at), place.whom.department_id
    held = state.taken.of_visitor(visitor_id, begins)
    return any(one.booked.id and (one.booked.begins, one.department_id) == (begins, where) for one in held)


# --- Writing ------------------------------------------------------------------------------------------------------


def _lock(work: Work, plan: Plan) -> None:
    """Lock whose times the file gives away, in the order that everybody keeps: visitors, appointments, doctors."""
    doing = [entry.extra for entry in plan.entries if isinstance(entry.extra, Doing)]
    places = [one.place.whom for one in doing if one.place is not None]
    for mapped, ids in (
        (Visitor, {one.visitor_id for one in doing if one.visitor_id > 0}),
        (Appointment, {one.existing for one in doing if one.existing is not None}),
        (Department, {whom.department_id for whom in places}),
        (Doctor, {whom.doctor_id for whom in places if whom.doctor_id is not None}),
    ):
        for part in parts(sorted(ids)):
            work.session.execute(
                select(mapped.id).where(mapped.id.in_(part)).order_by(mapped.id).with_for_update(**LOCKED)
            )
    work.session.expire_all()


def _book(work: Work, entries: Sequence[Entry], people: Mapping[int, int]) -> None:
    rows = [_row(entry.extra, entry.values, people) for entry in entries]
    ids = new_ids(work.session, table_of(Appointment), len(rows))
    booked = [Appointment(id=key, **row) for key, row in zip(ids, rows, strict=True)]
    insert_rows(
        work.session,
        table_of(Appointment),
        ({**row, "id": key, "version": 1} for key, row in zip(ids, rows, strict=True)),
    )
    reasons = [_reason(entry) for entry in entries]
    note_events(work, AppointmentAct.BOOKED, zip(booked, reasons, strict=True))
    record_lines(
        work, [AuditLine("appointment.book", "appointment", one.id, after=told(one)) for one in booked]
    )


def _reason(entry: Entry) -> str:
    reason: str = entry.extra.place.reason if entry.extra.over_booked else ""
    return marked(entry.values, reason) if entry.values.get("uid") else reason


def _row(doing: Doing, values: Mapping[str, Any], people: Mapping[int, int]) -> dict[str, Any]:
    assert doing.place is not None
    return {
        "visitor_id": people.get(doing.visitor_id, doing.visitor_id),
        "state": AppointmentState.BOOKED,
        "note": values.get("note", ""),
        "uid": values.get("uid", ""),
        **_columns(doing, doing.place),
    }


def _change(work: Work, doing: Doing, values: Mapping[str, Any]) -> AuditLine:
    booked = work.session.get_one(Appointment, doing.existing)
    before = told(booked)
    booked.version += 1
    if doing.place is None:
        booked.state = AppointmentState.CANCELLED
        act, action, reason = AppointmentAct.CANCELLED, "appointment.cancel", values.get("reason", "")
    else:
        for name, value in _columns(doing, doing.place).items():
            setattr(booked, name, value)
        act, action, reason = AppointmentAct.MOVED, "appointment.move", doing.place.reason
    note_events(work, act, [(booked, marked(values, reason))])
    return AuditLine(action, "appointment", booked.id, before, told(booked))


def _columns(doing: Doing, place: Place) -> dict[str, Any]:
    return {
        "department_id": place.whom.department_id,
        "doctor_id": place.whom.doctor_id,
        "starts_at": place.starts_at,
        "minutes": place.minutes,
        "over_booked": doing.over_booked,
    }
