"""Where the operator sends the visitor: what a triage decision is checked for, and what it changes."""

from __future__ import annotations

import datetime as dt

import msgspec
from sqlalchemy.orm import Session

from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Appointment, Visit, Visitor
from deskapp.db.unit_of_work import Work
from deskapp.domain.directory import Standing, standing
from deskapp.domain.intake import TriageDecision
from deskapp.domain.registration import SlipState, Step
from deskapp.domain.text import N_, Text
from deskapp.domain.urgency import Urgency, is_milder
from deskapp.errors import InputError, RuleError
from deskapp.services.checks import plain_line, plain_text
from deskapp.services.intake import line, views
from deskapp.services.intake.history import changed, enter_step
from deskapp.services.intake.line import Before
from deskapp.services.intake.returning import has_seen
from deskapp.services.intake.rotation import take_turn


def decide(work: Work, visit: Visit, decision: TriageDecision) -> None:
    """Put a triage decision on a visit inside a transaction that is already open."""
    check_urgency(decision.urgency)
    refuse_place(work.session, decision.department_id, decision.doctor_id, work.day)
    reason = _reason(work.session, visit, decision)
    _refuse_other_queue(work.session, visit, decision)
    before = {
        "department": visit.department_id,
        "doctor": visit.doctor_id,
        "urgency": visit.urgency,
        "complaint": visit.complaint,
        "override_reason": visit.override_reason,
    }
    visit.complaint = plain_text("complaint", decision.complaint)
    visit.urgency, visit.override_reason = decision.urgency, reason
    line.follow(work, visit, send(work, visit, decision.department_id, decision.doctor_id, decision.named))
    enter_step(work, visit.id, Step.TRIAGE)
    after: dict[str, object] = msgspec.to_builtins(decision)
    changed(work, visit, "visit.triage", before, after | {"override_reason": reason})


def send(work: Work, visit: Visit, department_id: int, doctor_id: int | None, named: bool = False) -> Before:
    """Send a visit to a department and perhaps a doctor, whose turn it takes; return what it was before."""
    before = Before(visit={"department_id": visit.department_id, "doctor_id": visit.doctor_id})
    visit.department_id, visit.doctor_id = department_id, doctor_id
    if doctor_id is not None and doctor_id != before.visit["doctor_id"]:
        responsible = _responsible(work, visit)
        returns = _becomes_responsible(work, visit, doctor_id)
        if responsible != _responsible(work, visit):
            before.visitor = {"responsible_doctor_id": responsible}
        take_turn(work, visit, named=named or returns or _is_booked(work, visit))
    return before


def check_urgency(urgency: int | None) -> None:
    """Raise `InputError` for a level that there is not; none at all is not judged yet."""
    if urgency is not None and urgency not in set(Urgency):
        levels = {"first": int(min(Urgency)), "last": int(max(Urgency))}
        message = Text(N_("The urgency is a level from {first} to {last}."), levels)
        raise InputError("urgency", "triage.urgency", message)


def milder_reason(session: Session, visit: Visit, urgency: int | None, reason: str) -> str:
    """Return why a visit is less urgent, a larger number, than its latest vital signs say; "" when it isn't.

    Raises `InputError` where the reason lacks.
    """
    taken = views.latest_vitals(session, visit.id) if urgency is not None else None
    if not is_milder(urgency, taken.level if taken is not None else None):
        return ""
    if not reason.strip():
        message = Text(N_("Say why this is less urgent than the vital signs suggest."))
        raise InputError("urgency_reason", "triage.milder", message)
    return plain_line("urgency_reason", reason)


def refuse_place(session: Session, department_id: int, doctor_id: int | None, day: dt.date) -> None:
    """Refuse a department or doctor whom nobody can be sent to on a day."""
    department = session.get(Department, department_id)
    if department is None:
        raise InputError("department", "department.unknown", Text(N_("There is no such department.")))
    if not department.active:
        raise InputError(
            "department", "department.closed", Text(N_("This department takes no visitors any more."))
        )
    if not _holds(department, day):
        message = Text(N_("This department takes no visitors on this day."))
        raise InputError("department", "department.not-today", message)
    if doctor_id is None:
        return
    doctor = session.get(Doctor, doctor_id)
    if doctor is None or not doctor.active:
        raise InputError("doctor", "doctor.gone", Text(N_("This doctor sees no visitors here any more.")))
    if not _holds(doctor, day):
        message = Text(N_("This doctor sees no visitors here on this day."))
        raise InputError("doctor", "doctor.not-today", message)
    if doctor.department_id != department.id:
        message = Text(N_("{doctor} works in another department."), {"doctor": doctor.name})
        raise InputError("doctor", "doctor.elsewhere", message)


def _holds(row: Department | Doctor, day: dt.date) -> bool:
    return standing(row.valid_from, row.valid_to, day) is Standing.VALID


def _reason(session: Session, visit: Visit, decision: TriageDecision) -> str:
    """Return why it is not as proposed, and why it is less urgent than the vital signs: each is required."""
    reasons = [plain_line("override_reason", decision.reason, required=decision.overrides)]
    reasons.append(milder_reason(session, visit, decision.urgency, decision.urgency_reason))
    return "; ".join(reason for reason in reasons if reason.strip())


def _responsible(work: Work, visit: Visit) -> int | None:
    if visit.visitor_id is None:
        return None
    return work.session.get_one(Visitor, visit.visitor_id).responsible_doctor_id


def _becomes_responsible(work: Work, visit: Visit, doctor_id: int) -> bool:
    """Make the doctor responsible for the visitor; return whether the visitor went there before."""
    if visit.visitor_id is None:
        return False
    visitor = work.session.get_one(Visitor, visit.visitor_id)
    visitor.responsible_doctor_id = doctor_id
    return has_seen(work.session, visitor.id, doctor_id, visit.id)


def _is_booked(work: Work, visit: Visit) -> bool:
    """Return whether the visit goes to the doctor of its appointment."""
    if visit.appointment_id is None:
        return False
    return work.session.get_one(Appointment, visit.appointment_id).doctor_id == visit.doctor_id


def _refuse_other_queue(session: Session, visit: Visit, decision: TriageDecision) -> None:
    """A visitor who holds a slip of one queue is not sent to another while the slip is valid.

    A number given on paper is of whatever block was at hand. Whoever was moved stands in another line than that
    of the number.
    """
    number = views.current_number(session, visit.id)
    if number is None or number.state is SlipState.VOID or number.block_id is not None:
        return
    place = line.place_of(session, visit.id)
    stands = place.queue if place is not None else number.queue
    if views.queue_of(session, decision.department_id, decision.doctor_id)[0] != stands:
        message = N_("This visit has number {number}. Void it before sending the visitor elsewhere.")
        raise RuleError("visit.has-number", Text(message, {"number": number.label}))
