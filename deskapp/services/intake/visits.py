"""Visits: opened, triaged, priced, stepped through, ended. History is only added to."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import msgspec
from sqlalchemy import Select, false, func, insert, select
from sqlalchemy.orm import Session

from deskapp.db.engine import Store
from deskapp.db.models.directory import PriceItem
from deskapp.db.models.intake import Appointment, Charge, Visit, Visitor, VisitStep, Vitals
from deskapp.db.unit_of_work import Clock, Work
from deskapp.domain.access import Permission
from deskapp.domain.appointments import AppointmentAct
from deskapp.domain.codes import VISIT, check_code
from deskapp.domain.intake import Ref, TriageDecision, VisitRow, VisitView
from deskapp.domain.registration import (
    AppointmentState,
    EndReason,
    MediaSource,
    Payment,
    Step,
    VisitKind,
)
from deskapp.domain.retention import FEWEST_YEARS, last_day_due
from deskapp.domain.text import N_, Text
from deskapp.domain.urgency import UrgencyTable, level, news2, vitals_from_text
from deskapp.domain.urgency import Vitals as VitalSigns
from deskapp.domain.visitor_rules import age_in_years
from deskapp.errors import ConflictError, InputError, PermissionDenied, RuleError
from deskapp.services.base import Service, reads, writes
from deskapp.services.checks import plain_line, plain_text
from deskapp.services.house import HouseRules
from deskapp.services.intake import door, line, presence, views
from deskapp.services.intake.booking import note_event
from deskapp.services.intake.deciding import check_urgency, decide, milder_reason
from deskapp.services.intake.ending import bring_to_emergency, end_visit
from deskapp.services.intake.history import changed, enter_step, is_done
from deskapp.services.intake.merging import standing_visitor

HELD: Final[dict[str, Any]] = {"read": True, "key_share": True}


class VisitService(Service):
    """What a person does with one visit."""

    def __init__(self, store: Store, clock: Clock | None, house: HouseRules) -> None:
        super().__init__(store, clock)
        self.house = house

    @reads(Permission.VISIT_READ, sensitive="visit")
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
        greeting_id: int | None = None,
    ) -> Ref:
        """Begin a visit of a visitor at the desk; without one for somebody in danger.

        Arriving and greeting are done by then; with a known visitor so is registering. With a greeting of the
        door the visit began when the guide met the visitor.
        """
        return _open(work, visitor_id, kind, appointment_id, greeting_id)

    @writes(Permission.VISIT_WRITE)
    def open_or_join(self, work: Work, visitor_id: int, greeting_id: int | None = None) -> Ref:
        """Return the visitor's visit of today that is still under way, else begin one.

        The visitor is locked meanwhile: two desks that find the same person get one visit.
        """
        visitor_id = _visitor(work, visitor_id).id
        found = work.session.scalar(_under_way(visitor_id, work.day))
        if found is None:
            return _open(work, visitor_id, greeting_id=greeting_id)
        visit = work.session.get_one(Visit, found)
        met = door.begin_at_door(work, visit, greeting_id, is_new=False)
        if met is not None:
            _fulfil_met(work, visit, met)
            changed(work, visit, "visit.greeting", None, {"greeting": greeting_id})
        return Ref(visit.id, visit.code, visit.version)

    @writes(Permission.VISIT_WRITE)
    def attach(self, work: Work, visit_id: int, visitor_id: int) -> None:
        """Say afterwards whose visit it is; emergency comes first, the record after."""
        visit = work.session.get_one(Visit, visit_id, with_for_update=True)
        if visit.visitor_id is not None:
            raise RuleError("visit.attached", Text(N_("This visit has a visitor already.")))
        visitor = _visitor(work, visitor_id)
        visit.visitor_id, visit.first_visit = visitor.id, visitor.visits == 0
        presence.arrived(work, visitor)
        enter_step(work, visit.id, Step.REGISTER)
        changed(work, visit, "visit.attach", {"visitor": None}, {"visitor": visitor_id})
        _score_again(work, visit, self.house.urgency)

    @writes(Permission.VISIT_WRITE)
    def detach(self, work: Work, visit_id: int) -> None:
        """Take back whose visit it is: the wrong person was taken for the one in danger."""
        visit = work.session.get_one(Visit, visit_id, with_for_update=True)
        if visit.visitor_id is None:
            raise RuleError("visit.nameless", Text(N_("This visit has no visitor yet.")))
        presence.taken_back(work, _visitor(work, visit.visitor_id), visit.id)
        before, visit.visitor_id, visit.first_visit = visit.visitor_id, None, True
        enter_step(work, visit.id, Step.REGISTER, done=False)
        changed(work, visit, "visit.detach", {"visitor": before}, {"visitor": None})
        _score_again(work, visit, self.house.urgency)

    @writes(Permission.VISIT_WRITE)
    def set_urgency(self, work: Work, visit_id: int, urgency: int | None, reason: str = "") -> None:
        """Record how urgent the operator judges a visit whose number was given already."""
        visit = _open_visit(work, visit_id)
        check_urgency(urgency)
        reason = milder_reason(work.session, visit, urgency, reason)
        before, visit.urgency = visit.urgency, urgency
        if reason and reason not in visit.override_reason:
            visit.override_reason = "; ".join(filter(None, (visit.override_reason, reason)))
        changed(work, visit, "visit.urgency", {"urgency": before}, {"urgency": urgency, "reason": reason})
        line.looked_at(work, visit)

    @writes(Permission.VISIT_WRITE)
    def note_complaint(self, work: Work, visit_id: int, complaint: str, pregnant: bool = False) -> None:
        """Keep the complaint in the visitor's own words."""
        visit = _open_visit(work, visit_id)
        before = {"complaint": visit.complaint, "pregnant": visit.pregnant}
        visit.complaint, visit.pregnant = plain_text("complaint", complaint), pregnant
        changed(work, visit, "visit.complaint", before, {"complaint": complaint, "pregnant": pregnant})

    @writes(Permission.VISIT_WRITE)
    def triage(self, work: Work, visit_id: int, decision: TriageDecision) -> None:
        """Record where the operator sends the visitor; going against the proposal needs a reason."""
        decide(work, _open_visit(work, visit_id), decision)

    @writes(Permission.VISIT_WRITE)
    def to_emergency(self, work: Work, visit_id: int, complaint: str | None, level: int = 1) -> None:
        """Bring the visitor to emergency at once: the visit ends here with what is known.

        None leaves the complaint as it is stored.
        """
        visit = _open_visit(work, visit_id)
        check_urgency(level)
        if complaint is not None:
            visit.complaint = plain_text("complaint", complaint)
        bring_to_emergency(work, visit, level)

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
        changed(work, visit, "visit.vitals", None, {"readings": readings, "news2": total, "level": urgency})

    @writes(Permission.VISIT_WRITE)
    def set_source(self, work: Work, visit_id: int, source: MediaSource | None, text: str = "") -> None:
        """Record how the visitor heard of the hospital; "other" says it in words."""
        visit = _open_visit(work, visit_id)
        text = plain_line("media_text", text, required=source is MediaSource.OTHER)
        before = {"source": visit.media_source, "text": visit.media_text}
        visit.media_source, visit.media_text = source, text
        changed(work, visit, "visit.source", before, {"source": source, "text": text})

    @writes(Permission.VISIT_WRITE)
    def fulfil_appointment(self, work: Work, visit_id: int, appointment_id: int) -> None:
        """Say that this visit is the one that was booked."""
        visit = _open_visit(work, visit_id)
        _fulfil(work, visit, appointment_id)
        changed(work, visit, "visit.appointment", None, {"appointment": appointment_id})

    @writes(Permission.VISIT_WRITE)
    def release_appointment(self, work: Work, visit_id: int) -> None:
        """Undo that this visit is the one that was booked: the appointment is open again."""
        visit = _open_visit(work, visit_id)
        if visit.appointment_id is None:
            raise RuleError("appointment.none", Text(N_("This visit fulfils no appointment.")))
        appointment = work.session.get_one(Appointment, visit.appointment_id, with_for_update=True)
        appointment.state = AppointmentState.BOOKED
        appointment.version += 1
        note_event(work, appointment, AppointmentAct.REOPENED)
        visit.appointment_id = None
        line.booked(work, visit, None)
        work.touch("appointment", appointment.id)
        changed(work, visit, "visit.appointment-released", {"appointment": appointment.id}, None)

    @writes(Permission.VISIT_WRITE)
    def add_charge(self, work: Work, visit_id: int, item_id: int, quantity: int = 1) -> int:
        """Add an item of the price list at today's price; return the line's id.

        A visit that was paid, or waived, is unpaid again: there is more to pay now.
        """
        visit = _open_visit(work, visit_id)
        if not 1 <= quantity <= 999:
            raise InputError("quantity", "charge.quantity", Text(N_("The quantity is between 1 and 999.")))
        item = _priced(work.session, item_id, work.day)
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
        changed(work, visit, "visit.charge", None, {"item": item.code, "fen": item.fen, "quantity": quantity})
        if visit.payment is not Payment.UNPAID:
            _owe_again(work, visit, item)
        return charge.id

    @writes(Permission.VISIT_WRITE)
    def remove_charge(self, work: Work, charge_id: int) -> None:
        """Take an item off the price; the line stays, marked. Raises `RuleError` the second time."""
        charge = work.session.get_one(Charge, charge_id)
        visit = _open_visit(work, charge.visit_id)
        # Only now nobody else can take it off.
        work.session.refresh(charge)
        if charge.removed:
            raise RuleError("charge.removed", Text(N_("This was taken back already.")))
        charge.removed = True
        changed(work, visit, "visit.charge-removed", {"charge": charge_id}, None)

    @writes(Permission.VISIT_WRITE)
    def pay(self, work: Work, visit_id: int, payment: Payment, reason: str = "") -> None:
        """Record the state of payment. Waiving needs a reason and the permission for it."""
        visit = _open_visit(work, visit_id)
        if payment is Payment.WAIVED and not work.actor.may(Permission.PRICE_WAIVE):
            raise PermissionDenied(Permission.PRICE_WAIVE)
        reason = plain_line("payment_reason", reason, required=payment is Payment.WAIVED)
        before = {"payment": visit.payment, "reason": visit.payment_reason}
        visit.payment, visit.payment_reason = payment, reason
        if payment is not Payment.UNPAID or is_done(work.session, visit.id, Step.PAY):
            enter_step(work, visit.id, Step.PAY, done=payment is not Payment.UNPAID)
        changed(work, visit, "visit.pay", before, {"payment": payment, "reason": reason})

    @writes(Permission.VISIT_WRITE)
    def do_step(self, work: Work, visit_id: int, step: Step, note: str = "") -> None:
        """Record that a step is done, by the acting person, now.

        A number is given by issuing it, a payment by saying that it was paid or waived.
        """
        visit = _open_visit(work, visit_id)
        if step is Step.NUMBER:
            raise RuleError("visit.issue-number", Text(N_("Issue the number: then this step is done.")))
        if step is Step.PAY:
            raise RuleError("visit.record-payment", Text(N_("Record the payment: then this step is done.")))
        enter_step(work, visit.id, step, note=plain_line("note", note))
        if step is Step.ESCORT and visit.checked_in is None:
            visit.checked_in = work.now
        if step is Step.ESCORT:
            line.started(work, visit)
        changed(work, visit, "visit.step", None, {"step": step, "note": note})

    @writes(Permission.VISIT_WRITE)
    def undo_step(self, work: Work, visit_id: int, step: Step, reason: str = "") -> None:
        """Undo a step by a correcting entry; a number is taken back by voiding it."""
        visit = _open_visit(work, visit_id)
        if step is Step.NUMBER:
            raise RuleError(
                "visit.void-number", Text(N_("A number is taken back by voiding it, with a reason."))
            )
        if not is_done(work.session, visit.id, step):
            raise RuleError("visit.step-open", Text(N_("This step is not done yet.")))
        before = {"step": step, "payment": visit.payment, "checked_in": visit.checked_in}
        if step is Step.PAY:
            visit.payment, visit.payment_reason = Payment.UNPAID, ""
        elif step is Step.ESCORT:
            line.not_started(work, visit)
            visit.checked_in = None
        enter_step(work, visit.id, step, done=False, note=plain_line("note", reason))
        changed(work, visit, "visit.step-undone", before, {"reason": reason})

    @writes(Permission.VISIT_WRITE)
    def end(self, work: Work, visit_id: int, reason: EndReason, note: str = "") -> None:
        """End a visit early, with the reason."""
        visit = _open_visit(work, visit_id)
        end_visit(work, visit, reason, plain_line("note", note))

    @writes(Permission.VISIT_WRITE)
    def reopen(self, work: Work, visit_id: int, reason: str) -> None:
        """Take back the early end of a visit."""
        visit = work.session.get_one(Visit, visit_id, with_for_update=True)
        if visit.ended is None:
            raise RuleError("visit.not-ended", Text(N_("This visit has not ended.")))
        before = {"ended": visit.ended, "note": visit.end_note}
        line.rejoin(work, visit)
        visit.ended, visit.end_note, visit.ended_at = None, "", None
        changed(work, visit, "visit.reopen", before, {"reason": plain_line("note", reason, required=True)})


def _open(
    work: Work,
    visitor_id: int | None,
    kind: VisitKind = VisitKind.GENERAL,
    appointment_id: int | None = None,
    greeting_id: int | None = None,
) -> Ref:
    visitor = _visitor(work, visitor_id) if visitor_id is not None else None
    visit = Visit(
        code=work.new_code(VISIT),
        visitor_id=visitor.id if visitor is not None else None,
        day=work.day,
        opened_at=work.now,
        kind=kind,
        first_visit=visitor is None or visitor.visits == 0,
    )
    work.session.add(visit)
    work.session.flush()
    met = door.begin_at_door(work, visit, greeting_id, is_new=True)
    steps = [Step.ARRIVE, Step.GREET] if met is None else []
    if visitor is not None:
        steps.append(Step.REGISTER)
        presence.arrived(work, visitor)
    if steps:
        enter_step(work, visit.id, *steps)
    if appointment_id is not None:
        _fulfil(work, visit, appointment_id)
    elif met is not None:
        _fulfil_met(work, visit, met)
    work.record("visit.open", "visit", visit.id, after={"code": visit.code, "visitor": visitor_id})
    return Ref(visit.id, visit.code)


def _fulfil_met(work: Work, visit: Visit, met: door.Met) -> None:
    """Fulfil the appointment that the door knew of."""
    if met.appointment_id is not None:
        _fulfil(work, visit, met.appointment_id)
        work.record("visit.appointment", "visit", visit.id, after={"appointment": met.appointment_id})


def _under_way(visitor_id: int, day: dt.date) -> Select[int]:
    """Return the question for the visitor's latest visit of a day that is neither over nor ended."""
    returned = (
        select(VisitStep.done)
        .where(VisitStep.visit_id == Visit.id, VisitStep.step == Step.RETURN)
        .order_by(VisitStep.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(Visit.id)
        .where(Visit.visitor_id == visitor_id, Visit.day == day, Visit.ended.is_(None))
        .where(func.coalesce(returned, false()) == false())
        .order_by(Visit.opened_at.desc())
        .limit(1)
    )


def _priced(session: Session, item_id: int, day: dt.date) -> PriceItem:
    """Return an item of the price list at a price that holds on a day.

    Raises `InputError` at "item" where another desk took the price back meanwhile, `RuleError` on other days.
    """
    # Held: on a server another desk could take it back before the charge is stored.
    item = session.get(PriceItem, item_id, with_for_update=HELD)
    if item is None:
        raise InputError("item", "charge.gone", Text(N_("This is not in the directory any more.")))
    if (item.valid_from and day < item.valid_from) or (item.valid_to and item.valid_to < day):
        message = Text(N_("{item} is not on today's price list."), {"item": views.department_name(item)})
        raise RuleError("charge.expired", message)
    return item


def _owe_again(work: Work, visit: Visit, item: PriceItem) -> None:
    """Make a visit unpaid because `item` was added after the payment."""
    before = {"payment": visit.payment, "reason": visit.payment_reason}
    visit.payment, visit.payment_reason = Payment.UNPAID, ""
    enter_step(work, visit.id, Step.PAY, done=False, note=item.code)
    after = {"payment": Payment.UNPAID, "reason": "", "charged_since": item.code}
    changed(work, visit, "visit.pay", before, after)


def _score_again(work: Work, visit: Visit, table: UrgencyTable) -> None:
    """Score the latest vital signs by the age that is known now; new scores stand beside the old ones."""
    asked = select(Vitals).where(Vitals.visit_id == visit.id).order_by(Vitals.id.desc()).limit(1)
    taken = work.session.scalar(asked)
    if taken is None:
        return
    signs = vitals_from_text(msgspec.json.decode(taken.readings, type=dict[str, str]))
    total, urgency = _scores(work, visit, signs, table)
    if (total, urgency) == (taken.news2, taken.level):
        return
    # The same reading by the same person at the same time: only what the rules say of it is new.
    same = {name: getattr(taken, name) for name in ("visit_id", "at", "account_id", "readings")}
    work.session.execute(insert(Vitals).values(**same, news2=total, level=urgency))
    before = {"news2": taken.news2, "level": taken.level}
    changed(work, visit, "visit.vitals-scored", before, {"news2": total, "level": urgency})


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
    if visit.visitor_id is not None and last_day_due(work.day, FEWEST_YEARS) >= visit.day:
        _visitor(work, visit.visitor_id)  # refuses one whose data was erased
    if visit.ended is not None:
        raise RuleError("visit.ended", Text(N_("This visit has ended. Take back its end first.")))
    return visit


def _visitor(work: Work, visitor_id: int) -> Visitor:
    """Return a visitor whom no other desk lets arrive at the same moment; a merged record leads to the kept one."""
    return standing_visitor(work.session, visitor_id)


def _fulfil(work: Work, visit: Visit, appointment_id: int) -> None:
    appointment = work.session.get_one(Appointment, appointment_id, with_for_update=True)
    if appointment.state is not AppointmentState.BOOKED:
        raise ConflictError
    if appointment.visitor_id != visit.visitor_id:
        raise RuleError("appointment.other", Text(N_("This appointment is somebody else's.")))
    appointment.state = AppointmentState.FULFILLED
    appointment.version += 1
    note_event(work, appointment, AppointmentAct.FULFILLED)
    visit.appointment_id = appointment_id
    line.booked(work, visit, appointment.starts_at)
    work.touch("appointment", appointment_id)
