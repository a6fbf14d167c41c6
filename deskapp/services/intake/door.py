"""The door: greetings, today's expected visitors, hand-over to the desk, and visits that begin at the door."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from deskapp.db.models.access import Account
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Appointment, Visit, Visitor
from deskapp.db.models.waiting import Greeting
from deskapp.db.unit_of_work import Work
from deskapp.domain.access import Permission
from deskapp.domain.door import (
    FORGOTTEN_AFTER,
    Coming,
    ExpectedRow,
    GreetingDraft,
    GreetingView,
    Taken,
    address_of,
    in_order,
    refuse_gone,
    refuse_taken,
)
from deskapp.domain.registration import AppointmentState, Step
from deskapp.domain.text import N_, Text
from deskapp.domain.visitor_rules import age_in_years
from deskapp.errors import ConflictError, RuleError
from deskapp.services.base import Service, reads, writes
from deskapp.services.checks import plain_line
from deskapp.services.intake import views
from deskapp.services.intake.history import changed, enter_step

EXPECTED: Final = (AppointmentState.BOOKED, AppointmentState.FULFILLED)
HERE: Final = (Coming.COMING, Coming.TAKEN)


class DoorService(Service):
    """What the guide at the door does, and how the desk takes over."""

    @reads(Permission.VISIT_GREET)
    def expected(self, session: Session) -> list[ExpectedRow]:
        """Return today's appointments by time; `arrived` once the visitor was greeted or has a visit."""
        begin, end = _day(self.now())
        asked = (
            select(Appointment, Visitor, Department, Doctor)
            .join(Visitor, Visitor.id == Appointment.visitor_id)
            .join(Department, Department.id == Appointment.department_id)
            .outerjoin(Doctor, Doctor.id == Appointment.doctor_id)
            .where(Appointment.starts_at >= begin, Appointment.starts_at < end)
            .where(Appointment.state.in_(EXPECTED))
            .order_by(Appointment.starts_at, Appointment.id)
        )
        rows = session.execute(asked).all()
        greeted = _greeted(session, [row[0].id for row in rows])
        return [_expected_row(row, greeted, self.today()) for row in rows]

    @reads(Permission.VISIT_GREET)
    def coming(self, session: Session) -> list[GreetingView]:
        """Return today's greetings, those on the way first, the newest of each last.

        Whoever was greeted shortly before midnight and is still on the way is among them.
        """
        now = self.now()
        on_the_way = (Greeting.state == Coming.COMING) & (Greeting.at > now - FORGOTTEN_AFTER)
        asked = _views().where(or_(Greeting.at >= _day(now)[0], on_the_way))
        return in_order(_view(row) for row in session.execute(asked))

    @writes(Permission.VISIT_GREET)
    def greet(self, work: Work, draft: GreetingDraft) -> int:
        """Hand somebody who came in over to the desk; the arrival time of the visit starts here."""
        values = _values(work, draft)
        _refuse_greeted(work, draft, None)
        account = work.actor.account_id
        greeting = Greeting(at=work.now, account_id=account, state=Coming.COMING, **values)
        work.session.add(greeting)
        work.session.flush()
        work.record("greeting.add", "greeting", greeting.id, after=values)
        _touch_appointment(work, greeting)
        return greeting.id

    @writes(Permission.VISIT_GREET)
    def correct(self, work: Work, greeting_id: int, version: int, draft: GreetingDraft) -> None:
        """Correct what was handed over, while nobody at the desk has taken it."""
        greeting = _on_the_way(work, greeting_id, version)
        values = _values(work, draft)
        _refuse_greeted(work, draft, greeting_id)
        before = {name: getattr(greeting, name) for name in values}
        _touch_appointment(work, greeting)
        for name, value in values.items():
            setattr(greeting, name, value)
        _touch_appointment(work, greeting)
        _changed(work, greeting, "greeting.correct", before, values)

    @writes(Permission.VISIT_GREET)
    def went(self, work: Work, greeting_id: int, version: int) -> None:
        """Say that the visitor went again before reaching the desk."""
        _move(work, _on_the_way(work, greeting_id, version), Coming.GONE, "greeting.gone")

    @writes(Permission.VISIT_GREET)
    def came_back(self, work: Work, greeting_id: int, version: int) -> None:
        """Undo that: the visitor is on the way to the desk."""
        greeting = _seen(work, greeting_id, version)
        if greeting.state is not Coming.GONE:
            raise ConflictError
        draft = GreetingDraft(appointment_id=greeting.appointment_id)
        _refuse_greeted(work, draft, greeting_id)
        _move(work, greeting, Coming.COMING, "greeting.back")

    @writes(Permission.VISIT_WRITE)
    def take(self, work: Work, greeting_id: int, version: int) -> Taken:
        """Take somebody over at the desk. Of two desks one wins; the other is told by whom."""
        greeting = _on_the_way(work, greeting_id, version)
        _take(work, greeting)
        return Taken(greeting.id, greeting.version, _visitor_of(work, greeting))

    @writes(Permission.VISIT_WRITE)
    def release(self, work: Work, greeting_id: int, version: int) -> None:
        """Give somebody back who was taken over by mistake: on the way again, since the time of the door."""
        greeting = _seen(work, greeting_id, version)
        if greeting.visit_id is not None:
            raise RuleError("greeting.has-visit", Text(N_("A visit was begun for this visitor already.")))
        if greeting.state is not Coming.TAKEN:
            raise ConflictError
        greeting.taken_by = greeting.taken_at = None
        _move(work, greeting, Coming.COMING, "greeting.release")

    @writes(Permission.VISIT_WRITE)
    def unlink(self, work: Work, greeting_id: int) -> None:
        """Undo that a visit began with this greeting: somebody else was meant. The greeting is in hand again."""
        greeting = _locked(work, greeting_id)
        if greeting.visit_id is None:
            raise RuleError("greeting.no-visit", Text(N_("No visit belongs to this greeting any more.")))
        visit = work.session.get_one(Visit, greeting.visit_id, with_for_update=True)
        if visit.opened_at == greeting.at:
            visit.opened_at = max(greeting.at, greeting.taken_at or work.now)
            enter_step(work, visit.id, Step.ARRIVE, Step.GREET, at=visit.opened_at)
        changed(work, visit, "visit.unlink-greeting", {"greeting": greeting.id}, None)
        greeting.visit_id = None
        _changed(work, greeting, "greeting.unlink", {"visit": visit.id}, None)


@dataclass(frozen=True)
class Met:
    """What a visit took over from a greeting: the appointment it fulfils, if that is still open."""

    appointment_id: int | None


def begin_at_door(work: Work, visit: Visit, greeting_id: int | None, *, is_new: bool) -> Met | None:
    """Let `visit` be the one that a greeting announced; return None where it can't be.

    A visit that is new began when the guide met the visitor, and the guide did its first two steps. What is wrong
    with the greeting keeps nobody from being received: the visit then begins at the desk.
    """
    greeting = _free(work, greeting_id)
    if greeting is None:
        return None
    known = _visitor_of(work, greeting)
    if known is not None and visit.visitor_id is not None and known != visit.visitor_id:
        return None
    if greeting.state is not Coming.TAKEN:
        _take(work, greeting)
    greeting.visit_id = visit.id
    _changed(work, greeting, "greeting.link", {"visit": None}, {"visit": visit.id})
    if is_new:
        visit.opened_at = min(greeting.at, work.now)
        enter_step(work, visit.id, Step.ARRIVE, Step.GREET, at=visit.opened_at, by=greeting.account_id)
    return Met(_open_appointment(work, greeting, visit))


def _free(work: Work, greeting_id: int | None) -> Greeting | None:
    """Return the greeting unless it has a visit, went again, or is in another operator's hands."""
    if greeting_id is None:
        return None
    greeting = work.session.get(Greeting, greeting_id, with_for_update=True)
    if greeting is None or greeting.visit_id is not None or greeting.state is Coming.GONE:
        return None
    mine = greeting.taken_by in (None, work.actor.account_id)
    return greeting if mine else None


def _open_appointment(work: Work, greeting: Greeting, visit: Visit) -> int | None:
    if greeting.appointment_id is None or visit.visitor_id is None or visit.appointment_id is not None:
        return None
    appointment = work.session.get_one(Appointment, greeting.appointment_id, with_for_update=True)
    is_open = appointment.state is AppointmentState.BOOKED and appointment.visitor_id == visit.visitor_id
    return appointment.id if is_open else None


def _take(work: Work, greeting: Greeting) -> None:
    greeting.taken_by, greeting.taken_at = work.actor.account_id, work.now
    _move(work, greeting, Coming.TAKEN, "greeting.take")


def _move(work: Work, greeting: Greeting, state: Coming, action: str) -> None:
    before, greeting.state = greeting.state, state
    _touch_appointment(work, greeting)
    _changed(work, greeting, action, {"state": before}, {"state": state})


def _changed(work: Work, greeting: Greeting, action: str, before: object, after: object) -> None:
    greeting.version += 1
    work.record(action, "greeting", greeting.id, before=before, after=after)


def _touch_appointment(work: Work, greeting: Greeting) -> None:
    """Let lists of who is expected look again."""
    if greeting.appointment_id is not None:
        work.touch("appointment", greeting.appointment_id)


def _locked(work: Work, greeting_id: int) -> Greeting:
    return work.session.get_one(Greeting, greeting_id, with_for_update=True)


def _seen(work: Work, greeting_id: int, version: int) -> Greeting:
    greeting = _locked(work, greeting_id)
    if greeting.version != version:
        raise ConflictError
    return greeting


def _on_the_way(work: Work, greeting_id: int, version: int) -> Greeting:
    """Return a greeting that nobody has taken; who comes second is told by whom it was."""
    greeting = _locked(work, greeting_id)
    if greeting.state is Coming.TAKEN:
        by = work.session.get(Account, greeting.taken_by) if greeting.taken_by else None
        raise refuse_taken(by.name if by else "")
    if greeting.state is Coming.GONE:
        raise refuse_gone()
    if greeting.version != version:
        raise ConflictError
    return greeting


def _visitor_of(work: Work, greeting: Greeting) -> int | None:
    if greeting.appointment_id is None:
        return None
    kept = func.coalesce(Visitor.merged_into_id, Visitor.id)
    asked = select(kept).join(Appointment, Appointment.visitor_id == Visitor.id)
    return work.session.scalar(asked.where(Appointment.id == greeting.appointment_id))


def _values(work: Work, draft: GreetingDraft) -> dict[str, Any]:
    """Return what is stored of a draft; whoever is one of those expected has an appointment."""
    name, note = plain_line("name", draft.name.strip()), plain_line("note", draft.note.strip())
    if draft.appointment_id is not None:
        _expected_today(work, draft.appointment_id)
    return {
        "address": draft.address,
        "name": name,
        "has_appointment": True if draft.appointment_id is not None else draft.has_appointment,
        "first_visit": draft.first_visit,
        "note": note,
        "appointment_id": draft.appointment_id,
    }


def _expected_today(work: Work, appointment_id: int) -> None:
    """Lock an appointment, so that two guides do not greet one visitor twice; refuse one that is not of today."""
    appointment = work.session.get_one(Appointment, appointment_id, with_for_update=True)
    begin, end = _day(work.now)
    if appointment.state not in EXPECTED or not begin <= appointment.starts_at < end:
        message = N_(
            "This appointment was moved or cancelled meanwhile. Send the visitor to the desk without it."
        )
        raise RuleError("greeting.not-expected", Text(message))


def _refuse_greeted(work: Work, draft: GreetingDraft, but: int | None) -> None:
    """Refuse to send one expected visitor twice; one who comes a second time in the day is sent without."""
    if draft.appointment_id is None:
        return
    asked = (
        select(Greeting.at)
        .where(Greeting.appointment_id == draft.appointment_id, Greeting.state.in_(HERE))
        .where(Greeting.id != (but or 0))
        .limit(1)
    )
    at = work.session.scalar(asked)
    if at is not None:
        message = Text(N_("This visitor was sent to the desk at {time} already."), {"time": _wall(at)})
        raise RuleError("greeting.twice", message)


def _greeted(session: Session, appointments: list[int]) -> set[int]:
    asked = select(Greeting.appointment_id).where(
        Greeting.appointment_id.in_(appointments), Greeting.state.in_(HERE)
    )
    return {found for found in session.scalars(asked) if found is not None}


def _expected_row(row: Any, greeted: set[int], today: dt.date) -> ExpectedRow:
    booked, visitor, department, doctor = row
    age = age_in_years(visitor.birth_date, today) if visitor.birth_date else None
    arrived = booked.state is AppointmentState.FULFILLED
    return ExpectedRow(
        id=booked.id,
        starts_at=booked.starts_at,
        visitor_id=visitor.id,
        name=visitor.name,
        department=views.department_name(department),
        doctor=doctor.name if doctor else "",
        room=(doctor.room if doctor else "") or department.room,
        arrived=arrived or booked.id in greeted,
        address=address_of(visitor.sex, age),
        # Today's visit would count already.
        first_visit=None if arrived else visitor.visits == 0,
    )


def _views() -> Any:
    guide, taker = aliased(Account), aliased(Account)
    return (
        select(Greeting, guide.name, taker.name, Appointment.starts_at, Visitor.id, Visitor.name, Doctor.name)
        .join(guide, guide.id == Greeting.account_id)
        .outerjoin(taker, taker.id == Greeting.taken_by)
        .outerjoin(Appointment, Appointment.id == Greeting.appointment_id)
        .outerjoin(Visit, Visit.id == Greeting.visit_id)
        .outerjoin(Visitor, Visitor.id == func.coalesce(Visit.visitor_id, Appointment.visitor_id))
        .outerjoin(Doctor, Doctor.id == Appointment.doctor_id)
    )


def _view(row: Any) -> GreetingView:
    greeting, guide, taker, booked, visitor_id, visitor, doctor = row
    said = ("address", "name", "has_appointment", "first_visit", "appointment_id", "note")
    return GreetingView(
        id=greeting.id,
        version=greeting.version,
        at=greeting.at,
        guide=guide,
        draft=GreetingDraft(**{name: getattr(greeting, name) for name in said}),
        visitor_id=visitor_id,
        visitor=visitor or "",
        state=greeting.state,
        taken_by=taker or "",
        taken_at=greeting.taken_at,
        visit_id=greeting.visit_id,
        taken_by_id=greeting.taken_by,
        appointment_at=booked,
        doctor=doctor or "",
    )


def _day(now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return the first moment of the site's day and that of the next, by the clock on the wall."""
    today = now.astimezone().date()
    first, following = (
        dt.datetime.combine(day, dt.time()).astimezone(dt.UTC)
        for day in (today, today + dt.timedelta(days=1))
    )
    return first, following


def _wall(moment: dt.datetime) -> dt.time:
    return moment.astimezone().time()
