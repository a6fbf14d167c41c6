"""A waiting line in memory: what the page asks and orders, answered without a database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from deskapp.domain.access import Actor
from deskapp.domain.changes import Changes
from deskapp.domain.directory import DepartmentView, DoctorView
from deskapp.domain.escorts import EscortAct
from deskapp.domain.registration import SlipState
from deskapp.domain.text import Text, Words
from deskapp.domain.waiting import (
    CareDone,
    CareKind,
    Estimate,
    LineSum,
    QueueAct,
    QueueEventView,
    Standing,
    WaitingRow,
    WaitingView,
)
from deskapp.errors import ConflictError, RuleError
from deskapp.services.base import Done

NOW = dt.datetime(2026, 11, 20, 2, 30, tzinfo=dt.UTC)
INTERNAL = Words("内科", "Internal medicine", "Дотор")
SURGERY = Words("外科", "Surgery", "Мэс засал")


def place(number: int, **changes: Any) -> WaitingRow:
    """Return a place: the `number`th of internal medicine, waiting ten minutes."""
    row = WaitingRow(
        id=number,
        version=1,
        visit_id=1000 + number,
        visitor_id=number,
        number_id=number,
        label=f"N{number:03}",
        day=dt.date(2026, 11, 20),
        from_yesterday=False,
        queue="department:1",
        department_id=1,
        line=INTERNAL,
        doctor_id=None,
        doctor="",
        room="N201",
        name="王建国",
        name_masked="王*国",
        urgency=None,
        standing=Standing.WAITING,
        place=number,
        since=NOW - dt.timedelta(minutes=10),
        waited=10,
        estimate=Estimate(20, 35),
        appointment_at=None,
        called_at=None,
        called_by="",
        calls=0,
        absences=0,
        began_at=None,
        slip=SlipState.SENT,
        reason="",
        why=(Text("Urgency III goes first."), Text("Waiting since {time}.", {"time": NOW})),
    )
    return replace(row, **changes)


def sums(rows: tuple[WaitingRow, ...]) -> tuple[LineSum, ...]:
    """Return the lines of rows in figures."""
    return tuple(
        _sum(queue, [row for row in rows if row.queue == queue]) for queue in {row.queue: 0 for row in rows}
    )


def _sum(queue: str, rows: list[WaitingRow]) -> LineSum:
    first = rows[0]
    return LineSum(
        queue,
        first.line,
        first.doctor,
        first.room,
        0 if first.obstacle is not None else 1,
        sum(row.standing is Standing.WAITING for row in rows),
        sum(row.standing is Standing.WITH_DOCTOR for row in rows),
        max(row.waited for row in rows),
    )


class Line:
    """The service `waiting` as the page knows it; `taken` names who was first where an act is refused."""

    def __init__(self, *rows: WaitingRow) -> None:
        self.rows = rows
        self.left_over: tuple[WaitingRow, ...] = ()
        self.clock_behind: dt.datetime | None = None
        self.asked = 0
        self.did: list[tuple[Any, ...]] = []
        self.taken = ""
        self.ways: list[int] = []
        self.before_care: list[WaitingRow] = []

    def view(self, _actor: Any, department_id: int | None = None) -> WaitingView:
        self.asked += 1
        rows, left = (
            tuple(row for row in some if department_id in (None, row.department_id))
            for some in (self.rows, self.left_over)
        )
        return WaitingView(rows, sums(rows), left, self.clock_behind)

    def history(self, _actor: Any, entry_id: int) -> list[QueueEventView]:
        return [
            QueueEventView(1, QueueAct.JOINED, NOW - dt.timedelta(minutes=10), "李娜"),
            QueueEventView(2, QueueAct.PARKED, NOW, "周敏", f"X-ray of {entry_id}"),
        ]

    def __getattr__(self, name: str) -> Callable[..., Done[Any]]:
        if name.startswith("_"):
            raise AttributeError(name)
        return _Act(self, name)

    def call_next(self, _actor: Any, _request: str, queue: str, room: str = "") -> Done[Any]:
        row = next(row for row in self.rows if row.queue == queue and row.standing is Standing.WAITING)
        self.did.append(("call_next", queue, room))
        self.become(row, standing=Standing.CALLED, called_at=NOW, calls=1, place=None)
        return Done(row.id, Changes.of("queue", row.id))

    def give_care(
        self, _actor: Any, _request: str, visit_id: int, kind: CareKind, note: str = ""
    ) -> Done[Any]:
        self.did.append(("give_care", visit_id, kind))
        row = next(row for row in self.rows if row.visit_id == visit_id)
        self.before_care.append(row)
        done = (*row.care, CareDone(kind, NOW, "李娜", note))
        self.put(replace(row, care=done, apology_due=row.apology_due and kind is not CareKind.APOLOGY))
        return Done(len(self.before_care), Changes.of("queue", row.id))

    def take_back_care(self, _actor: Any, _request: str, care_id: int) -> Done[Any]:
        self.did.append(("take_back_care", care_id))
        before = self.before_care[care_id - 1]
        self.put(replace(self.find(before.id), care=before.care, apology_due=before.apology_due))
        return Done(None, Changes.of("queue", before.id))

    def become(self, row: WaitingRow, **changes: Any) -> Done[Any]:
        """Store a changed place under a new version."""
        now = replace(row, version=row.version + 1, **changes)
        self.put(now)
        return Done(None, Changes.of("queue", now.id))

    def put(self, now: WaitingRow) -> None:
        """Store a place."""
        self.rows = tuple(now if row.id == now.id else row for row in self.rows)

    def find(self, entry_id: int) -> WaitingRow:
        """Return a place."""
        return next(row for row in (*self.rows, *self.left_over) if row.id == entry_id)


class Ways:
    """The ways to the consulting room: who was gone along with is in `Line.ways`."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def leave(self, _actor: Any, _request: str, visit_id: int) -> Done[Any]:
        self.line.ways.append(visit_id)
        return Done(len(self.line.ways), Changes.of("escort", len(self.line.ways)))

    def undo(self, _actor: Any, _request: str, escort_id: int, act: EscortAct) -> Done[Any]:
        assert act is EscortAct.LEFT
        self.line.ways.pop(escort_id - 1)
        return Done(None, Changes.of("escort", escort_id))


class _Act:
    """One use case about one place."""

    def __init__(self, line: Line, name: str) -> None:
        self.line = line
        self.name = name

    def __call__(self, _actor: Any, _request: str, entry_id: int, version: int, *rest: Any) -> Done[Any]:
        line, name = self.line, self.name
        line.did.append((name, entry_id, version, *rest))
        if line.taken:
            raise RuleError("queue.called", Text("Called by {who} at 10:30.", {"who": line.taken}))
        row = line.find(entry_id)
        if row.version != version:
            raise ConflictError
        if name in ("finish", "left_unseen", "to_emergency"):
            line.rows = tuple(one for one in line.rows if one.id != entry_id)
            line.left_over = tuple(one for one in line.left_over if one.id != entry_id)
            return Done(None, Changes.of("queue", entry_id))
        become = {"call": Standing.CALLED, "park": Standing.PARKED, "start": Standing.WITH_DOCTOR}
        reason = rest[0] if name == "park" else ""
        return line.become(row, standing=become.get(name, Standing.WAITING), reason=reason)


class Directory:
    """Departments and doctors to move to."""

    def departments(self, _actor: Any) -> list[DepartmentView]:
        return [
            DepartmentView(1, 1, "internal", INTERNAL, "N201", "", "N", True, 1, 1),
            DepartmentView(2, 1, "surgery", SURGERY, "B301", "", "B", True, 2, 1),
        ]

    def doctors(self, _actor: Any, *, inactive: bool = False) -> list[DoctorView]:
        return [
            _doctor(7, "赵敏", 2, on_duty=True, good_at="burns"),
            _doctor(8, "钱多", 2, on_duty=False),
            _doctor(9, "孙丽", 1, on_duty=False),
            *([_doctor(11, "郑浩", 6, on_duty=False)] if inactive else []),
        ]


def _doctor(identity: int, name: str, department: int, *, on_duty: bool, good_at: str = "") -> DoctorView:
    until = NOW + dt.timedelta(hours=2) if on_duty else None
    return DoctorView(
        identity, 1, str(identity), name, "", department, SURGERY, good_at, "", ("zh",), "B301", "", True, True,
        NOW if on_duty else None, until, None,
    )  # fmt: skip


class Settings:
    """The options of one workstation."""

    def __init__(self, **found: object) -> None:
        self.found = found

    def values(self, _actor: Any, _workstation: str) -> dict[str, object]:
        return {name.replace("_", ".", 1): value for name, value in self.found.items()}

    def now(self) -> dt.datetime:
        return NOW

    def today(self) -> dt.date:
        return NOW.date()


LI = Actor(1, "李娜", frozenset(), "desk-1")


def li() -> Actor:
    """Return who is signed in."""
    return LI
