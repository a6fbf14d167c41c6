"""The doctors' turns of a day, read from and written to the append-only list.

A visit uses up one turn: that of the doctor to whom it goes in the end. Where it was decided anew the
earlier rows stay, and don't count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from operator import attrgetter

from sqlalchemy import and_, insert, or_, select
from sqlalchemy.orm import Session

from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Turn as TurnRow
from deskapp.db.models.intake import Visit
from deskapp.db.unit_of_work import Work
from deskapp.domain.duty import span_on_duty
from deskapp.domain.rotation import Turn, turn_for_choice
from deskapp.services.directory import duty_times, local, valid_on


def department_order(session: Session, department_id: int, day: dt.date | None = None) -> Sequence[int]:
    """Return the fixed order in which a department's doctors take turns; with `day` those who work here then."""
    asked = select(Doctor.id).where(Doctor.department_id == department_id, Doctor.active)
    if day is not None:
        asked = asked.where(valid_on(Doctor, day))
    return session.scalars(asked.order_by(Doctor.number)).all()


def turns_of(
    session: Session, departments: Collection[int], day: dt.date, *, without: int | None = None
) -> dict[int, list[Turn]]:
    """Return the turns taken on a day by department, oldest first, leaving out the visit `without`."""
    stands = and_(Visit.doctor_id == TurnRow.doctor_id, Visit.department_id == TurnRow.department_id)
    turn = (TurnRow.department_id, TurnRow.doctor_id, TurnRow.round, TurnRow.named)
    asked = (
        select(TurnRow.id, TurnRow.visit_id, *turn)
        .outerjoin(Visit, Visit.id == TurnRow.visit_id)
        .where(TurnRow.department_id.in_(departments), TurnRow.day == day)
        .where(or_(TurnRow.visit_id.is_(None), stands))
    )
    if without is not None:
        asked = asked.where(or_(TurnRow.visit_id.is_(None), TurnRow.visit_id != without))
    # Sent elsewhere and back again, a visit has several rows for one doctor: the last one counts.
    last = {row.visit_id or -row.id: row for row in session.execute(asked.order_by(TurnRow.id))}
    found: dict[int, list[Turn]] = {}
    for row in sorted(last.values(), key=attrgetter("id")):
        found.setdefault(row.department_id, []).append(Turn(row.doctor_id, row.round, row.named))
    return found


def take_turn(work: Work, visit: Visit, *, named: bool) -> None:
    """Use up the turn of the visit's doctor; one that the visit used up before is given back."""
    assert visit.department_id is not None
    assert visit.doctor_id is not None
    # One desk after the other: two that read the turns at once would both take the same one.
    held = select(Department.id).where(Department.id == visit.department_id)
    work.session.execute(held.with_for_update(key_share=True))
    order = department_order(work.session, visit.department_id, work.day)
    times = duty_times(work.session, order)
    on_duty = {doctor for doctor in order if span_on_duty(times.get(doctor, ()), local(work.now))}
    taken = turns_of(work.session, (visit.department_id,), work.day, without=visit.id)
    turns = taken.get(visit.department_id, [])
    turn = turn_for_choice(order, on_duty, visit.doctor_id, turns, named=named)
    work.session.execute(
        insert(TurnRow).values(
            department_id=visit.department_id,
            day=work.day,
            doctor_id=turn.doctor,
            round=turn.round,
            visit_id=visit.id,
            named=turn.named,
        )
    )
