"""The waiting line: who stands where and why, calling, moving, starting, and care for those who wait."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import Account
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import QueueNumber, Visit
from deskapp.db.models.waiting import Care, QueueEntry, QueueEvent
from deskapp.db.unit_of_work import Clock, Work
from deskapp.domain.access import Actor, Permission
from deskapp.domain.changes import Changes
from deskapp.domain.registration import EndReason, SlipState
from deskapp.domain.text import N_, Text
from deskapp.domain.waiting import (
    ABSENCES_ALLOWED,
    LIVE,
    OPEN,
    CareDone,
    CareKind,
    DueNow,
    QueueAct,
    QueueEventView,
    Standing,
    WaitingView,
    after,
)
from deskapp.domain.waiting_rules import Happened, no_show_due
from deskapp.errors import ConflictError, RuleError
from deskapp.services.base import Done, Service, composed, reads, writes
from deskapp.services.checks import plain_line
from deskapp.services.house import HouseRules
from deskapp.services.intake import deciding, ending, line, waiting_view
from deskapp.services.intake.history import changed
from deskapp.services.intake.line_facts import Paces
from deskapp.services.settings import site_value
from deskapp.settings import NO_SHOW_MINUTES

EMERGENCY_LEVEL: Final = 1


class WaitingService(Service):
    """The waiting line: who stands where and why, calling, moving, starting, and care for those who wait.

    Each act names the version of the place that it saw, and raises it by one: whoever acted knows the version
    with which to take it back. An older one is refused with `ConflictError`.
    """

    def __init__(self, store: Store, clock: Clock | None, house: HouseRules) -> None:
        super().__init__(store, clock)
        self.house = house
        self._paces = Paces()

    # --- Looking --------------------------------------------------------------------------------------------

    @reads(Permission.VISIT_READ)
    def view(self, session: Session, department_id: int | None = None) -> WaitingView:
        """Return the waiting page, of one department or of all."""
        return waiting_view.view(session, self.now(), self.house.urgency, self._paces, department_id)

    @reads(Permission.VISIT_READ)
    def due(self, session: Session) -> list[DueNow]:
        """Return what has to be done now for those who wait: looking again first, most urgent first, then apologies."""
        return waiting_view.due(session, self.now(), self.house.urgency)

    @reads(Permission.VISIT_READ)
    def history(self, session: Session, entry_id: int) -> list[QueueEventView]:
        """Return what happened to a place, oldest first; `by` is empty for what the program did by itself."""
        asked = (
            select(QueueEvent.id, QueueEvent.act, QueueEvent.at, Account.name, QueueEvent.reason)
            .outerjoin(Account, Account.id == QueueEvent.account_id)
            .where(QueueEvent.entry_id == entry_id)
            .order_by(QueueEvent.id)
        )
        return [
            QueueEventView(row[0], row[1], row[2], row[3] or "", row[4]) for row in session.execute(asked)
        ]

    @reads(Permission.VISIT_READ)
    def care_of(self, session: Session, visit_id: int) -> list[CareDone]:
        """Return what was done for a visitor who waits, oldest first, without what was taken back."""
        asked = (
            select(Care.kind, Care.at, Account.name, Care.note)
            .join(Account, Account.id == Care.account_id)
            .where(Care.visit_id == visit_id, Care.taken_back_at.is_(None))
            .order_by(Care.id)
        )
        return [CareDone(*row) for row in session.execute(asked)]

    # --- Calling --------------------------------------------------------------------------------------------

    @writes(Permission.VISIT_WRITE)
    def call(self, work: Work, entry_id: int, version: int, room: str = "") -> None:
        """Call a visitor, to the doctor's room or the department's unless another is named.

        Raises `RuleError` "queue.called" when another desk, or this one, called them already.
        """
        entry, _visit = _locked(work, entry_id)
        if entry.standing is Standing.CALLED:
            raise _called_already(work.session, entry)
        _refuse_stale(entry, version)
        _call(work, entry, QueueAct.CALLED, room)

    @writes(Permission.VISIT_WRITE)
    def call_next(self, work: Work, queue: str, room: str = "") -> int | None:
        """Call whoever is next in a line; return the place's id, None when nobody waits there.

        Whom another desk calls at the same moment is left to it, and the one after is called.
        """
        queue = plain_line("queue", queue)
        for entry_id in waiting_view.calling_order(work.session, work.now, queue):
            entry, _visit = _locked(work, entry_id)
            if entry.standing is Standing.WAITING and entry.queue == queue:
                _call(work, entry, QueueAct.CALLED, room)
                return entry.id
        return None

    @writes(Permission.VISIT_WRITE)
    def call_again(self, work: Work, entry_id: int, version: int, room: str = "") -> None:
        """Call a visitor again, to the same room unless another is named."""
        entry, _visit = _seen(work, entry_id, version)
        _call(work, entry, QueueAct.CALLED_AGAIN, room or entry.room)

    @writes(Permission.VISIT_WRITE)
    def requeue(self, work: Work, entry_id: int, version: int, reason: str = "") -> None:
        """Put a called visitor back into the line where they stood."""
        entry, _visit = _seen(work, entry_id, version)
        reason = plain_line("reason", reason)
        line.enter(work, entry, QueueAct.REQUEUED, {"called_at": None, "called_by": None}, reason=reason)

    @writes(Permission.VISIT_WRITE)
    def park(self, work: Work, entry_id: int, version: int, reason: str) -> None:
        """Take a visitor out of the turn for a while, with the reason; the place stays visible."""
        entry, _visit = _seen(work, entry_id, version)
        reason = plain_line("reason", reason, required=True)
        line.enter(work, entry, QueueAct.PARKED, {"reason": reason}, reason=reason)

    @writes(Permission.VISIT_WRITE)
    def unpark(self, work: Work, entry_id: int, version: int) -> None:
        """Put a parked visitor back into the line where they stood; who was parked for not coming, as if come now."""
        entry, _visit = _seen(work, entry_id, version)
        values: dict[str, Any] = {"reason": "", "called_at": None, "called_by": None}
        if entry.absences > ABSENCES_ALLOWED and not entry.reason:
            values["since"] = work.now
        line.enter(work, entry, QueueAct.RETURNED, values)

    # --- Elsewhere, and to the doctor -------------------------------------------------------------------------

    @writes(Permission.VISIT_WRITE)
    def move(  # noqa: PLR0917 - as a person says it: whom, where to, why
        self,
        work: Work,
        entry_id: int,
        version: int,
        department_id: int,
        doctor_id: int | None,
        reason: str = "",
    ) -> None:
        """Send a waiting visitor to another line; the number stays, and so does what they have waited."""
        entry, visit = _seen(work, entry_id, version)
        deciding.refuse_place(work.session, department_id, doctor_id, work.day)
        reason = plain_line("reason", reason)
        if (entry.department_id, entry.doctor_id) == (department_id, doctor_id):
            raise RuleError("queue.same-line", Text(N_("The visitor waits there already.")))
        before = deciding.send(work, visit, department_id, doctor_id)
        line.move(work, entry, visit, before, reason)
        told = {"department_id": department_id, "doctor_id": doctor_id, "reason": reason}
        changed(work, visit, "visit.moved", before.visit, told)

    @writes(Permission.VISIT_WRITE)
    def start(self, work: Work, entry_id: int, version: int) -> None:
        """Record that the doctor begins with a visitor."""
        entry, visit = _seen(work, entry_id, version)
        line.start(work, entry, visit)

    @writes(Permission.VISIT_WRITE)
    def finish(self, work: Work, entry_id: int, version: int) -> None:
        """Record that the doctor is done with a visitor."""
        entry, _visit = _seen(work, entry_id, version)
        line.enter(work, entry, QueueAct.FINISHED, {"finished_at": work.now})

    # --- Ends ---------------------------------------------------------------------------------------------------

    @writes(Permission.VISIT_WRITE)
    def left_unseen(self, work: Work, entry_id: int, version: int, note: str = "") -> None:
        """Record that a visitor went without being seen: the visit ends with it."""
        _entry, visit = _live(work, entry_id, version, QueueAct.LEFT)
        ending.end_visit(work, visit, EndReason.LEFT_UNSEEN, plain_line("note", note))

    @writes(Permission.VISIT_WRITE)
    def to_emergency(self, work: Work, entry_id: int, version: int, reason: str = "") -> None:
        """Bring a waiting visitor to emergency at once: the visit ends with it."""
        _entry, visit = _live(work, entry_id, version, QueueAct.EMERGENCY)
        ending.bring_to_emergency(work, visit, EMERGENCY_LEVEL, plain_line("reason", reason))

    @writes(Permission.VISIT_WRITE)
    def carry_over(self, work: Work, entry_id: int, version: int) -> None:
        """Let a number of an earlier day wait on today."""
        entry, _visit = _seen(work, entry_id, version)
        if entry.day >= work.day:
            raise RuleError("queue.today", Text(N_("This number is in today's line already.")))
        values = {"day": work.day, "called_at": None, "called_by": None, "reason": ""}
        line.enter(work, entry, QueueAct.CARRIED_OVER, values)

    @writes(Permission.VISIT_WRITE)
    def undo(self, work: Work, entry_id: int, version: int) -> None:
        """Take back the last thing that happened to a place; again, and the one before is taken back."""
        entry, visit = _seen(work, entry_id, version)
        line.undo(work, entry, visit)

    # --- Care ---------------------------------------------------------------------------------------------------

    @writes(Permission.VISIT_WRITE)
    def give_care(self, work: Work, visit_id: int, kind: CareKind, note: str = "") -> int:
        """Record what was done for somebody who waits; return its id."""
        visit = work.session.get_one(Visit, visit_id)
        if visit.ended is not None:
            raise RuleError("visit.ended", Text(N_("This visit has ended. Take back its end first.")))
        care = Care(visit_id=visit_id, kind=kind, at=work.now, note=plain_line("note", note))
        care.account_id = work.actor.account_id
        work.session.add(care)
        work.session.flush()
        work.record("visit.care", "visit", visit_id, after={"kind": kind, "note": note})
        _touch_place(work, visit_id)
        return care.id

    @writes(Permission.VISIT_WRITE)
    def take_back_care(self, work: Work, care_id: int) -> None:
        """Mark what was written down by mistake as taken back: what it had silenced is due again.

        Also of a visit that has ended since: it was never done. Raises `RuleError` "care.undone" the second time.
        """
        care = work.session.get_one(Care, care_id, with_for_update=True)
        if care.taken_back_at is not None:
            raise RuleError("care.undone", Text(N_("This was taken back already.")))
        care.taken_back_at, care.taken_back_by = work.now, work.actor.account_id
        was = {"kind": care.kind, "note": care.note, "at": care.at}
        work.record("visit.care-undone", "visit", care.visit_id, before=was)
        _touch_place(work, care.visit_id)

    # --- What the program does by itself --------------------------------------------------------------------------

    @composed(Permission.ANYONE)
    def return_no_shows(self, actor: Actor, request: str) -> Done[int]:
        """Put whoever was called and did not come back into the line, the second time aside; return how many.

        Writes nothing while there is nobody like that.
        """
        with self.store.reading() as session:
            due = bool(_no_shows(session, self.now()))
        return self._return_no_shows(actor, request) if due else Done(0, Changes())

    @writes(Permission.ANYONE)
    def _return_no_shows(self, work: Work) -> int:
        returned = 0
        for entry_id in _no_shows(work.session, work.now):
            entry, _visit = _locked(work, entry_id)
            if entry_id in _no_shows(work.session, work.now, entry_id):
                _no_show(work, entry)
                returned += 1
        return returned

    @composed(Permission.ANYONE)
    def adopt(self, actor: Actor, request: str) -> Done[int]:
        """Give today's numbers without a place theirs, and let places follow their visits; return how many.

        A program of an earlier version on the same server gives numbers and ends visits, and knows no places.
        """
        with self.store.reading() as session:
            due = bool(_without_place(session, self.today()) or _out_of_step(session, self.today()))
        return self._adopt(actor, request) if due else Done(0, Changes())

    @writes(Permission.ANYONE)
    def _adopt(self, work: Work) -> int:
        strays = [_into_step(work, entry_id) for entry_id in _out_of_step(work.session, work.day)]
        numbers = [_take_in(work, number) for number in _without_place(work.session, work.day)]
        return sum(strays) + sum(numbers)


def _locked(work: Work, entry_id: int) -> tuple[QueueEntry, Visit]:
    """Return a place and its visit; the visit is locked first, as everybody does who changes a visit."""
    visit_id = work.session.scalars(select(QueueEntry.visit_id).where(QueueEntry.id == entry_id)).one()
    visit = work.session.get_one(Visit, visit_id, with_for_update=True)
    return work.session.get_one(QueueEntry, entry_id, with_for_update=True), visit


def _seen(work: Work, entry_id: int, version: int) -> tuple[QueueEntry, Visit]:
    entry, visit = _locked(work, entry_id)
    _refuse_stale(entry, version)
    return entry, visit


def _live(work: Work, entry_id: int, version: int, act: QueueAct) -> tuple[QueueEntry, Visit]:
    """Return a place that may end in this way."""
    entry, visit = _seen(work, entry_id, version)
    after(act, entry.standing)
    return entry, visit


def _touch_place(work: Work, visit_id: int) -> None:
    """Let those who look at the line see what was done for one who stands in it."""
    entry = line.place_of(work.session, visit_id)
    if entry is not None:
        work.touch("queue", entry.id)


def _refuse_stale(entry: QueueEntry, version: int) -> None:
    if entry.version != version:
        raise ConflictError


def _called_already(session: Session, entry: QueueEntry) -> RuleError:
    caller = session.get(Account, entry.called_by) if entry.called_by is not None else None
    assert entry.called_at is not None
    who = {"name": caller.name if caller else "", "time": entry.called_at.astimezone().time()}
    return RuleError("queue.called", Text(N_("Called by {name} at {time}."), who))


def _call(work: Work, entry: QueueEntry, act: QueueAct, room: str) -> None:
    room = plain_line("room", room.strip()) or _room(work.session, entry)
    called = {"called_at": work.now, "called_by": work.actor.account_id, "calls": entry.calls + 1}
    line.enter(work, entry, act, {**called, "room": room, "reason": ""})


def _room(session: Session, entry: QueueEntry) -> str:
    doctor = session.get(Doctor, entry.doctor_id) if entry.doctor_id is not None else None
    return (doctor.room if doctor else "") or session.get_one(Department, entry.department_id).room


def _no_show(work: Work, entry: QueueEntry) -> None:
    values = {"absences": entry.absences + 1, "since": work.now, "called_at": None, "called_by": None}
    line.enter(work, entry, QueueAct.NO_SHOW, values)


_ENTRIES: Final = table_of(QueueEntry)


def _no_shows(session: Session, now: dt.datetime, entry_id: int | None = None) -> list[int]:
    """Return the places whose visitors were called and did not come, each once for one call."""
    minutes = site_value(session, NO_SHOW_MINUTES)
    asked = select(_ENTRIES.c.id).where(
        _ENTRIES.c.standing == Standing.CALLED,
        _ENTRIES.c.called_at <= now - dt.timedelta(minutes=minutes),
    )
    if entry_id is not None:
        asked = asked.where(_ENTRIES.c.id == entry_id)
    called = session.scalars(asked.order_by(_ENTRIES.c.called_at)).all()
    return [entry for entry in called if no_show_due(_happened(session, entry), minutes, now)]


def _happened(session: Session, entry_id: int) -> list[Happened]:
    asked = select(QueueEvent.id, QueueEvent.act, QueueEvent.at, QueueEvent.undoes_id)
    asked = asked.where(QueueEvent.entry_id == entry_id).order_by(QueueEvent.id)
    return [Happened(*row) for row in session.execute(asked)]


# --- Beside a program that knows no places ------------------------------------------------------------------------


def _without_place(session: Session, day: dt.date) -> list[int]:
    placed = exists().where(
        _ENTRIES.c.visit_id == QueueNumber.visit_id, _ENTRIES.c.number_id == QueueNumber.id
    )
    asked = select(QueueNumber.id).where(
        QueueNumber.day == day,
        QueueNumber.state != SlipState.VOID,
        QueueNumber.visit_id.is_not(None),
        ~placed,
    )
    return list(session.scalars(asked.order_by(QueueNumber.id)))


def _out_of_step(session: Session, day: dt.date) -> list[int]:
    """Return the places whose visit ended, came to the doctor or lost its number, and they don't know."""
    lately = and_(QueueEntry.standing == Standing.WITH_DOCTOR, QueueEntry.day >= day - dt.timedelta(days=1))
    brought = and_(QueueEntry.standing.in_(OPEN), Visit.checked_in > QueueEntry.joined_at)
    asked = (
        select(QueueEntry.id)
        .join(Visit, Visit.id == QueueEntry.visit_id)
        .join(QueueNumber, QueueNumber.id == QueueEntry.number_id)
        .where(or_(QueueEntry.standing.in_(OPEN), lately))
        .where(or_(Visit.ended.is_not(None), QueueNumber.state == SlipState.VOID, brought))
    )
    return list(session.scalars(asked.order_by(QueueEntry.id)))


def _into_step(work: Work, entry_id: int) -> bool:
    """Let one place follow its visit; say whether anything was left to do."""
    entry, visit = _locked(work, entry_id)
    number = work.session.get_one(QueueNumber, entry.number_id)
    if entry.standing not in LIVE:
        return False
    if visit.ended is not None:
        line.leave(work, visit, line.STANDING_OF_END.get(visit.ended, Standing.WITHDRAWN), visit.end_note)
    elif number.state is SlipState.VOID:
        line.withdraw(work, visit, number)
        _take_in(work, line.valid_number(work.session, visit.id))
    elif visit.checked_in is not None:
        line.started(work, visit)
    return True


def _take_in(work: Work, number_id: int | None) -> bool:
    """Give a number its place, as an older program left its visit; say whether there was one to give."""
    if number_id is None:
        return False
    number = work.session.get_one(QueueNumber, number_id)
    assert number.visit_id is not None
    visit = work.session.get_one(Visit, number.visit_id, with_for_update=True)
    work.session.refresh(number)
    entry = line.place_of(work.session, visit.id)
    if number.state is SlipState.VOID or (entry is not None and entry.standing in LIVE):
        return False
    line.join(work, visit, number)
    if visit.ended is not None:
        line.leave(work, visit, line.STANDING_OF_END.get(visit.ended, Standing.WITHDRAWN), visit.end_note)
    return True
