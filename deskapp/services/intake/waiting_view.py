"""The waiting page, made of few statements: its rows, their order with the reasons, what is due, the lines in figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, func, or_, select, type_coerce, union_all
from sqlalchemy import Text as TextType
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.models.access import Account
from deskapp.db.models.intake import QueueNumber, Visitor, VisitStep, Vitals
from deskapp.db.models.waiting import Care
from deskapp.domain.board import board_label
from deskapp.domain.identity import mask_name
from deskapp.domain.line_order import Placed, in_order
from deskapp.domain.registration import SlipState, Step
from deskapp.domain.text import N_, Text, Words
from deskapp.domain.urgency import Urgency, UrgencyTable
from deskapp.domain.waiting import (
    ABSENCES_ALLOWED,
    OPEN,
    CareDone,
    CareKind,
    DueNow,
    Estimate,
    LineSum,
    Standing,
    WaitingRow,
    WaitingView,
)
from deskapp.domain.waiting_rules import (
    MOST_SAMPLES,
    REASSESS_UNJUDGED,
    Pace,
    apology_due,
    clock_behind,
    estimate,
    inside,
    is_left_over,
    minutes_between,
    reassess_due,
)
from deskapp.services.intake.line_facts import (
    ENTRY,
    EPOCH,
    EVENT,
    VISIT,
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
CARE: Final = table_of(Care)
ACCOUNT: Final = table_of(Account)
_STANDINGS: Final = {standing.value: standing for standing in Standing}
_SLIPS: Final = {state.value: state for state in SlipState}
_IN_LINE: Final = (Standing.CALLED, Standing.WAITING, Standing.PARKED, Standing.WITH_DOCTOR)
"""The parts of a line in the order in which the page shows them."""
_UNJUDGED: Final = 9
"""After every urgency: nobody has judged it yet."""
_NOBODY: Final = Estimate()
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_CALLED_IN_VAIN: Final = (Text(N_("Called twice and did not come")),)


class _Place(NamedTuple):
    """One place as it is read."""

    id: int
    version: int
    visit_id: int
    visitor_id: int | None
    number_id: int
    label: str
    day: dt.date
    stands_on: dt.date
    queue: str
    department_id: int
    doctor_id: int | None
    standing: Standing
    joined: dt.datetime
    arrived: dt.datetime
    since: dt.datetime
    appointment: dt.datetime | None
    called: dt.datetime | None
    called_by: str
    calls: int
    absences: int
    room: str
    began: dt.datetime | None
    reason: str
    urgency: int | None
    slip: SlipState
    name: str

    def is_old(self, now: dt.datetime, today: dt.date) -> bool:
        """Say whether the place is left over of an earlier day."""
        if self.stands_on >= today:
            return False
        begun = {Standing.CALLED: self.called, Standing.WITH_DOCTOR: self.began}.get(self.standing)
        return is_left_over(self.stands_on, begun or self.joined, now, today)


class _Home(NamedTuple):
    """Where a place's visitor goes, and why nobody can see them there now."""

    line: Words
    doctor: str
    room: str
    obstacle: Text | None


def view(
    session: Session, now: dt.datetime, table: UrgencyTable, paces: Paces, department: int | None
) -> WaitingView:
    """Return the waiting page at a moment, of one department or of all."""
    return _Page(session, now, table, paces, department).view()


def due(session: Session, now: dt.datetime, table: UrgencyTable) -> list[DueNow]:
    """Return whom somebody has to look at again, most urgent first, then to whom an apology is due, longest wait first.

    A tenth of the work of the whole page: every desk asks for it all day.
    """
    today = now.astimezone().date()
    signs = _Signs(session, now, table)
    waiting = [
        one
        for one in _places(session, today, ENTRY.c.standing.in_(sorted(OPEN)))
        if not one.is_old(now, today)
    ]
    again = [signs.now_due(one, CareKind.REASSESSED) for one in waiting if signs.reassess_due(one)]
    sorry = [signs.now_due(one, CareKind.APOLOGY) for one in waiting if signs.apology_due(one)]
    return [
        *sorted(again, key=lambda one: (one.urgency or _UNJUDGED, -one.waited, one.visit_id)),
        *sorted(sorry, key=lambda one: (-one.waited, one.visit_id)),
    ]


def calling_order(session: Session, now: dt.datetime, queue: str) -> list[int]:
    """Return the places of those who wait in a line, as they are called."""
    today = now.astimezone().date()
    places = _places(session, today, ENTRY.c.queue == queue)
    waiting = [one for one in places if one.standing is Standing.WAITING and not one.is_old(now, today)]
    rules, _apology = site_rules(session)
    called = lanes_called(session, now, rules).get(queue, ())
    return [placed.id for placed in in_order(waiting, called, rules, now)]


# --- Reading --------------------------------------------------------------------------------------------------


def _live(today: dt.date) -> Any:
    """Return which places the page shows. Who went in before yesterday is not with the doctor any more."""
    lately = ENTRY.c.day >= today - dt.timedelta(days=1)
    return or_(ENTRY.c.standing.in_(sorted(OPEN)), and_(ENTRY.c.standing == Standing.WITH_DOCTOR, lately))


_ROWS: Final = (
    select(
        ENTRY.c.id,
        ENTRY.c.version,
        ENTRY.c.visit_id,
        VISIT.c.visitor_id,
        ENTRY.c.number_id,
        NUMBER.c.label,
        NUMBER.c.day,
        ENTRY.c.day,
        ENTRY.c.queue,
        ENTRY.c.department_id,
        ENTRY.c.doctor_id,
        type_coerce(ENTRY.c.standing, TextType),
        number(ENTRY.c.joined_at),
        number(VISIT.c.opened_at),
        number(ENTRY.c.since),
        number(ENTRY.c.appointment_at),
        number(ENTRY.c.called_at),
        ACCOUNT.c.name,
        ENTRY.c.calls,
        ENTRY.c.absences,
        ENTRY.c.room,
        number(ENTRY.c.began_at),
        ENTRY.c.reason,
        VISIT.c.urgency,
        type_coerce(NUMBER.c.state, TextType),
        VISITOR.c.name,
    )
    .select_from(ENTRY)
    .join(VISIT, VISIT.c.id == ENTRY.c.visit_id)
    .join(NUMBER, NUMBER.c.id == ENTRY.c.number_id)
    .outerjoin(VISITOR, VISITOR.c.id == VISIT.c.visitor_id)
    .outerjoin(ACCOUNT, ACCOUNT.c.id == ENTRY.c.called_by)
)


def _places(session: Session, today: dt.date, *only: Any) -> list[_Place]:
    return [_place(row) for row in session.execute(_ROWS.where(_live(today), *only)).all()]


def _place(row: Any) -> _Place:
    # fmt: off
    (
        key, version, visit, visitor, number_id, label, day, stands_on, queue, department, doctor, standing,
        joined, opened, since, booked, called, caller, calls, absences, room, began, reason, urgency, slip, name,
    ) = row
    # fmt: on
    given = EPOCH + _MICROSECOND * joined
    return _Place(
        key, version, visit, visitor, number_id, label, day, stands_on, queue, department, doctor,
        standing=_STANDINGS[standing],
        joined=given,
        arrived=given if booked is None else EPOCH + _MICROSECOND * came(joined, opened),
        since=given if since == joined else EPOCH + _MICROSECOND * since,
        appointment=moment(booked),
        called=moment(called),
        called_by=caller or "",
        calls=calls,
        absences=absences,
        room=room,
        began=moment(began),
        reason=reason,
        urgency=urgency,
        slip=_SLIPS[slip],
        name=name or "",
    )  # fmt: skip


def _care(session: Session, today: dt.date) -> dict[int, list[CareDone]]:
    asked = (
        select(CARE.c.visit_id, CARE.c.kind, CARE.c.at, ACCOUNT.c.name, CARE.c.note)
        .join(ENTRY, ENTRY.c.visit_id == CARE.c.visit_id)
        .join(ACCOUNT, ACCOUNT.c.id == CARE.c.account_id)
        .where(_live(today), CARE.c.taken_back_at.is_(None))
        .order_by(CARE.c.id)
    )
    found: dict[int, list[CareDone]] = {}
    for visit, *done in session.execute(asked).all():
        found.setdefault(visit, []).append(CareDone(*done))
    return found


def _looked_at(session: Session) -> Mapping[int, dt.datetime]:
    """Return when somebody last judged how urgent each open visit is, or took vital signs."""
    steps, signs = table_of(VisitStep), table_of(Vitals)
    sources: list[Select[Any]] = [
        select(steps.c.visit_id, number(steps.c.at).label("at")).where(steps.c.step == Step.TRIAGE),
        select(signs.c.visit_id, number(signs.c.at).label("at")),
        select(CARE.c.visit_id, number(CARE.c.at).label("at")).where(
            CARE.c.kind == CareKind.REASSESSED, CARE.c.taken_back_at.is_(None)
        ),
    ]
    waiting = [
        asked.join(ENTRY, ENTRY.c.visit_id == asked.selected_columns[0]).where(
            ENTRY.c.standing.in_(sorted(OPEN))
        )
        for asked in sources
    ]
    found: dict[int, int] = {}
    for visit, at in session.execute(union_all(*waiting)).all():
        found[visit] = max(at, found.get(visit, at))
    return {visit: at for visit, microseconds in found.items() if (at := moment(microseconds)) is not None}


class _Signs:
    """Who has to be looked at again, and to whom an apology is due, at one moment."""

    def __init__(self, session: Session, now: dt.datetime, table: UrgencyTable) -> None:
        self.now, self.today = now, now.astimezone().date()
        self.minutes = site_rules(session)[1]
        self.care = _care(session, self.today)
        self.looked = _looked_at(session)
        self.reassess: dict[int | None, int | None] = {
            int(level): table.rule(level).reassess_minutes for level in Urgency
        }
        self.reassess[None] = REASSESS_UNJUDGED

    def of(self, place: _Place, kind: CareKind) -> list[dt.datetime]:
        """Return when care of a kind was given."""
        return [done.at for done in self.care.get(place.visit_id, ()) if done.kind is kind]

    def apology_due(self, place: _Place) -> bool:
        return apology_due(place.joined, self.now, self.minutes, self.of(place, CareKind.APOLOGY))

    def reassess_due(self, place: _Place) -> bool:
        looked = self.looked.get(place.visit_id, place.joined)
        return reassess_due(self.reassess[place.urgency], looked, self.now)

    def now_due(self, place: _Place, kind: CareKind) -> DueNow:
        """Return what is due to the one in a place."""
        return DueNow(
            kind=kind,
            visit_id=place.visit_id,
            label=shown_label(place, self.today),
            name_masked=mask_name(place.name),
            urgency=place.urgency,
            waited=minutes_between(place.joined, self.now),
            turn=len(self.of(place, kind)),
        )


def shown_label(place: _Place, today: dt.date) -> str:
    """Return a number as the board shows it; of an earlier day with that day."""
    return place.label if place.day == today else board_label(place.label, place.day, today)


# --- The page ---------------------------------------------------------------------------------------------------


class _Page:
    """The waiting page at one moment."""

    def __init__(
        self, session: Session, now: dt.datetime, table: UrgencyTable, paces: Paces, department: int | None
    ) -> None:
        self.now, self.today = now, now.astimezone().date()
        self.department = department
        only = () if department is None else (ENTRY.c.department_id == department,)
        self.rules = site_rules(session)[0]
        self.called = lanes_called(session, now, self.rules)
        self.facts = Facts(session, now)
        self.paces = paces.of(session, self.today, MOST_SAMPLES)
        self.signs = _Signs(session, now, table)
        self.newest = session.scalar(select(func.max(EVENT.c.at)))
        self.homes: dict[tuple[int, int | None], _Home] = {}
        self.places = _places(session, self.today, *only)

    def view(self) -> WaitingView:
        lines: dict[str, list[_Place]] = {}
        left_over = []
        for place in self.places:
            if not place.is_old(self.now, self.today):
                lines.setdefault(place.queue, []).append(place)
            elif place.standing is not Standing.WITH_DOCTOR:
                left_over.append(self._row(place))
        rows = [row for queue in sorted(lines, key=self._rank) for row in self._line(queue, lines[queue])]
        sums = [self._sum(queue, lines.get(queue, ())) for queue in self._shown(lines)]
        left_over.sort(key=attrgetter("since", "id"))
        behind = clock_behind(self.newest, self.now)
        return WaitingView(tuple(rows), tuple(sums), tuple(left_over), behind)

    def _rank(self, queue: str) -> tuple[str, str]:
        place, doctor = self.facts.home(queue)
        return (place.code, doctor.number if doctor else "")

    def _shown(self, lines: Iterable[str]) -> list[str]:
        """Return the lines in which somebody waits, and those of doctors who are here."""
        queues = {*lines, *self.facts.queues_on_duty()}
        if self.department is not None:
            queues = {queue for queue in queues if self.facts.home(queue)[0].id == self.department}
        return sorted(queues, key=self._rank)

    def _line(self, queue: str, places: Sequence[_Place]) -> list[WaitingRow]:
        """Return the rows of one line: who is called, who waits in order, who is parked, who is with the doctor."""
        by = {standing: [one for one in places if one.standing is standing] for standing in _IN_LINE}
        waiting = {one.id: one for one in by[Standing.WAITING]}
        order = in_order(waiting.values(), self.called.get(queue, ()), self.rules, self.now)
        here = len(self.facts.attending(queue))
        busy, elapsed = inside((one.began or one.joined for one in by[Standing.WITH_DOCTOR]), here, self.now)
        before = len(by[Standing.CALLED]) + busy
        soon = self._estimates(queue, before + len(order), here, elapsed)
        rows = [self._row(one) for one in sorted(by[Standing.CALLED], key=_called_first)]
        for index, placed in enumerate(order):
            rows.append(self._row(waiting[placed.id], index + 1, placed, soon[before + index]))
        with_doctor = sorted(by[Standing.WITH_DOCTOR], key=_number_first)
        rest = [*sorted(by[Standing.PARKED], key=_number_first), *with_doctor]
        return rows + [self._row(one) for one in rest]

    def _estimates(self, queue: str, count: int, here: int, elapsed: float) -> list[Estimate]:
        """Return how long somebody waits with 0, 1, 2, … to `count` ahead. As many as there are doctors wait alike."""
        pace, at_once = self._pace(queue), max(1, here)
        found = [estimate(0, here, pace)]
        for ahead in range(at_once, count + at_once, at_once):
            found += [estimate(ahead, here, pace, elapsed)] * at_once
        return found

    def _pace(self, queue: str) -> Pace | None:
        place, doctor = self.facts.home(queue)
        own = self.paces.get(("doctor", doctor.id)) if doctor else None
        return own or self.paces.get(("department", place.id))

    def _row(
        self,
        place: _Place,
        position: int | None = None,
        placed: Placed | None = None,
        soon: Estimate = _NOBODY,
    ) -> WaitingRow:
        home = self._home(place.department_id, place.doctor_id)
        # Nothing is due to whoever went home last night.
        waits = place.standing in OPEN and not place.is_old(self.now, self.today)
        return _made(
            {
                "id": place.id,
                "version": place.version,
                "visit_id": place.visit_id,
                "visitor_id": place.visitor_id,
                "number_id": place.number_id,
                "label": shown_label(place, self.today),
                "day": place.day,
                "from_yesterday": place.day < self.today,
                "queue": place.queue,
                "department_id": place.department_id,
                "line": home.line,
                "doctor_id": place.doctor_id,
                "doctor": home.doctor,
                "room": place.room or home.room,
                "name": place.name,
                "name_masked": mask_name(place.name),
                "urgency": place.urgency,
                "standing": place.standing,
                "place": position,
                "since": place.joined,
                "waited": self._waited(place),
                "estimate": soon,
                "appointment_at": place.appointment,
                "called_at": place.called,
                "called_by": place.called_by,
                "calls": place.calls,
                "absences": place.absences,
                "began_at": place.began,
                "slip": place.slip,
                "reason": place.reason,
                "why": placed.why if placed is not None else _why_parked(place),
                "care": tuple(self.signs.care.get(place.visit_id, ())),
                "apology_due": waits and self.signs.apology_due(place),
                "reassess_due": waits and self.signs.reassess_due(place),
                "obstacle": home.obstacle if waits else None,
            }
        )

    def _home(self, department: int, doctor_id: int | None) -> _Home:
        key = (department, doctor_id)
        if key not in self.homes:
            house = self.facts.departments[department]
            doctor = self.facts.doctors[doctor_id] if doctor_id is not None else None
            room = (doctor.room if doctor else "") or house.room
            obstacle = self.facts.obstacle(department, doctor_id)
            self.homes[key] = _Home(house.name, doctor.name if doctor else "", room, obstacle)
        return self.homes[key]

    def _waited(self, place: _Place) -> int:
        until = place.began if place.standing is Standing.WITH_DOCTOR else None
        return minutes_between(place.joined, until or self.now)

    def _sum(self, queue: str, places: Sequence[_Place]) -> LineSum:
        house, doctor = self.facts.home(queue)
        waiting = [place for place in places if place.standing in OPEN]
        return LineSum(
            queue=queue,
            line=house.name,
            doctor=doctor.name if doctor else "",
            room=(doctor.room if doctor else "") or house.room,
            on_duty=len(self.facts.attending(queue)),
            waiting=len(waiting),
            with_doctor=sum(place.standing is Standing.WITH_DOCTOR for place in places),
            longest=minutes_between(min((place.joined for place in waiting), default=self.now), self.now),
        )


def _made(values: dict[str, Any]) -> WaitingRow:
    """Return a row of all its fields. One by one, or as named arguments, they take three times as long."""
    row = object.__new__(WaitingRow)
    object.__setattr__(row, "__dict__", values)
    return row


def _number_first(place: _Place) -> tuple[dt.datetime, int]:
    return (place.joined, place.id)


def _called_first(place: _Place) -> tuple[bool, dt.datetime, int]:
    return (place.called is None, place.called or place.joined, place.id)


def _why_parked(place: _Place) -> tuple[Text, ...]:
    in_vain = place.standing is Standing.PARKED and not place.reason and place.absences > ABSENCES_ALLOWED
    return _CALLED_IN_VAIN if in_vain else ()
