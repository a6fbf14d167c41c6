"""What the product proposes for a complaint, from the editable rules, duty times, turns and queues."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from deskapp.db.engine import Store
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Appointment, Visitor
from deskapp.db.unit_of_work import Clock
from deskapp.domain import triage
from deskapp.domain.access import Permission
from deskapp.domain.duty import Duty, Span, is_absent, next_on_duty, span_on_duty
from deskapp.domain.intake import SuggestionView, TriageView
from deskapp.domain.registration import Sex
from deskapp.domain.triage import Booking, DoctorOnDuty, Suggestion, TriageVisitor
from deskapp.domain.visitor_rules import age_in_years
from deskapp.services.base import Service, reads
from deskapp.services.directory import duty_times, local, valid_on
from deskapp.services.house import HouseRules
from deskapp.services.intake import views
from deskapp.services.intake.keys import standing_id
from deskapp.services.intake.returning import seen_by
from deskapp.services.intake.rotation import turns_of


@dataclass(frozen=True)
class TriageQuestion:
    """What the desk knows when it asks: the complaint, and whose it is; `visit_id` is the visit of now."""

    complaint: str
    visitor_id: int | None = None
    birth_date: dt.date | None = None
    sex: Sex = Sex.UNKNOWN
    language: str = "zh"
    pregnant: bool = False
    age: int | None = None
    appointment_id: int | None = None
    visit_id: int | None = None


class TriageService(Service):
    """Proposes department and doctor, with reasons; the operator decides."""

    def __init__(self, store: Store, clock: Clock | None, house: HouseRules) -> None:
        super().__init__(store, clock)
        self.house = house

    @reads(Permission.VISIT_READ)
    def suggest(self, session: Session, question: TriageQuestion) -> TriageView:
        """Return red flags and suggestions in order for a complaint."""
        now = self.now()
        day = local(now).date()
        open_today = select(Department).where(Department.active, valid_on(Department, day))
        places = {row.code: row for row in session.scalars(open_today)}
        doctors = {row.id: row for row in session.scalars(_doctors(day))}
        waiting = views.waiting_by_queue(session, now.astimezone().date())
        times = duty_times(session, doctors.keys())
        codes = {row.id: row.code for row in places.values()}
        on_duty = [
            _on_duty(
                row, codes[row.department_id], times.get(row.id, ()), local(now), waiting.get(_queue(row), 0)
            )
            for row in doctors.values()
            if row.department_id in codes
        ]
        taken = turns_of(session, codes.keys(), now.astimezone().date())
        turns = {codes[key]: value for key, value in taken.items()}
        rules = self.house.triage
        known = replace(rules, departments=tuple(rule for rule in rules.departments if rule.code in places))
        said = triage.suggest(
            question.complaint,
            _visitor(session, question, local(now).date()),
            known,
            doctors=on_duty,
            turns=turns,
            now=local(now),
        )
        shown = (
            _view(found, places, doctors, waiting) for found in said.suggestions if found.department in places
        )
        return TriageView(said.red_flags, tuple(shown))


def _doctors(day: dt.date) -> Select[Doctor]:
    return select(Doctor).where(Doctor.active, valid_on(Doctor, day)).order_by(Doctor.number)


def _on_duty(row: Doctor, code: str, times: Sequence[Duty], clock: dt.datetime, waiting: int) -> DoctorOnDuty:
    begins, until = _span_today(times, clock)
    return DoctorOnDuty(
        id=row.id,
        name=row.name,
        department=code,
        speciality=row.speciality,
        languages=tuple(row.languages.split()),
        on_duty_from=begins,
        on_duty_until=until,
        waiting=waiting,
        absent=begins is None and is_absent(times, clock),
        off=begins is None,
    )


def _queue(doctor: Doctor) -> str:
    """Return the queue in which one waits for a doctor: their own, else their department's."""
    return f"doctor:{doctor.id}" if doctor.own_queue else f"department:{doctor.department_id}"


def _span_today(
    times: Sequence[Duty], clock: dt.datetime
) -> tuple[dt.time, dt.time | None] | tuple[None, None]:
    """Return when duty begins (now, for who is on duty) and ends; an end over a day away is left open."""
    present = span_on_duty(times, clock)
    if present is not None:
        near = present.until - clock < dt.timedelta(days=1)
        return clock.time(), present.until.time() if near else None
    later = _later_today(times, clock)
    return (later.begins.time(), later.until.time()) if later else (None, None)


def _later_today(times: Sequence[Duty], clock: dt.datetime) -> Span | None:
    span = next_on_duty(times, clock)
    return span if span and span.begins.date() == clock.date() else None


def _visitor(session: Session, question: TriageQuestion, today: dt.date) -> TriageVisitor:
    known = TriageVisitor(
        age=age_in_years(question.birth_date, today) if question.birth_date else question.age,
        sex=question.sex,
        language=question.language,
        pregnant=question.pregnant,
    )
    if question.appointment_id is not None:
        known = replace(known, booking=_booking(session, question.appointment_id))
    if question.visitor_id is None:
        return known
    visitor = session.get_one(Visitor, standing_id(session, question.visitor_id))
    return replace(
        known,
        age=age_in_years(visitor.birth_date, today) if visitor.birth_date else known.age,
        sex=visitor.sex,
        language=visitor.language,
        seen=seen_by(session, visitor.id, question.visit_id),
    )


def _booking(session: Session, appointment_id: int) -> Booking:
    booked = session.get_one(Appointment, appointment_id)
    code = session.scalars(select(Department.code).where(Department.id == booked.department_id)).one()
    return Booking(code, booked.doctor_id, local(booked.starts_at).time())


def _view(
    found: Suggestion,
    places: Mapping[str, Department],
    doctors: Mapping[int, Doctor],
    waiting: Mapping[str, int],
) -> SuggestionView:
    place = places[found.department]
    doctor = doctors[found.doctor] if found.doctor is not None else None
    queue = _queue(doctor) if doctor else f"department:{place.id}"
    return SuggestionView(
        department_id=place.id,
        department=views.department_name(place),
        doctor_id=doctor.id if doctor else None,
        doctor=doctor.name if doctor else "",
        room=(doctor.room if doctor else "") or place.room,
        waiting=waiting.get(queue, 0),
        reasons=found.reasons,
    )
