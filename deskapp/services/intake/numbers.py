"""Queue numbers: one counter row per queue and site day.

The counter row is locked while a number is taken, so two programs never give the same one, and it
moves only in the transaction that stores the number, so none vanishes. Voids stay and are never
given again. A slip is issued, sent (a spooler's yes is not paper), reprinted or void.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import Integer, bindparam, insert, select, update
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import PaperBlock, QueueCounter, QueueNumber, SlipEvent, Visit
from deskapp.db.unit_of_work import Work
from deskapp.domain.access import Permission
from deskapp.domain.intake import NumberView, PaperBlockView, TriageDecision, number_label
from deskapp.domain.registration import SlipState, Step
from deskapp.domain.text import N_, Text
from deskapp.errors import InputError, RuleError
from deskapp.services.base import Service, reads, writes
from deskapp.services.checks import plain_line, storable_name
from deskapp.services.intake import line, views
from deskapp.services.intake.deciding import decide
from deskapp.services.intake.history import enter_step

LARGEST_BLOCK = 200
DAYS_TO_ENTER: Final = 7


class NumberService(Service):
    """Issuing, printing, voiding numbers, and those given on paper while the power was off."""

    @writes(Permission.NUMBER_ISSUE)
    def issue(self, work: Work, visit_id: int) -> NumberView:
        """Give the visit its number. A visit that has one keeps it and gets the same again."""
        return _issue(work, _visit(work, visit_id))

    @writes(Permission.NUMBER_ISSUE)
    def decide_and_issue(self, work: Work, visit_id: int, decision: TriageDecision) -> NumberView:
        """Record the triage decision and give the number, in one transaction."""
        visit = _visit(work, visit_id)
        # What is asked on the way does not depend on what is decided: the visit is written once, at the end.
        with work.session.no_autoflush:
            decide(work, visit, decision)
            return _issue(work, visit)

    @writes(Permission.NUMBER_ISSUE)
    def slip_sent(self, work: Work, number_id: int, printer: str, again: bool = False) -> bool:
        """Record that the spooler took the slip, or took it again.

        Return whether the number still holds: a slip of one voided meanwhile is to be taken back.
        """
        number = _number(work, number_id)
        holds = number.state is not SlipState.VOID
        state = SlipState.REPRINTED if again else SlipState.SENT
        _enter_event(work, number, state, storable_name(printer))
        return holds

    @writes(Permission.NUMBER_VOID)
    def void(self, work: Work, number_id: int, reason: str) -> None:
        """Take a number back. It stays in the list, void, and is never given again."""
        of_visit = work.session.get_one(QueueNumber, number_id).visit_id
        # The visit first, as everybody does who changes its place in the line.
        visit = work.session.get_one(Visit, of_visit, with_for_update=True) if of_visit is not None else None
        number = _number(work, number_id)
        if number.state is SlipState.VOID:
            raise RuleError("number.void-already", Text(N_("This number is void already.")))
        _enter_event(work, number, SlipState.VOID, plain_line("reason", reason, required=True))
        if visit is not None:
            visit.version += 1
            line.withdraw(work, visit, number, reason)
            enter_step(work, visit.id, Step.NUMBER, done=False, note=reason)
            work.touch("visit", visit.id)

    @writes(Permission.PAPER_BLOCK)
    def reserve_block(
        self, work: Work, department_id: int, doctor_id: int | None, size: int
    ) -> PaperBlockView:
        """Set numbers aside, to be given on paper while the power is off."""
        if not 1 <= size <= LARGEST_BLOCK:
            message = Text(N_("A block has 1 to {limit} numbers."), {"limit": LARGEST_BLOCK})
            raise InputError("size", "block.size", message)
        queue, _prefix = views.queue_of(work.session, department_id, doctor_id)
        last = _advance(work, queue, size)
        block = PaperBlock(
            queue=queue,
            day=work.day,
            first=last - size + 1,
            last=last,
            at=work.now,
            account_id=work.actor.account_id,
        )
        work.session.add(block)
        work.session.flush()
        work.record(
            "number.block", "number", None, after={"queue": queue, "first": block.first, "last": last}
        )
        return _block_view(work.session, block)

    @reads(Permission.NUMBER_ISSUE)
    def blocks(self, session: Session) -> list[PaperBlockView]:
        """Return today's reserved blocks, and those of the last days with numbers not entered yet.

        The power may come back after midnight, or after a weekend.
        """
        today = self.today()
        since = today - dt.timedelta(days=DAYS_TO_ENTER)
        asked = select(PaperBlock).where(PaperBlock.day >= since).order_by(PaperBlock.id)
        found = [_block_view(session, block) for block in session.scalars(asked)]
        return [block for block in found if block.left or block.day == today]

    @writes(Permission.NUMBER_ISSUE)
    def enter_paper(
        self, work: Work, visit_id: int, block_id: int, number: int, given_at: dt.datetime
    ) -> NumberView:
        """Enter a number that was given on paper from a reserved block."""
        if given_at > work.now:
            raise InputError("given_at", "paper.future", Text(N_("This time has not come yet.")))
        visit = _visit(work, visit_id)
        block = work.session.get_one(PaperBlock, block_id, with_for_update=True)
        if not block.first <= number <= block.last:
            raise InputError("number", "block.outside", Text(N_("This number is not in the reserved block.")))
        # To the minute, as people write it down.
        if given_at < block.at.replace(second=0, microsecond=0):
            message = Text(N_("These numbers were reserved only at {time}."), {"time": block.at})
            raise InputError("given_at", "paper.early", message)
        taken = select(QueueNumber.id).where(
            QueueNumber.queue == block.queue, QueueNumber.day == block.day, QueueNumber.number == number
        )
        if work.session.scalar(taken) is not None:
            raise InputError("number", "block.entered", Text(N_("This number has been entered already.")))
        if _current(work.session, visit.id) is not None:
            raise RuleError("number.has-one", Text(N_("This visit has a number already. Void it first.")))
        place = (block.queue, _prefix_of(work.session, block.queue))
        return _store(work, visit, place, number, (block, given_at))


def _visit(work: Work, visit_id: int) -> Visit:
    visit = work.session.get_one(Visit, visit_id, with_for_update=True)
    if visit.ended is not None:
        raise RuleError("visit.ended", Text(N_("This visit has ended. Take back its end first.")))
    return visit


def _issue(work: Work, visit: Visit) -> NumberView:
    current = _current(work.session, visit.id)
    if current is not None:
        return views.number_view(work.session, current)
    if visit.department_id is None:
        raise RuleError("number.no-department", Text(N_("Choose a department first.")))
    place = views.queue_of(work.session, visit.department_id, visit.doctor_id)
    return _store(work, visit, place, _advance(work, place[0], 1), None)


def _current(session: Session, visit_id: int) -> QueueNumber | None:
    return session.scalar(_VALID, {"visit": visit_id})


_VALID: Final = select(QueueNumber).where(
    QueueNumber.visit_id == bindparam("visit"), QueueNumber.state != SlipState.VOID
)


def _number(work: Work, number_id: int) -> QueueNumber:
    return work.session.get_one(QueueNumber, number_id, with_for_update=True)


def _prefix_of(session: Session, queue: str) -> str:
    kind, _, identity = queue.partition(":")
    table = Doctor if kind == "doctor" else Department
    return session.scalars(select(table.prefix).where(table.id == int(identity))).one()


def _advance(work: Work, queue: str, count: int) -> int:
    """Take `count` numbers of a queue and return the last. The row stays locked until commit."""
    wanted = {"of": queue, "on": work.day, "count": count}
    last: int | None = work.session.scalar(_MOVE_COUNTER, wanted)
    if last is None:
        _begin(work, queue)
        last = work.session.scalars(_MOVE_COUNTER, wanted).one()
    assert last is not None
    return last


# On tables and made once: putting a statement together takes longer than sending it.
_COUNTER: Final = table_of(QueueCounter)
_MOVE_COUNTER: Final = (
    update(_COUNTER)
    .where(_COUNTER.c.queue == bindparam("of"), _COUNTER.c.day == bindparam("on"))
    .values(last=_COUNTER.c.last + bindparam("count", type_=Integer))
    .returning(_COUNTER.c.last)
)
_ADD_EVENT: Final = insert(table_of(SlipEvent))


def _begin(work: Work, queue: str) -> None:
    from sqlalchemy.dialects import postgresql, sqlite

    dialect = postgresql if work.session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"queue": queue, "day": work.day, "last": 0}
    work.session.execute(dialect.insert(QueueCounter).values(row).on_conflict_do_nothing())


def _store(
    work: Work,
    visit: Visit,
    place: tuple[str, str],
    number: int,
    paper: tuple[PaperBlock, dt.datetime] | None,
) -> NumberView:
    (queue, prefix), (block, issued_at) = place, paper or (None, work.now)
    day = block.day if block else work.day
    row = QueueNumber(
        queue=queue,
        day=day,
        number=number,
        label=number_label(prefix, number),
        visit_id=visit.id,
        block_id=block.id if block else None,
        state=SlipState.ISSUED,
        issued_at=issued_at,
        waiting_before=views.waiting_before(work.session, queue, day),
    )
    work.session.add(row)
    visit.version += 1
    work.session.flush()
    _enter_event(work, row, SlipState.ISSUED, "", at=issued_at)
    enter_step(work, visit.id, Step.NUMBER, note=row.label)
    line.join(work, visit, row)
    work.touch("visit", visit.id)
    return views.number_view(work.session, row)


def _enter_event(
    work: Work, number: QueueNumber, state: SlipState, reason: str, *, at: dt.datetime | None = None
) -> None:
    before = {"state": number.state}
    if number.state is not SlipState.VOID:
        # A slip that comes out after its number was voided is written down, and the number stays void.
        number.state = state
    event = {"queue_number_id": number.id, "state": state, "at": at or work.now, "reason": reason}
    work.session.execute(_ADD_EVENT, event | {"account_id": work.actor.account_id})
    after = {"state": state, "label": number.label, "reason": reason}
    work.record(f"number.{state.value}", "number", number.id, before=before, after=after)
    if number.visit_id is not None:
        work.touch("visit", number.visit_id)


def _block_view(session: Session, block: PaperBlock) -> PaperBlockView:
    entered = set(
        session.scalars(
            select(QueueNumber.number).where(
                QueueNumber.queue == block.queue,
                QueueNumber.day == block.day,
                QueueNumber.number.between(block.first, block.last),
            )
        )
    )
    prefix = _prefix_of(session, block.queue)
    numbers = range(block.first, block.last + 1)
    labels = tuple(number_label(prefix, number) for number in numbers)
    left = tuple(number for number in numbers if number not in entered)
    place = (block.id, block.queue, block.day, block.first, block.last)
    return PaperBlockView(*place, labels, left, block.at)
