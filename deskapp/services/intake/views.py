"""Rows of the database made into what the desk sees. Reading only, inside a session of the caller."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

import msgspec
from sqlalchemy import Integer, Text, bindparam, func, select, type_coerce
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.models.access import Account
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import (
    Appointment,
    Charge,
    Consent,
    QueueNumber,
    SlipEvent,
    Visit,
    Visitor,
    VisitStep,
    Vitals,
)
from deskapp.db.models.waiting import QueueEntry
from deskapp.domain.intake import (
    ChargeLine,
    NumberView,
    StepEntry,
    StepView,
    VisitorDraft,
    VisitorView,
    VisitRow,
    VisitView,
    VitalsView,
    fold_steps,
    next_step,
)
from deskapp.domain.intake import SlipEvent as SlipEventView
from deskapp.domain.registration import STEPS, ConsentKind, SlipState, Step
from deskapp.domain.text import Words
from deskapp.domain.waiting import OPEN

DRAFT_COLUMNS = tuple(
    name for name in VisitorDraft.__dataclass_fields__ if name not in ("consents", "overrides")
)


def visitor_view(session: Session, visitor: Visitor) -> VisitorView:
    """Return a visitor, whole."""
    consents = dict(
        session.execute(
            select(Consent.kind, Consent.given).where(Consent.visitor_id == visitor.id).order_by(Consent.id)
        ).all()
    )
    values = {name: getattr(visitor, name) for name in DRAFT_COLUMNS}
    return VisitorView(
        id=visitor.id,
        code=visitor.code,
        version=visitor.version,
        draft=VisitorDraft(**values, consents=consents),
        division=visitor.division,
        first_seen=visitor.first_seen,
        last_visit=visitor.last_visit,
        visits=visitor.visits,
        responsible_doctor_id=visitor.responsible_doctor_id,
    )


def consent_answers(session: Session, visitor_id: int) -> dict[ConsentKind, Consent]:
    """Return the latest answer to each question of consent."""
    asked = select(Consent).where(Consent.visitor_id == visitor_id).order_by(Consent.id)
    return {consent.kind: consent for consent in session.scalars(asked)}


def visit_view(session: Session, visit: Visit) -> VisitView:
    """Return a visit, whole."""
    visitor = session.get_one(Visitor, visit.visitor_id) if visit.visitor_id is not None else None
    department = session.get(Department, visit.department_id) if visit.department_id else None
    doctor = session.get(Doctor, visit.doctor_id) if visit.doctor_id else None
    appointment = session.get(Appointment, visit.appointment_id) if visit.appointment_id else None
    number = current_number(session, visit.id)
    return VisitView(
        id=visit.id,
        code=visit.code,
        version=visit.version,
        visitor=visitor_view(session, visitor) if visitor else None,
        day=visit.day,
        opened_at=visit.opened_at,
        kind=visit.kind,
        first_visit=visit.first_visit,
        complaint=visit.complaint,
        urgency=visit.urgency,
        pregnant=visit.pregnant,
        department_id=visit.department_id,
        department=department_name(department) if department else None,
        doctor_id=visit.doctor_id,
        doctor=doctor.name if doctor else "",
        room=(doctor.room if doctor else "") or (department.room if department else ""),
        override_reason=visit.override_reason,
        media_source=visit.media_source,
        media_text=visit.media_text,
        appointment_id=visit.appointment_id,
        appointment_at=appointment.starts_at if appointment else None,
        steps=fold_steps(step_entries(session, visit.id)),
        vitals=latest_vitals(session, visit.id),
        number=number_view(session, number) if number else None,
        charges=charge_lines(session, visit.id),
        payment=visit.payment,
        payment_reason=visit.payment_reason,
        ended=visit.ended,
        end_note=visit.end_note,
        ended_at=visit.ended_at,
        checked_in=visit.checked_in,
        doctor_began=visit.doctor_began,
    )


def department_name(department: Any) -> Words:
    """Return the names of anything with the three name columns."""
    return Words(department.name_zh, department.name_en, department.name_mn)


def step_entries(session: Session, visit_id: int) -> Iterable[StepEntry]:
    """Return the lines of a visit's history in order."""
    asked = (
        select(VisitStep.step, VisitStep.done, VisitStep.at, Account.name, VisitStep.note)
        .join(Account, Account.id == VisitStep.account_id)
        .where(VisitStep.visit_id == visit_id)
        .order_by(VisitStep.id)
    )
    return [StepEntry(*row) for row in session.execute(asked)]


def latest_vitals(session: Session, visit_id: int) -> VitalsView | None:
    """Return the vital signs taken last."""
    asked = (
        select(Vitals, Account.name)
        .join(Account, Account.id == Vitals.account_id)
        .where(Vitals.visit_id == visit_id)
        .order_by(Vitals.id.desc())
        .limit(1)
    )
    found = session.execute(asked).first()
    if found is None:
        return None
    row, by = found
    return VitalsView(row.at, by, msgspec.json.decode(row.readings), row.news2, row.level)


def current_number(session: Session, visit_id: int) -> QueueNumber | None:
    """Return the visit's number: the valid one, else the last that was voided."""
    asked = select(QueueNumber).where(QueueNumber.visit_id == visit_id)
    valid_first = (QueueNumber.state == SlipState.VOID, QueueNumber.id.desc())
    return session.scalar(asked.order_by(*valid_first).limit(1))


def number_view(session: Session, number: QueueNumber) -> NumberView:
    """Return a number with what happened to its slip."""
    events = session.execute(_EVENTS, {"number": number.id})
    return NumberView(
        id=number.id,
        queue=number.queue,
        day=number.day,
        number=number.number,
        label=number.label,
        state=number.state,
        issued_at=number.issued_at,
        on_paper=number.block_id is not None,
        waiting_before=number.waiting_before,
        events=tuple(SlipEventView(*row) for row in events),
    )


# What a number is made with, put together once: that takes longer than sending it.
_EVENTS: Final = (
    select(SlipEvent.state, SlipEvent.at, Account.name, SlipEvent.reason)
    .join(Account, Account.id == SlipEvent.account_id)
    .where(SlipEvent.queue_number_id == bindparam("number"))
    .order_by(SlipEvent.id)
)
_PLACES: Final = table_of(QueueEntry)
_WAITING: Final = (
    select(_PLACES.c.queue, func.count())
    .where(_PLACES.c.day == bindparam("on"), _PLACES.c.standing.in_(sorted(OPEN)))
    .group_by(_PLACES.c.queue)
)
_WAITING_IN: Final = _WAITING.where(_PLACES.c.queue == bindparam("queue"))


def queue_of(session: Session, department_id: int, doctor_id: int | None) -> tuple[str, str]:
    """Return the queue's name and the prefix of its numbers: a doctor's own, else the department's."""
    if doctor_id is not None:
        own, prefix = session.execute(
            select(Doctor.own_queue, Doctor.prefix).where(Doctor.id == doctor_id)
        ).one()
        if own:
            return f"doctor:{doctor_id}", prefix
    prefix = session.scalars(select(Department.prefix).where(Department.id == department_id)).one()
    return f"department:{department_id}", prefix


def charge_lines(session: Session, visit_id: int) -> tuple[ChargeLine, ...]:
    """Return the items of the visit's price that still stand."""
    asked = select(Charge).where(Charge.visit_id == visit_id, ~Charge.removed).order_by(Charge.id)
    return tuple(
        ChargeLine(line.id, line.item_id, department_name(line), line.fen, line.quantity)
        for line in session.scalars(asked)
    )


def waiting_before(session: Session, queue: str, day: dt.date) -> int:
    """Return how many places of a queue and day are open: their visitors wait, called and parked ones too."""
    found = session.execute(_WAITING_IN, {"on": day, "queue": queue}).first()
    return found[1] if found else 0


def waiting_by_queue(session: Session, day: dt.date) -> dict[str, int]:
    """Return how many wait in each queue of a day."""
    return dict(session.execute(_WAITING, {"on": day}).all())


def visit_rows(session: Session, day: dt.date, limit: int) -> list[VisitRow]:
    """Return the lines of a day's visits, latest first."""
    rows = session.execute(_DAY, {"on": day, "count": limit}).all()
    ids = [row[0] for row in rows]
    numbers = _numbers_of(session, ids)
    following = _next_steps(session, ids)
    return [_visit_row(row, numbers.get(row[0], ("", None)), following.get(row[0])) for row in rows]


# Columns instead of mapped rows, and by place: the list is asked for after every write.
_DAY: Final = (
    select(
        Visit.id,
        Visit.code,
        Visit.visitor_id,
        Visit.complaint,
        Visit.urgency,
        Visit.opened_at,
        Visit.ended,
        Visitor.name,
        Doctor.name,
        Department.name_zh,
        Department.name_en,
        Department.name_mn,
    )
    .select_from(Visit)
    .outerjoin(Visitor, Visitor.id == Visit.visitor_id)
    .outerjoin(Department, Department.id == Visit.department_id)
    .outerjoin(Doctor, Doctor.id == Visit.doctor_id)
    .where(Visit.day == bindparam("on"))
    .order_by(Visit.opened_at.desc(), Visit.id.desc())
    .limit(bindparam("count", type_=Integer))
)


def _visit_row(row: Any, number: tuple[str, SlipState | None], following: Step | None) -> VisitRow:
    visit_id, code, visitor_id, complaint, urgency, opened_at, ended, name, doctor, *department = row
    return VisitRow(
        id=visit_id,
        code=code,
        visitor_id=visitor_id,
        name=name or "",
        complaint=complaint,
        urgency=urgency,
        department=Words(*department) if department[0] is not None else None,
        doctor=doctor or "",
        number=number[0],
        slip=number[1],
        opened_at=opened_at,
        next_step=None if ended else following,
        ended=ended,
    )


def _numbers_of(session: Session, visit_ids: Sequence[int]) -> dict[int, tuple[str, SlipState]]:
    asked = select(QueueNumber.visit_id, QueueNumber.label, QueueNumber.state).where(
        QueueNumber.visit_id.in_(visit_ids)
    )
    valid_last = asked.order_by(QueueNumber.state != SlipState.VOID, QueueNumber.id)
    return {row.visit_id or 0: (row.label, row.state) for row in session.execute(valid_last)}


def _next_steps(session: Session, visit_ids: Sequence[int]) -> dict[int, Step | None]:
    # Steps are compared as the words they are: making enumeration members of them takes twice as long.
    asked = select(VisitStep.visit_id, type_coerce(VisitStep.step, Text), VisitStep.done)
    standing: dict[int, set[str]] = {}
    for visit_id, step, done in session.execute(
        asked.where(VisitStep.visit_id.in_(visit_ids)).order_by(VisitStep.id)
    ):
        steps = standing.setdefault(visit_id, set())
        if done:
            steps.add(step)
        else:
            steps.discard(step)
    return {visit_id: _next_after(frozenset(steps)) for visit_id, steps in standing.items()}


@cache
def _next_after(done: frozenset[str]) -> Step | None:
    """Return the step after those done; there are few combinations and many visits."""
    return next_step([StepView(step, _WHENEVER if step in done else None) for step in STEPS])


_WHENEVER: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
