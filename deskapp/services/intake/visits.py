"""Visits: opened, triaged, priced, stepped through, ended. History is only added to."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec
from sqlalchemy import false, func, insert, select
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.directory import PriceItem
from deskapp.db.models.intake import Appointment, Charge, Visit, Visitor, VisitStep, Vitals
from deskapp.db.unit_of_work import Clock, Work
from deskapp.domain.access import Permission
from deskapp.domain.codes import VISIT, check_code
from deskapp.domain.intake import Ref, TriageDecision, VisitRow, VisitView, fold_steps
from deskapp.domain.registration import (
    AppointmentState,
    EndReason,
    MediaSource,
    Payment,
    SlipState,
    Step,
    VisitKind,
)
from deskapp.domain.text import N_, Text
from deskapp.domain.urgency import UrgencyTable, level, news2
from deskapp.domain.urgency import Vitals as VitalSigns
from deskapp.domain.visitor_rules import age_in_years
from deskapp.errors import ConflictError, InputError, PermissionDenied, RuleError
from deskapp.services.base import Service, reads, writes
from deskapp.services.checks import plain_line, plain_text
from deskapp.services.house import HouseRules
from deskapp.services.intake import presence, views
from deskapp.services.intake.rotation import take_turn


class VisitService(Service):
    """What a person does with one visit."""

    def __init__(self, store: Store, clock: Clock | None, house: HouseRules) -> None:
        super().__init__(store, clock)
        self.house = house

    @reads(Permission.VISIT_READ)
    def visit(self, session: Session, visit_id: int) -> VisitView:
        """Return a visit, whole."""
        return views.visit_view(session, session.get_one(Visit, visit_id))

    @reads(Permission.VISIT_READ)
    def by_code(self, session: Session, code: str) -> int | None:
        """Return the id of the visit with this opaque number."""
        return session.scalar(select(Visit.id).where(Visit.code == check_code(code)))

    @reads(Permission.VISIT_READ)
    def day_list(self, session: Session, day: dt.date | None = None, limit: int = 500) -> list[VisitRow]:
        """Return the visits of a day (today by default), latest first."""
        return views.visit_rows(session, day or self.today(), limit)

    @writes(Permission.VISIT_WRITE)
    def open(
        self,
        work: Work,
        visitor_id: int | None,
        kind: VisitKind = VisitKind.GENERAL,
        appointment_id: int | None = None,
    ) -> Ref:
        """Begin a visit of a visitor at the desk; without one for somebody in danger.

        Arriving and greeting are done by then; with a known visitor so is registering.
        """
        visitor = _visitor(work, visitor_id) if visitor_id is not None else None
        visit = Visit(
            code=work.new_code(VISIT),
            visitor_id=visitor_id,
            day=work.day,
            opened_at=work.now,
            kind=kind,
            first_visit=visitor is None or visitor.visits == 0,
        )
        work.session.add(visit)
        work.session.flush()
        steps = [Step.ARRIVE, Step.GREET]
        if visitor is not None:
            steps.append(Step.REGISTER)
            presence.arrived(work, visitor)
        work.session.execute(_ADD_STEP, [_step_line(work, visit.id, step) for step in steps])
        if appointment_id is not None:
            _fulfil(work, visit, appointment_id)
        work.record("visit.open", "visit", visit.id, after={"code": visit.code, "visitor": visitor_id})
        return Ref(visit.id, visit.code)

    @writes(Permission.VISIT_WRITE)
    def attach(self, work: Work, visit_id: int, visitor_id: int) -> None:
        """Say afterwards whose visit it is; emergency comes first, the record after."""
        visit = work.session.get_one(Visit, visit_id, with_for_update=True)
        if visit.visitor_id is not None:
            raise RuleError("visit.attached", Text(N_("This visit has a visitor already.")))
        visitor = _visitor(work, visitor_id)
        visit.visitor_id, visit.first_visit = visitor.id, visitor.visits == 0
        presence.arrived(work, visitor)
        _enter_step(work, visit.id, Step.REGISTER)
        _changed(work, visit, "visit.attach", {"visitor": None}, {"visitor": visitor_id})

    @writes(Permission.VISIT_WRITE)
    def note_complaint(self, work: Work, visit_id: int, complaint: str, pregnant: bool = False) -> None:
        """Keep the complaint in the visitor's own words."""
        visit = _open_visit(work, visit_id)
        before = {"complaint": visit.complaint, "pregnant": visit.pregnant}
        visit.complaint, visit.pregnant = plain_text("complaint", complaint), pregnant
        _changed(work, visit, "visit.complaint", before, {"complaint": complaint, "pregnant": pregnant})

    @writes(Permission.VISIT_WRITE)
    def triage(self, work: Work, visit_id: int, decision: TriageDecision) -> None:
        """Record where the operator sends the visitor; going against the proposal needs a reason."""
        decide(work, _open_visit(work, visit_id), decision)

    @writes(Permission.VISIT_WRITE)
    def to_emergency(self, work: Work, visit_id: int, complaint: str, level: int = 1) -> None:
        """Bring the visitor to emergency at once: the visit ends here with what is known."""
        visit = _open_visit(work, visit_id)
        visit.complaint, visit.urgency = plain_text("complaint", complaint), level
        visit.ended, visit.ended_at = EndReason.EMERGENCY, work.now
        _enter_step(work, visit.id, Step.TRIAGE)
        _changed(work, visit, "visit.emergency", None, {"complaint": complaint, "level": level})

    @reads(Permission.VISIT_READ)
    def unfinished(self, session: Session, visitor_id: int) -> int | None:
        """Return the id of the visitor's visit of today that is still under way, if there is one."""
        returned = (
            select(VisitStep.done)
            .where(VisitStep.visit_id == Visit.id, VisitStep.step == Step.RETURN)
            .order_by(VisitStep.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        asked = (
            select(Visit.id)
            .where(Visit.visitor_id == visitor_id, Visit.day == self.today(), Visit.ended.is_(None))
            .where(func.coalesce(returned, false()) == false())
            .order_by(Visit.opened_at.desc())
        )
        return session.scalar(asked.limit(1))

    @writes(Permission.VISIT_WRITE)
    def take_vitals(self, work: Work, visit_id: int, signs: VitalSigns, pregnant: bool = False) -> None:
        """Keep vital signs with what the rules of the day said of them."""
        visit = _open_visit(work, visit_id)
        visit.pregnant = pregnant
        readings = msgspec.json.encode(signs.readings(), order="deterministic").decode()
        total, urgency = _scores(work, visit, signs, self.house.urgency)
        work.session.execute(
            insert(Vitals).values(
                visit_id=visit.id,
                at=work.now,
                account_id=work.actor.account_id,
                readings=readings,
                news2=total,
                level=urgency,
            )
        )
        _changed(work, visit, "visit.vitals", None, {"readings": readings, "news2": total, "level": urgency})

    @writes(Permission.VISIT_WRITE)
    def set_source(self, work: Work, visit_id: int, source: MediaSource | None, text: str = "") -> None:
        """Record how the visitor heard of the hospital; "other" says it in words."""
        visit = _open_visit(work, visit_id)
        text = plain_line("media_text", text, required=source is MediaSource.OTHER)
        before = {"source": visit.media_source, "text": visit.media_text}
        visit.media_source, visit.media_text = source, text
        _changed(work, visit, "visit.source", before, {"source": source, "text": text})

    @writes(Permission.VISIT_WRITE)
    def fulfil_appointment(self, work: Work, visit_id: int, appointment_id: int) -> None:
        """Say that this visit is the one that was booked."""
        visit = _open_visit(work, visit_id)
        _fulfil(work, visit, appointment_id)
        _changed(work, visit, "visit.appointment", None, {"appointment": appointment_id})

    @writes(Permission.VISIT_WRITE)
    def release_appointment(self, work: Work, visit_id: int) -> None:
        """Undo that this visit is the one that was booked: the appointment is open again."""
        visit = _open_visit(work, visit_id)
        if visit.appointment_id is None:
            raise RuleError("appointment.none", Text(N_("This visit fulfils no appointment.")))
        appointment = work.session.get_one(Appointment, visit.appointment_id, with_for_update=True)
        appointment.state = AppointmentState.BOOKED
        appointment.version += 1
        visit.appointment_id = None
        work.touch("appointment", appointment.id)
        _changed(work, visit, "visit.appointment-released", {"appointment": appointment.id}, None)

    @writes(Permission.VISIT_WRITE)
    def add_charge(self, work: Work, visit_id: int, item_id: int, quantity: int = 1) -> int:
        """Add an item of the price list at today's price; return the line's id."""
        visit = _open_visit(work, visit_id)
        if not 1 <= quantity <= 999:
            raise InputError("quantity", "charge.quantity", Text(N_("The quantity is between 1 and 999.")))
        item = work.session.get_one(PriceItem, item_id)
        charge = Charge(
            visit_id=visit.id,
            item_id=item.id,
            name_zh=item.name_zh,
            name_en=item.name_en,
            name_mn=item.name_mn,
            fen=item.fen,
            quantity=quantity,
        )
        work.session.add(charge)
        work.session.flush()
        _changed(
            work, visit, "visit.charge", None, {"item": item.code, "fen": item.fen, "quantity": quantity}
        )
        return charge.id

    @writes(Permission.VISIT_WRITE)
    def remove_charge(self, work: Work, charge_id: int) -> None:
        """Take an item off the price; the line stays, marked."""
        charge = work.session.get_one(Charge, charge_id)
        visit = _open_visit(work, charge.visit_id)
        charge.removed = True
        _changed(work, visit, "visit.charge-removed", {"charge": charge_id}, None)

    @writes(Permission.VISIT_WRITE)
    def pay(self, work: Work, visit_id: int, payment: Payment, reason: str = "") -> None:
        """Record the state of payment. Waiving needs a reason and the permission for it."""
        visit = _open_visit(work, visit_id)
        if payment is Payment.WAIVED and not work.actor.may(Permission.PRICE_WAIVE):
            raise PermissionDenied(Permission.PRICE_WAIVE)
        reason = plain_line("payment_reason", reason, required=payment is Payment.WAIVED)
        before = {"payment": visit.payment, "reason": visit.payment_reason}
        visit.payment, visit.payment_reason = payment, reason
        _enter_step(work, visit.id, Step.PAY, done=payment is not Payment.UNPAID)
        _changed(work, visit, "visit.pay", before, {"payment": payment, "reason": reason})

    @writes(Permission.VISIT_WRITE)
    def do_step(self, work: Work, visit_id: int, step: Step, note: str = "") -> None:
        """Record that a step is done, by the acting person, now; a number is given by issuing it."""
        visit = _open_visit(work, visit_id)
        if step is Step.NUMBER:
            raise RuleError("visit.issue-number", Text(N_("Issue the number: then this step is done.")))
        _enter_step(work, visit.id, step, note=plain_line("note", note))
        if step is Step.ESCORT and visit.checked_in is None:
            visit.checked_in = work.now
        _changed(work, visit, "visit.step", None, {"step": step, "note": note})

    @writes(Permission.VISIT_WRITE)
    def undo_step(self, work: Work, visit_id: int, step: Step, reason: str = "") -> None:
        """Undo a step by a correcting entry; a number is taken back by voiding it."""
        visit = _open_visit(work, visit_id)
        if step is Step.NUMBER:
            raise RuleError(
                "visit.void-number", Text(N_("A number is taken back by voiding it, with a reason."))
            )
        if not _is_done(work.session, visit.id, step):
            raise RuleError("visit.step-open", Text(N_("This step is not done yet.")))
        before = {"step": step, "payment": visit.payment, "checked_in": visit.checked_in}
        if step is Step.PAY:
            visit.payment, visit.payment_reason = Payment.UNPAID, ""
        elif step is Step.ESCORT:
            visit.checked_in = None
        _enter_step(work, visit.id, step, done=False, note=plain_line("note", reason))
        _changed(work, visit, "visit.step-undone", before, {"reason": reason})

    @writes(Permission.VISIT_WRITE)
    def end(self, work: Work, visit_id: int, reason: EndReason, note: str = "") -> None:
        """End a visit early, with the reason."""
        visit = _open_visit(work, visit_id)
        visit.ended, visit.end_note = reason, plain_line("note", note)
        visit.ended_at = work.now
        _changed(work, visit, "visit.end", {"ended": None}, {"ended": reason, "note": note})

    @writes(Permission.VISIT_WRITE)
    def reopen(self, work: Work, visit_id: int, reason: str) -> None:
        """Take back the early end of a visit."""
        visit = work.session.get_one(Visit, visit_id, with_for_update=True)
        if visit.ended is None:
            raise RuleError("visit.not-ended", Text(N_("This visit has not ended.")))
        before = {"ended": visit.ended, "note": visit.end_note}
        visit.ended, visit.end_note, visit.ended_at = None, "", None
        _changed(work, visit, "visit.reopen", before, {"reason": plain_line("note", reason, required=True)})


def decide(work: Work, visit: Visit, decision: TriageDecision) -> None:
    """Put a triage decision on a visit inside a transaction that is already open."""
    reason = plain_line("override_reason", decision.reason, required=decision.overrides)
    _refuse_other_queue(work.session, visit, decision)
    before = {
        "department": visit.department_id,
        "doctor": visit.doctor_id,
        "urgency": visit.urgency,
        "complaint": visit.complaint,
    }
    visit.complaint = plain_text("complaint", decision.complaint)
    visit.department_id, visit.doctor_id = decision.department_id, decision.doctor_id
    visit.urgency, visit.override_reason = decision.urgency, reason
    if decision.doctor_id is not None and decision.doctor_id != before["doctor"]:
        returns = _becomes_responsible(work, visit, decision.doctor_id)
        take_turn(work, visit, named=decision.named or returns or _is_booked(work, visit))
    _enter_step(work, visit.id, Step.TRIAGE)
    _changed(work, visit, "visit.triage", before, msgspec.to_builtins(decision))


def _becomes_responsible(work: Work, visit: Visit, doctor_id: int) -> bool:
    """Make the doctor responsible for the visitor; return whether that was so before (a return visit)."""
    if visit.visitor_id is None:
        return False
    visitor = work.session.get_one(Visitor, visit.visitor_id)
    was, visitor.responsible_doctor_id = visitor.responsible_doctor_id, doctor_id
    return was == doctor_id


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


def _scores(
    work: Work, visit: Visit, signs: VitalSigns, table: UrgencyTable
) -> tuple[int | None, int | None]:
    """Return NEWS2 total and urgency level, each None where the rules do not score."""
    visitor = work.session.get_one(Visitor, visit.visitor_id) if visit.visitor_id is not None else None
    age = age_in_years(visitor.birth_date, work.day) if visitor and visitor.birth_date else None
    found = level(signs, age, visit.pregnant, table).level
    total = news2(signs, age, visit.pregnant, table.news2).total
    return total, int(found) if found is not None else None


def _open_visit(work: Work, visit_id: int) -> Visit:
    visit = work.session.get_one(Visit, visit_id, with_for_update=True)
    if visit.ended is not None:
        raise RuleError("visit.ended", Text(N_("This visit has ended. Take back its end first.")))
    return visit


def _visitor(work: Work, visitor_id: int) -> Visitor:
    """Return a visitor whom no other desk lets arrive at the same moment."""
    return work.session.get_one(Visitor, visitor_id, with_for_update=True)


def _is_done(session: Session, visit_id: int, step: Step) -> bool:
    return any(view.done for view in fold_steps(views.step_entries(session, visit_id)) if view.step is step)


def _changed(work: Work, visit: Visit, action: str, before: object, after: object) -> None:
    visit.version += 1
    work.record(action, "visit", visit.id, before=before, after=after)


def _enter_step(work: Work, visit_id: int, step: Step, *, done: bool = True, note: str = "") -> None:
    work.session.execute(_ADD_STEP, _step_line(work, visit_id, step, done=done, note=note))


def _step_line(
    work: Work, visit_id: int, step: Step, *, done: bool = True, note: str = ""
) -> dict[str, object]:
    line = {"visit_id": visit_id, "step": step, "done": done, "at": work.now, "note": note}
    return line | {"account_id": work.actor.account_id}


# On the table and made once: a visit has eight steps at least.
_ADD_STEP: Final = insert(table_of(VisitStep))


def enter_step(work: Work, visit: Visit, step: Step, *, done: bool = True, note: str = "") -> None:
    """Add a line to a visit's history inside a transaction that is already open."""
    _enter_step(work, visit.id, step, done=done, note=note)


def _fulfil(work: Work, visit: Visit, appointment_id: int) -> None:
    appointment = work.session.get_one(Appointment, appointment_id, with_for_update=True)
    if appointment.state is not AppointmentState.BOOKED:
        raise ConflictError
    if appointment.visitor_id != visit.visitor_id:
        raise RuleError("appointment.other", Text(N_("This appointment is somebody else's.")))
    appointment.state = AppointmentState.FULFILLED
    appointment.version += 1
    visit.appointment_id = appointment_id
    work.touch("appointment", appointment_id)
