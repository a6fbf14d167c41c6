"""The figures of a day counted again from the audit trail alone, by code that shares nothing with the overview's.

Each line says what was done when; read in order they give every visit and every place in the line as they were at the
end. What the overview says must be the same.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from deskapp.db.models.access import AuditBody, AuditEntry

STEPS = ("triage", "number", "called", "began", "finished", "doctor")


@dataclass
class _Told:
    """What the trail has told of a visit so far."""

    opened: dt.datetime
    visitor: int | None = None
    new: bool = True
    triaged: dt.datetime | None = None
    numbered: dt.datetime | None = None
    numbers: int = 0
    escorted: dt.datetime | None = None
    ended: str | None = None
    sent_to: tuple[int | None, int | None] = (None, None)
    source: str | None = None
    paid: bool = False
    registered_by: int | None = None
    place: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Line:
    at: dt.datetime
    by: int | None
    action: str
    record: int
    before: dict[str, Any]
    after: dict[str, Any]


def recount(session: Session, day: dt.date | None = None) -> dict[str, Any]:
    """Return what the trail says of the visits of a day, of all when None.

    Keys: "visits", "new", "returning", "numbers" (issued), "left", "seen", and "waits": for each of `STEPS` how many
    waited how many begun minutes. Numbers given on paper are dated by their typing, which the overview does not do.
    """
    chosen = _of_day(session, day)
    return {
        "visits": len(chosen),
        "new": sum(visit.new for visit in chosen),
        "returning": sum(not visit.new for visit in chosen),
        "numbers": sum(visit.numbers for visit in chosen),
        "left": sum(_left(visit) for visit in chosen),
        "seen": sum(_began(visit) is not None for visit in chosen),
        "waits": {step: _histogram(chosen, step) for step in STEPS},
    }


def recount_parts(session: Session, day: dt.date | None = None) -> dict[str, Any]:
    """Return what the trail says of how the visits of a day are divided, of all when None.

    Keys: "hours" by (weekday, hour of arrival), "places" by (department, doctor): visits, new, left, seen; "sources"
    by (department, media source, new): visits, registered, paid, seen; "registered" by account. Whether somebody
    came again later is not in a day.
    """
    chosen = _of_day(session, day)
    arrived = [visit.opened.astimezone() for visit in chosen]
    return {
        "hours": dict(Counter((at.weekday(), at.hour) for at in arrived)),
        "places": _summed((visit.sent_to, (1, visit.new, _left(visit), _is_seen(visit))) for visit in chosen),
        "sources": _summed(
            (
                (visit.sent_to[0], visit.source, visit.new),
                (1, visit.visitor is not None, visit.paid, _is_seen(visit)),
            )
            for visit in chosen
        ),
        "registered": dict(Counter(visit.registered_by for visit in chosen if visit.visitor is not None)),
    }


def _summed(parts: Iterable[tuple[Any, tuple[int, ...]]]) -> dict[Any, tuple[int, ...]]:
    sums: dict[Any, tuple[int, ...]] = {}
    for key, counts in parts:
        before = sums.get(key, (0,) * len(counts))
        sums[key] = tuple(one + int(other) for one, other in zip(before, counts, strict=True))
    return sums


def _of_day(session: Session, day: dt.date | None) -> list[_Told]:
    visits = _Reading().read(_lines(session))
    return [visit for visit in visits if day is None or visit.opened.astimezone().date() == day]


def _lines(session: Session) -> Iterator[_Line]:
    asked = select(
        AuditEntry.at, AuditEntry.actor_id, AuditEntry.action, AuditEntry.record_id, AuditBody.body
    )
    asked = asked.join(AuditBody, AuditBody.entry_id == AuditEntry.id)
    asked = asked.where(AuditEntry.record_id.is_not(None)).order_by(AuditEntry.id)
    for at, by, action, record, body in session.execute(asked):
        said = json.loads(body)
        yield _Line(at, by, action, record, said["before"] or {}, said["after"] or {})


class _Reading:
    """Reads line after line."""

    def __init__(self) -> None:
        self.visits: dict[int, _Told] = {}
        self.known: set[int] = set()
        self.greeted: dict[int, dt.datetime] = {}
        self.taken: dict[int, dt.datetime] = {}
        self.linked: dict[int, int] = {}
        self.entries: dict[int, int] = {}

    def read(self, lines: Iterator[_Line]) -> list[_Told]:
        for line in lines:
            kind, _, act = line.action.partition(".")
            if kind == "visit":
                self._visit(act, line)
            elif kind == "queue":
                self._queue(act, line)
            elif kind == "greeting":
                self._greeting(act, line)
        return list(self.visits.values())

    def _visit(self, act: str, line: _Line) -> None:
        if act == "open":
            self._open(line)
            return
        visit = self.visits.get(line.record)
        if visit is None:
            return
        self._decided(visit, act, line)
        if act == "attach":
            self._is(visit, line)
        elif act == "detach":
            visit.visitor, visit.new = None, True
        elif act in {"triage", "emergency"}:
            visit.triaged = visit.triaged or line.at
            visit.ended = "emergency" if act == "emergency" else visit.ended
        elif act == "step" and line.after["step"] == "escort":
            visit.escorted = visit.escorted or line.at
        elif act == "step" and line.after["step"] == "triage":
            visit.triaged = visit.triaged or line.at
        elif act == "step-undone" and line.before.get("step") == "triage":
            visit.triaged = None
        elif act == "step-undone" and "escort" in {line.before.get("step"), line.after.get("step")}:
            visit.escorted = None
        elif act in {"end", "line-undone"}:
            visit.ended = line.after.get("ended", visit.ended)
            self._line_undone(visit, line)
        elif act == "reopen":
            visit.ended = None

    def _decided(self, visit: _Told, act: str, line: _Line) -> None:
        """Take what was decided of a visit: where it goes, how they heard of us, whether it is paid."""
        if act == "triage" or (act in {"moved", "line-undone"} and "department_id" in line.after):
            visit.sent_to = (line.after["department_id"], line.after["doctor_id"])
        elif act == "source":
            visit.source = line.after["source"]
        elif act == "pay":
            visit.paid = line.after["payment"] == "paid"

    def _line_undone(self, visit: _Told, line: _Line) -> None:
        if "checked_in" in line.after and line.after["checked_in"] is None:
            visit.escorted = None

    def _open(self, line: _Line) -> None:
        greeting = self.linked.get(line.record)
        opened = self.greeted[greeting] if greeting is not None else line.at
        visit = self.visits[line.record] = _Told(opened)
        if line.after["visitor"] is not None:
            self._is(visit, line)

    def _is(self, visit: _Told, line: _Line) -> None:
        visitor = line.after["visitor"]
        visit.visitor, visit.new, visit.registered_by = visitor, visitor not in self.known, line.by
        self.known.add(visitor)

    def _queue(self, act: str, line: _Line) -> None:
        number = line.after.get("visit", self.entries.get(line.record))
        visit = self.visits.get(number) if number is not None else None
        if visit is None or number is None:
            return
        self.entries[line.record] = number
        told = {name: value for name, value in line.after.items() if name not in {"visit", "label", "said"}}
        if act == "joined":
            visit.numbers += 1
            visit.numbered = visit.numbered or line.at
            told = {"joined_at": visit.place.get("joined_at", line.at.isoformat()), **told}
        visit.place.update(told)

    def _greeting(self, act: str, line: _Line) -> None:
        if act == "add":
            self.greeted[line.record] = line.at
        elif act == "take":
            self.taken[line.record] = line.at
        elif act == "link" and line.after["visit"] not in self.visits:
            self.linked[line.after["visit"]] = line.record
        elif act == "unlink":
            visit = self.visits.get(line.before["visit"])
            if visit is not None and visit.opened == self.greeted[line.record]:
                visit.opened = self.taken.get(line.record, line.at)


def _time(value: Any) -> dt.datetime | None:
    return dt.datetime.fromisoformat(value) if value else None


def _left(visit: _Told) -> bool:
    return visit.ended == "left-unseen" or visit.place.get("standing") == "left"


def _is_seen(visit: _Told) -> bool:
    return _began(visit) is not None


def _began(visit: _Told) -> dt.datetime | None:
    return _time(visit.place.get("began_at")) if visit.place else visit.escorted


def _ends(visit: _Told, step: str) -> tuple[dt.datetime | None, dt.datetime | None]:
    place = {name: _time(visit.place.get(f"{name}_at")) for name in ("joined", "called", "began", "finished")}
    numbered = place["joined"] or visit.numbered
    return {
        "triage": (visit.opened, visit.triaged),
        "number": (visit.triaged, numbered),
        "called": (numbered, place["called"]),
        "began": (place["called"], place["began"]),
        "finished": (place["began"], place["finished"]),
        "doctor": (visit.opened, _began(visit)),
    }[step]


def _histogram(visits: list[_Told], step: str) -> dict[int, int]:
    counts: Counter[int] = Counter()
    for visit in visits:
        since, until = _ends(visit, step)
        if since is not None and until is not None:
            waited = max(until - since, dt.timedelta())
            whole, rest = divmod(waited, dt.timedelta(minutes=1))
            counts[min(whole + bool(rest), 24 * 60)] += 1
    return dict(counts)
