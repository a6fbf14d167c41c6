"""Where the operator sends the visitor: what a triage decision is checked for, and what it changes."""

from __future__ import annotations

import msgspec
from sqlalchemy.orm import Session

from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Appointment, Visit, Visitor
from deskapp.db.unit_of_work import Work
from deskapp.domain.intake import TriageDecision
from deskapp.domain.registration import SlipState, Step
from deskapp.domain.text import N_, Text
from deskapp.domain.urgency import Urgency, is_milder
from deskapp.errors import InputError, RuleError
from deskapp.services.checks import plain_line, plain_text
from deskapp.services.intake import views
from deskapp.services.intake.history import changed, enter_step
from deskapp.services.intake.returning import has_seen
from deskapp.services.intake.rotation import take_turn


def decide(work: Work, visit: Visit, decision: TriageDecision) -> None:
    """Put a triage decision on a visit inside a transaction that is already open."""
    _refuse_place(work.session, decision)
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
    visit.department_id, visit.doctor_id = decision.department_id, decision.doctor_id
    visit.urgency, visit.override_reason = decision.urgency, reason
    if decision.doctor_id is not None and decision.doctor_id != before["doctor"]:
        returns = _becomes_responsible(work, visit, decision.doctor_id)
        take_turn(work, visit, named=decision.named or returns or _is_booked(work, visit))
    enter_step(work, visit.id, Step.TRIAGE)
    after: dict[str, object] = msgspec.to_builtins(decision)
    changed(work, visit, "visit.triage", before, after | {"override_reason": reason})


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


def _refuse_place(session: Session, decision: TriageDecision) -> None:
    """Refuse a department or doctor whom nobody can be sent to."""
    check_urgency(decision.urgency)
    department = session.get(Department, decision.department_id)
    if department is None:
        raise InputError("department", "department.unknown", Text(N_("There is no such department.")))
    if not department.active:
        raise InputError(
            "department", "department.closed", Text(N_("This department takes no visitors any more."))
        )
    if decision.doctor_id is None:
        return
    doctor = session.get(Doctor, decision.doctor_id)
    if doctor is None or not doctor.active:
        raise InputError("doctor", "doctor.gone", Text(N_("This doctor sees no visitors here any more.")))
    if doctor.department_id != department.id:
        message = Text(N_("{doctor} works in another department."), {"doctor": doctor.name})
        raise InputError("doctor", "doctor.elsewhere", message)


def _reason(session: Session, visit: Visit, decision: TriageDecision) -> str:
    """Return why it is not as proposed, and why it is less urgent than the vital signs: each is required."""
    reasons = [plain_line("override_reason", decision.reason, required=decision.overrides)]
    reasons.append(milder_reason(session, visit, decision.urgency, decision.urgency_reason))
    return "; ".join(reason for reason in reasons if reason.strip())


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

    A number given on paper is of whatever block was at hand.
    """
    number = views.current_number(session, visit.id)
    if number is None or number.state is SlipState.VOID or number.block_id is not None:
        return
    if views.queue_of(session, decision.department_id, decision.doctor_id)[0] != number.queue:
        message = N_("This visit has number {number}. Void it before sending the visitor elsewhere.")
        raise RuleError("visit.has-number", Text(message, {"number": number.label}))
