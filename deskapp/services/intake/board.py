"""What the waiting room's screen shows: numbers and masked names, nothing else of anybody."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from deskapp import names_table
from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.directory import Notice
from deskapp.db.models.intake import QueueNumber, Visitor
from deskapp.db.unit_of_work import Clock
from deskapp.domain.access import Permission
from deskapp.domain.board import (
    BoardCall,
    BoardLine,
    BoardNotice,
    BoardView,
    board_label,
    spoken_address,
)
from deskapp.domain.identity import mask_name
from deskapp.domain.line_order import Waiter, in_order
from deskapp.domain.registration import Sex
from deskapp.domain.text import Words
from deskapp.domain.waiting import Estimate, Standing
from deskapp.domain.waiting_rules import LONGEST_VISIT, MOST_SAMPLES, estimate, inside, is_left_over
from deskapp.services.base import Service, reads
from deskapp.services.intake.line_facts import (
    ENTRY,
    VISIT,
    DepartmentFacts,
    DoctorFacts,
    Facts,
    Paces,
    came,
    lanes_called,
    moment,
    number,
    site_rules,
)

NUMBER: Final = table_of(QueueNumber)
VISITOR: Final = table_of(Visitor)
MOST_CALLS: Final = 12
NEXT_NUMBERS: Final = 6
"""So many of the numbers that come next are shown of each line."""
CALL_LASTS: Final = dt.timedelta(hours=2)
"""A call that nobody took back leaves the board after so long: over midnight there is no other end to it."""
INSIDE_LASTS: Final = dt.timedelta(minutes=10)
"""So long a number is still among the last calls after its visitor went in to the doctor."""


class BoardService(Service):
    """What the waiting room's screen shows. Anyone may read it: the board runs while the desk is locked."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        super().__init__(store, clock)
        self._paces = Paces()

    @reads(Permission.ANYONE)
    def state(self, session: Session, departments: tuple[str, ...] = ()) -> BoardView:
        """Return what the board shows now, of these departments (their codes), of all where none is named."""
        return _Board(session, self.now(), self._paces, departments).view()


_CALLS: Final = (
    select(
        ENTRY.c.id,
        ENTRY.c.department_id,
        ENTRY.c.doctor_id,
        ENTRY.c.room,
        ENTRY.c.called_at,
        ENTRY.c.calls,
        NUMBER.c.label,
        NUMBER.c.day,
        VISITOR.c.name,
        VISITOR.c.sex,
    )
    .select_from(ENTRY)
    .join(NUMBER, NUMBER.c.id == ENTRY.c.number_id)
    .join(VISIT, VISIT.c.id == ENTRY.c.visit_id)
    .outerjoin(VISITOR, VISITOR.c.id == VISIT.c.visitor_id)
    .order_by(ENTRY.c.called_at.desc(), ENTRY.c.id.desc())
    .limit(MOST_CALLS)
)
_WAITING: Final = (
    select(
        ENTRY.c.id,
        ENTRY.c.queue,
        ENTRY.c.day,
        VISIT.c.urgency,
        number(ENTRY.c.joined_at),
        number(VISIT.c.opened_at),
        number(ENTRY.c.since),
        number(ENTRY.c.appointment_at),
        ENTRY.c.absences,
        NUMBER.c.label,
        NUMBER.c.day,
    )
    .select_from(ENTRY)
    .join(NUMBER, NUMBER.c.id == ENTRY.c.number_id)
    .join(VISIT, VISIT.c.id == ENTRY.c.visit_id)
    .where(ENTRY.c.standing == Standing.WAITING)
)
_AHEAD: Final = select(ENTRY.c.queue, ENTRY.c.began_at)


_Ahead = dict[str, list[dt.datetime | None]]


class _Place(NamedTuple):
    """Somebody who waits, as far as the order asks, and the number as it is written."""

    waiter: Waiter
    label: str


class _Board:
    """The board at one moment."""

    def __init__(
        self, session: Session, now: dt.datetime, paces: Paces, departments: tuple[str, ...]
    ) -> None:
        self.session, self.now, self.today = session, now, now.astimezone().date()
        self.facts = Facts(session, now)
        self.rules, _apology = site_rules(session)
        self.paces = paces.of(session, self.today, MOST_SAMPLES)
        houses = self.facts.departments.values()
        self.only = [house.id for house in houses if house.code in departments] if departments else None

    def view(self) -> BoardView:
        called, with_doctor = ENTRY.c.standing == Standing.CALLED, ENTRY.c.standing == Standing.WITH_DOCTOR
        calls = _CALLS.where(called, ENTRY.c.called_at >= self.now - CALL_LASTS)
        inside = _CALLS.where(with_doctor, ENTRY.c.called_at.is_not(None))
        inside = inside.where(ENTRY.c.began_at >= self.now - INSIDE_LASTS)
        return BoardView(self.now, self._calls(calls), self._calls(inside), self._lines(), self._notices())

    def _here(self, asked: Select[Any]) -> Select[Any]:
        return asked if self.only is None else asked.where(ENTRY.c.department_id.in_(self.only))

    def _calls(self, asked: Select[Any]) -> tuple[BoardCall, ...]:
        return tuple(self._call(row) for row in self.session.execute(self._here(asked)))

    def _call(self, row: Any) -> BoardCall:
        key, department, doctor_id, room, called_at, calls, label, day, name, sex = row
        house, doctor = self.facts.departments[department], self.facts.doctors.get(doctor_id)
        return BoardCall(
            id=key,
            label=board_label(label, day, self.today),
            name_masked=mask_name(name or ""),
            line=house.name,
            doctor=doctor.name if doctor else "",
            room=room or _room(house, doctor),
            called_at=called_at,
            calls=calls,
            address=spoken_address(name or "", sex or Sex.UNKNOWN, names_table.load()),
        )

    # --- Who waits ---------------------------------------------------------------------------------------------

    def _lines(self) -> tuple[BoardLine, ...]:
        """Return the lines in which somebody waits, by department and doctor."""
        lines: dict[str, list[_Place]] = defaultdict(list)
        since = self.today - dt.timedelta(days=1)
        for row in self.session.execute(self._here(_WAITING.where(ENTRY.c.day >= since))):
            joined = moment(row[4])
            assert joined is not None
            if not is_left_over(row[2], joined, self.now, self.today):
                lines[row[1]].append(self._place(row))
        called = lanes_called(self.session, self.now, self.rules)
        ahead = self._ahead()
        return tuple(
            self._line(queue, lines[queue], called.get(queue, ()), ahead)
            for queue in sorted(lines, key=self._rank)
        )

    def _place(self, row: Any) -> _Place:
        key, _queue, _day, urgency, joined, opened, since, booked, absences, label, day = row
        arrived, stands = moment(came(joined, opened)), moment(since)
        assert arrived is not None
        assert stands is not None
        waiter = Waiter(key, urgency, arrived, stands, moment(booked), absences)
        return _Place(waiter, board_label(label, day, self.today))

    def _rank(self, queue: str) -> tuple[str, str]:
        house, doctor = self.facts.home(queue)
        return house.code, doctor.number if doctor else ""

    def _line(
        self,
        queue: str,
        places: Sequence[_Place],
        called: Sequence[Any],
        ahead: _Ahead,
    ) -> BoardLine:
        house, doctor = self.facts.home(queue)
        labels = {place.waiter.id: place.label for place in places}
        order = in_order((place.waiter for place in places), called, self.rules, self.now)
        return BoardLine(
            queue=queue,
            line=house.name,
            doctor=doctor.name if doctor else "",
            room=_room(house, doctor),
            waiting=len(places),
            next=tuple(labels[placed.id] for placed in order[:NEXT_NUMBERS]),
            estimate=self._estimate(queue, len(places), ahead),
        )

    def _ahead(self) -> _Ahead:
        """Return of each line when those who are called (None) or with the doctor went in."""
        called = ENTRY.c.standing == Standing.CALLED
        with_doctor = ENTRY.c.standing == Standing.WITH_DOCTOR
        busy = and_(with_doctor, ENTRY.c.began_at >= self.now - LONGEST_VISIT)
        lately = ENTRY.c.day >= self.today - dt.timedelta(days=1)
        found: _Ahead = defaultdict(list)
        for queue, began in self.session.execute(self._here(_AHEAD.where(lately, or_(called, busy)))):
            found[queue].append(began)
        return found

    def _estimate(self, queue: str, waiting: int, ahead: _Ahead) -> Estimate:
        """Return how long somebody will wait who gets a number of this line now."""
        here = len(self.facts.attending(queue))
        begun = [began for began in ahead[queue] if began is not None]
        busy, elapsed = inside(begun, here, self.now)
        before = len(ahead[queue]) - len(begun) + busy
        house, doctor = self.facts.home(queue)
        own = self.paces.get(("doctor", doctor.id)) if doctor else None
        return estimate(before + waiting, here, own or self.paces.get(("department", house.id)), elapsed)

    # --- Notices -----------------------------------------------------------------------------------------------

    def _notices(self) -> tuple[BoardNotice, ...]:
        asked = select(Notice).where(
            Notice.on_board,
            or_(Notice.valid_from.is_(None), Notice.valid_from <= self.today),
            or_(Notice.valid_to.is_(None), Notice.valid_to >= self.today),
        )
        return tuple(_notices_of(self.session.scalars(asked.order_by(Notice.code))))


def _room(house: DepartmentFacts, doctor: DoctorFacts | None) -> str:
    return (doctor.room if doctor else "") or house.room


def _notices_of(rows: Iterable[Notice]) -> Iterable[BoardNotice]:
    for row in rows:
        name = Words(row.name_zh, row.name_en, row.name_mn)
        yield BoardNotice(row.id, name, Words(row.text_zh, row.text_en, row.text_mn))
