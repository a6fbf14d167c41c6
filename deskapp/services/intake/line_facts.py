"""What the order and the estimate of a line are worked out from: rules, turns taken, how long visits took, who is here.

Columns instead of mapped rows, moments as the numbers they are stored as: the waiting page asks after every change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Row, Select, bindparam, func, select, type_coerce
from sqlalchemy import Text as TextType
from sqlalchemy.orm import Session

from deskapp import settings
from deskapp.db.base import table_of
from deskapp.db.models.access import Setting
from deskapp.db.models.directory import Department, Doctor, DutyTime
from deskapp.db.models.intake import Visit
from deskapp.db.models.waiting import QueueEntry, QueueEvent
from deskapp.domain.duty import Duty
from deskapp.domain.line_order import DANGER, Lane, OrderRules, lane_for
from deskapp.domain.text import Text, Words
from deskapp.domain.waiting import QueueAct, Standing
from deskapp.domain.waiting_rules import LONGEST_VISIT, Attending, House, Pace, obstacle, pace_of
from deskapp.services.directory import local
from deskapp.settings import Scope

ENTRY: Final = table_of(QueueEntry)
EVENT: Final = table_of(QueueEvent)
VISIT: Final = table_of(Visit)
LOOK_BACK_DAYS: Final = 14
"""So far back visits are looked at for how long they take."""
EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_OPTIONS: Final = (
    settings.APPOINTMENTS_EACH,
    settings.WALK_INS_EACH,
    settings.AGEING_MINUTES,
    settings.EARLY_MINUTES,
    settings.LATE_MINUTES,
    settings.WAIT_APOLOGY_MINUTES,
)


def number(column: Any) -> Any:
    """Return a column of moments as microseconds."""
    return type_coerce(column, BigInteger)


def moment(microseconds: int | None) -> dt.datetime | None:
    """Return a stored moment."""
    return None if microseconds is None else EPOCH + dt.timedelta(microseconds=microseconds)


def midnight(now: dt.datetime) -> dt.datetime:
    """Return when the site's day began."""
    return dt.datetime.combine(local(now).date(), dt.time(0)).astimezone(dt.UTC)


# --- Rules ----------------------------------------------------------------------------------------------------


def site_rules(session: Session) -> tuple[OrderRules, int]:
    """Return the site's rules of the order, and the minutes after which an apology is due."""
    names = [option.name for option in _OPTIONS]
    asked = select(Setting.name, Setting.value).where(
        Setting.scope == Scope.SITE.value, Setting.name.in_(names)
    )
    stored = dict(session.execute(asked).all())
    values = [
        msgspec.json.decode(stored[option.name], type=int) if option.name in stored else option.default
        for option in _OPTIONS
    ]
    booked, others, *minutes, apology = values
    return OrderRules(max(1, booked), max(1, others), *minutes), apology


# --- Turns taken ----------------------------------------------------------------------------------------------


_CALLS: Final = (
    select(
        EVENT.c.id,
        type_coerce(EVENT.c.act, TextType),
        EVENT.c.entry_id,
        EVENT.c.undoes_id,
        ENTRY.c.queue,
        number(ENTRY.c.joined_at),
        number(VISIT.c.opened_at),
        number(ENTRY.c.appointment_at),
        VISIT.c.urgency,
    )
    .join(ENTRY, ENTRY.c.id == EVENT.c.entry_id)
    .join(VISIT, VISIT.c.id == ENTRY.c.visit_id)
    .where(EVENT.c.at >= bindparam("since"))
    .where(EVENT.c.act.in_((QueueAct.CALLED, QueueAct.MOVED, QueueAct.UNDONE)))
    .order_by(EVENT.c.id)
)


def lanes_called(session: Session, now: dt.datetime, rules: OrderRules) -> dict[str, list[Lane]]:
    """Return of each line the lanes of those called in it today, oldest first; those in danger took no turn.

    A call that was taken back doesn't count, nor one in another line before somebody was moved.
    """
    rows = session.execute(_CALLS, {"since": midnight(now)}).all()
    undone = {row[3] for row in rows}
    calls: dict[int, list[tuple[int, Row[Any]]]] = {}
    for row in rows:
        if row[0] in undone or row[1] == QueueAct.UNDONE:
            continue
        if row[1] == QueueAct.MOVED:
            calls.pop(row[2], None)
        elif row[8] not in DANGER:
            calls.setdefault(row[2], []).append((row[0], row))
    lanes: dict[str, list[Lane]] = {}
    for _id, row in sorted((call for one in calls.values() for call in one), key=_first):
        lanes.setdefault(row[4], []).append(_lane(came(row[5], row[6]), row[7], rules))
    return lanes


def _first(call: tuple[int, Any]) -> int:
    return call[0]


def came(joined: int, opened: int) -> int:
    """Return when a visitor came in: at the door or the desk, or when a number was given on paper before that.

    Not when the number was given: who had to stand at the desk is not late for an appointment.
    """
    return min(joined, opened)


def _lane(arrived: int, booked: int | None, rules: OrderRules) -> Lane:
    if booked is None:
        return Lane.WALK_IN
    return lane_for(EPOCH + dt.timedelta(microseconds=arrived), moment(booked), rules)


# --- How long visits take -------------------------------------------------------------------------------------


_TOOK: Final = number(ENTRY.c.finished_at) - number(ENTRY.c.began_at)
_SEEN: Final = select(ENTRY.c.department_id, ENTRY.c.doctor_id, _TOOK.label("took")).where(
    ENTRY.c.standing == Standing.FINISHED,
    _TOOK > 0,
    LONGEST_VISIT // dt.timedelta(microseconds=1) >= _TOOK,
)
_SEEN_TODAY: Final = _SEEN.where(ENTRY.c.day >= bindparam("today")).order_by(ENTRY.c.finished_at)


def _seen_earlier() -> Select[Any]:
    back = func.row_number().over(
        partition_by=(ENTRY.c.department_id, ENTRY.c.doctor_id), order_by=ENTRY.c.finished_at.desc()
    )
    last = (
        _SEEN.add_columns(back.label("back"), number(ENTRY.c.finished_at).label("at"))
        .where(ENTRY.c.day >= bindparam("first"), ENTRY.c.day < bindparam("today"))
        .subquery()
    )
    kept = select(last.c.department_id, last.c.doctor_id, last.c.took)
    return kept.where(last.c.back <= bindparam("most")).order_by(last.c.at)


_SEEN_EARLIER: Final = _seen_earlier()
Seen = tuple[tuple[int, int | None, int], ...]


class Paces:
    """How long visits take, by doctor and by department. What was before today is read once a day."""

    def __init__(self) -> None:
        self._earlier: tuple[dt.date, Seen] | None = None

    def of(self, session: Session, today: dt.date, most: int) -> dict[tuple[str, int], Pace]:
        """Return the pace of each doctor and department of whom enough visits are known."""
        seconds: dict[tuple[str, int], list[float]] = {}
        rows = [
            *self._before(session, today, most),
            *_tuples(session.execute(_SEEN_TODAY, {"today": today}).all()),
        ]
        for department, doctor, took in rows:
            seconds.setdefault(("department", department), []).append(took / 1e6)
            if doctor is not None:
                seconds.setdefault(("doctor", doctor), []).append(took / 1e6)
        paces = {key: pace_of(taken) for key, taken in seconds.items()}
        return {key: pace for key, pace in paces.items() if pace is not None}

    def _before(self, session: Session, today: dt.date, most: int) -> Seen:
        kept = self._earlier
        if kept is None or kept[0] != today:
            first = today - dt.timedelta(days=LOOK_BACK_DAYS)
            rows = session.execute(_SEEN_EARLIER, {"first": first, "today": today, "most": most})
            kept = self._earlier = (today, _tuples(rows))
        return kept[1]


def _tuples(rows: Iterable[Any]) -> Seen:
    return tuple((row[0], row[1], int(row[2])) for row in rows)


# --- Who is here ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DoctorFacts:
    """A doctor as the waiting page needs them."""

    id: int
    number: str
    name: str
    room: str
    department: int
    own_queue: bool
    attending: Attending


@dataclass(frozen=True)
class DepartmentFacts:
    """A department as the waiting page needs it."""

    id: int
    code: str
    room: str
    house: House

    @property
    def name(self) -> Words:
        return self.house.name


class Facts:
    """Departments and doctors at one moment: who sees visitors of which line, and what is in the way."""

    def __init__(self, session: Session, now: dt.datetime) -> None:
        self.clock = local(now)
        self.departments = _departments(session)
        self.doctors = _doctors(session)
        self.present = {key for key, doctor in self.doctors.items() if doctor.attending.sees(self.clock)}
        self._obstacles: dict[tuple[int, int | None], Text | None] = {}

    def home(self, queue: str) -> tuple[DepartmentFacts, DoctorFacts | None]:
        """Return the department and, where it is a doctor's own, the doctor of a line."""
        kind, _, identity = queue.partition(":")
        doctor = self.doctors[int(identity)] if kind == "doctor" else None
        return self.departments[doctor.department if doctor else int(identity)], doctor

    def attending(self, queue: str) -> list[int]:
        """Return the doctors on duty who see the visitors of a line."""
        place, doctor = self.home(queue)
        if not place.house.is_open(self.clock.date()):
            return []
        if doctor is not None:
            return [doctor.id] if doctor.id in self.present else []
        here = [one for one in self._of(place.id) if one.id in self.present]
        return [one.id for one in here if not one.own_queue] or [one.id for one in here]

    def obstacle(self, department: int, doctor: int | None) -> Text | None:
        """Return why nobody can see somebody who waits there."""
        key, house = (department, doctor), self.departments[department].house
        if doctor in self.present and house.is_open(self.clock.date()):
            return None
        if key not in self._obstacles:
            named = self.doctors[doctor].attending if doctor is not None else None
            others = [one.attending for one in self._of(department)]
            self._obstacles[key] = obstacle(house, named, others, self.clock)
        return self._obstacles[key]

    def queues_on_duty(self) -> set[str]:
        """Return the own lines of doctors on duty."""
        return {f"doctor:{key}" for key in self.present if self.doctors[key].own_queue}

    def _of(self, department: int) -> list[DoctorFacts]:
        return [one for one in self.doctors.values() if one.department == department]


def _departments(session: Session) -> dict[int, DepartmentFacts]:
    table = table_of(Department)
    columns = ("id", "code", "room", "name_zh", "name_en", "name_mn", "active", "valid_from", "valid_to")
    found = {}
    for key, code, room, zh, en, mn, *rest in session.execute(select(*(table.c[name] for name in columns))):
        found[key] = DepartmentFacts(key, code, room, House(Words(zh, en, mn), *rest))
    return found


def _doctors(session: Session) -> dict[int, DoctorFacts]:
    table = table_of(Doctor)
    columns = (
        "id",
        "number",
        "name",
        "room",
        "department_id",
        "own_queue",
        "active",
        "valid_from",
        "valid_to",
    )
    times = _times(session)
    found = {}
    for key, code, name, room, home, own, *rest in session.execute(
        select(*(table.c[column] for column in columns))
    ):
        attending = Attending(name, times.get(key, ()), *rest)
        found[key] = DoctorFacts(key, code, name, room, home, own, attending)
    return found


def _times(session: Session) -> Mapping[int, list[Duty]]:
    table = table_of(DutyTime)
    columns = ("doctor_id", "begins", "ends", "weekday", "day", "absent")
    found: dict[int, list[Duty]] = {}
    for doctor, *rule in session.execute(select(*(table.c[name] for name in columns))):
        found.setdefault(doctor, []).append(Duty(*rule))
    return found
