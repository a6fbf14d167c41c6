"""Bringing visitors to the doctor: who is away with whom, handed over, back."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp.db.models.access import Account
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import QueueNumber, Visit, Visitor
from deskapp.db.models.waiting import Escort
from deskapp.db.unit_of_work import Work
from deskapp.domain.access import Permission
from deskapp.domain.escorts import (
    FORGOTTEN_AFTER,
    EscortAct,
    EscortView,
    last_act,
    minutes_away,
    refuse_accompanied,
    refuse_away,
    refuse_done,
    refuse_other_act,
)
from deskapp.domain.registration import SlipState, Step
from deskapp.domain.text import N_, Text
from deskapp.errors import ConflictError, RuleError
from deskapp.services.base import Service, reads, writes
from deskapp.services.checks import plain_line
from deskapp.services.intake import line, views
from deskapp.services.intake.history import changed, enter_step, is_done

FORGOTTEN: Final = "return not recorded"


class EscortService(Service):
    """One way at a time for each operator: away, handed over in person, back at the post."""

    @reads(Permission.VISIT_READ)
    def away(self, session: Session) -> list[EscortView]:
        """Return who is away from the post with a visitor, longest first; a forgotten return ages out."""
        now = self.now()
        asked = _views().where(Escort.returned_at.is_(None), Escort.left_at > now - FORGOTTEN_AFTER)
        rows = session.execute(asked.order_by(Escort.left_at, Escort.id)).all()
        return [_view(session, row, now) for row in rows]

    @reads(Permission.VISIT_READ)
    def of_visit(self, session: Session, visit_id: int) -> list[EscortView]:
        """Return every way that was made with this visit's visitor, in order."""
        asked = _views().where(Escort.visit_id == visit_id).order_by(Escort.id)
        return [_view(session, row, self.now()) for row in session.execute(asked).all()]

    @writes(Permission.VISIT_WRITE)
    def leave(self, work: Work, visit_id: int) -> int:
        """Go along with a visitor to the consulting room; return the id of this way.

        Whoever is away already, and a visitor who is on the way or with the doctor already, are refused.
        """
        account = work.session.get_one(Account, work.actor.account_id, with_for_update=True)
        visit = _visit(work, visit_id)
        if visit.ended is not None:
            raise RuleError("visit.ended", Text(N_("This visit has ended. Take back its end first.")))
        if is_done(work.session, visit_id, Step.ESCORT):
            raise refuse_done()
        _refuse_second(work, account, visit_id)
        escort = Escort(visit_id=visit_id, account_id=account.id, left_at=work.now)
        work.session.add(escort)
        work.session.flush()
        work.record("escort.leave", "escort", escort.id, after={"visit": visit_id})
        work.touch("visit", visit_id)
        return escort.id

    @writes(Permission.VISIT_WRITE)
    def hand_over(self, work: Work, escort_id: int, version: int, handed_to: str, note: str = "") -> None:
        """Record that the doctor or assistant took over in person: the visitor is at the doctor's from now on."""
        escort = _seen(work, escort_id, version)
        if _is_handed(work, escort):
            raise refuse_done()
        _hand_over(work, escort, handed_to, note)

    @writes(Permission.VISIT_WRITE)
    def returned(self, work: Work, escort_id: int, version: int, handed_to: str = "") -> None:
        """Record that the operator is back at the post. With `handed_to` the hand-over is recorded too, if it was not.

        Coming back without having handed anybody over ends the way and leaves the visit where it was.
        """
        escort = _seen(work, escort_id, version)
        if handed_to.strip() and not _is_handed(work, escort):
            _hand_over(work, escort, handed_to, "")
        escort.returned_at = work.now
        handed = _is_handed(work, escort)
        if handed:
            _step(work, escort, Step.RETURN)
        _changed(work, escort, "escort.return", {"handed": handed})

    @writes(Permission.VISIT_WRITE)
    def undo(self, work: Work, escort_id: int, act: EscortAct, reason: str = "") -> None:
        """Take back what was done last, which must be `act`; the history of the visit gets a correcting entry."""
        escort = work.session.get_one(Escort, escort_id, with_for_update=True)
        if last_act(escort.handed_at, escort.returned_at) is not act:
            raise refuse_other_act()
        before = {"act": act, "handed_to": escort.handed_to}
        if act is EscortAct.RETURNED:
            _back_on_the_way(work, escort)
        elif act is EscortAct.HANDED:
            escort.handed_at, escort.handed_to = None, ""
            _step(work, escort, Step.ESCORT, done=False)
        else:
            escort.returned_at = work.now
        escort.note = plain_line("note", reason) or escort.note
        _changed(work, escort, "escort.undo", {"reason": reason}, before)


def _back_on_the_way(work: Work, escort: Escort) -> None:
    account = work.session.get_one(Account, escort.account_id, with_for_update=True)
    _refuse_second(work, account, escort.visit_id)
    escort.returned_at = None
    if escort.handed_at is not None:
        _step(work, escort, Step.RETURN, done=False)


def _is_handed(work: Work, escort: Escort) -> bool:
    """Say whether the visitor is at the doctor's by this way; at the desk and in the line it may have been taken back."""
    return escort.handed_at is not None and is_done(work.session, escort.visit_id, Step.ESCORT)


def _hand_over(work: Work, escort: Escort, handed_to: str, note: str) -> None:
    visit = _visit(work, escort.visit_id)
    if visit.ended is not None:
        raise RuleError("visit.ended", Text(N_("This visit has ended. Take back its end first.")))
    escort.handed_to = plain_line("handed_to", handed_to.strip(), required=True)
    escort.note = plain_line("note", note.strip()) or escort.note
    escort.handed_at = work.now
    if visit.checked_in is None:
        visit.checked_in = work.now
    if not is_done(work.session, visit.id, Step.ESCORT):
        _step(work, escort, Step.ESCORT, note=escort.handed_to)
    line.started(work, visit)
    _changed(work, escort, "escort.hand-over", {"handed_to": escort.handed_to})


def _step(work: Work, escort: Escort, step: Step, *, done: bool = True, note: str = "") -> None:
    """Add a line to the visit's history in the name of who brought the visitor; an ended visit gets none."""
    visit = _visit(work, escort.visit_id)
    if visit.ended is not None or (not done and not is_done(work.session, visit.id, step)):
        return
    if step is Step.ESCORT and not done:
        line.not_started(work, visit)
        visit.checked_in = None
    enter_step(work, visit.id, step, done=done, note=note, by=escort.account_id if done else None)
    action = "visit.step" if done else "visit.step-undone"
    changed(work, visit, action, None, {"step": step, "note": note})


def _changed(work: Work, escort: Escort, action: str, after: object, before: object = None) -> None:
    escort.version += 1
    work.record(action, "escort", escort.id, before=before, after=after)
    work.touch("visit", escort.visit_id)


def _seen(work: Work, escort_id: int, version: int) -> Escort:
    escort = work.session.get_one(Escort, escort_id, with_for_update=True)
    if escort.version != version or escort.returned_at is not None:
        raise ConflictError
    return escort


def _visit(work: Work, visit_id: int) -> Visit:
    return work.session.get_one(Visit, visit_id, with_for_update=True)


def _refuse_second(work: Work, account: Account, visit_id: int) -> None:
    """Refuse a second way at once, of the operator (whose account is locked) or of the visitor (whose visit is)."""
    for escort in work.session.scalars(_open_ways(account.id, visit_id)):
        if escort.left_at <= work.now - FORGOTTEN_AFTER:
            escort.returned_at, escort.note = work.now, escort.note or FORGOTTEN
            _changed(work, escort, "escort.return", {"forgotten": True})
        elif escort.account_id == account.id:
            asked = select(Visitor.name).join(Visit, Visit.visitor_id == Visitor.id)
            raise refuse_away(work.session.scalar(asked.where(Visit.id == escort.visit_id)) or "")
        else:
            raise refuse_accompanied(work.session.get_one(Account, escort.account_id).name)


def _open_ways(account_id: int, visit_id: int) -> Any:
    theirs = (Escort.account_id == account_id) | (Escort.visit_id == visit_id)
    return select(Escort).where(Escort.returned_at.is_(None), theirs).order_by(Escort.id)


def _views() -> Any:
    return (
        select(Escort, Account.name, Visit.code, Visitor.name, Department, Doctor)
        .join(Account, Account.id == Escort.account_id)
        .join(Visit, Visit.id == Escort.visit_id)
        .outerjoin(Visitor, Visitor.id == Visit.visitor_id)
        .outerjoin(Department, Department.id == Visit.department_id)
        .outerjoin(Doctor, Doctor.id == Visit.doctor_id)
    )


def _view(session: Session, row: Any, now: dt.datetime) -> EscortView:
    escort, who, code, visitor, department, doctor = row
    return EscortView(
        id=escort.id,
        version=escort.version,
        visit_id=escort.visit_id,
        visit_code=code,
        visitor=visitor or "",
        label=_label(session, escort.visit_id),
        who=who,
        account_id=escort.account_id,
        left_at=escort.left_at,
        handed_at=escort.handed_at,
        handed_to=escort.handed_to,
        returned_at=escort.returned_at,
        department=views.department_name(department) if department else None,
        doctor=doctor.name if doctor else "",
        room=(doctor.room if doctor else "") or (department.room if department else ""),
        away=minutes_away(escort.left_at, escort.returned_at or now),
    )


def _label(session: Session, visit_id: int) -> str:
    """Return the label of the visit's valid number, "" while there is none."""
    asked = select(QueueNumber.label).where(
        QueueNumber.visit_id == visit_id, QueueNumber.state != SlipState.VOID
    )
    return session.scalar(asked) or ""
