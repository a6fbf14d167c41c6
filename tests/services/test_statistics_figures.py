"""Every figure of the overview worked out again from the rows, by code that shares nothing with it; and who is behind.

The days are made up: visits at midnight and before the door opened, corrected steps, numbers that were voided and given
anew by somebody else, visits without a record, a doctor or a department, transfers, clocks that were set back, and people
whose records were merged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, select

from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.intake import QueueNumber, Visit, Visitor, VisitStep
from deskapp.db.models.waiting import QueueEntry
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import Seen
from deskapp.domain.registration import EndReason, MediaSource, Payment, SlipState, Step, VisitKind
from deskapp.domain.statistics import Behind, HouseNames, Span
from deskapp.domain.statistics_tables import FigureTable, Value, tables, tiles
from deskapp.domain.waiting import Standing
from deskapp.services.all import Services
from deskapp.services.base import new_request
from tests.services.conftest import MONDAY, Desk

TARGET = 30
SOURCES = (None, MediaSource.FRIEND, MediaSource.OTHER)
DAYS = 12
SPAN = Span(MONDAY - dt.timedelta(days=DAYS - 3), MONDAY)
"""Visits lie before it as well, and one day behind it."""
LONG = Span(MONDAY - dt.timedelta(days=130), MONDAY)
STEPS = ("triage", "number", "called", "began", "finished", "doctor")


class MadeUp:
    """Writes visits as rows: what nobody could bring about at the desk in a test's time is there as well."""

    def __init__(self, store: Store, desk: Desk, accounts: Sequence[int], seed: int) -> None:
        self.store, self.desk, self.accounts, self.random = store, desk, accounts, Random(seed)
        house = desk.house
        self.places = [(house.surgery, house.li), (house.surgery, house.wang), (house.surgery, None)]
        self.places += [(house.eyes, house.pool), (house.eyes, None), (None, None)]
        self.people = [desk.register(f"客{at}").id for at in range(9)]
        self.count = 0

    def write(self, visits: int, days: int = DAYS) -> None:
        with self.store.writing() as session:
            for _ in range(visits):
                self._visit(session, MONDAY - dt.timedelta(days=self.random.randrange(-1, days)))
            session.commit()

    def _visit(self, session: Any, day: dt.date) -> None:
        draw, self.count = self.random, self.count + 1
        local = dt.datetime.combine(day, dt.time(draw.choice((0, 8, 8, 9, 11, 14, 23)), draw.randrange(60)))
        opened = local.astimezone(dt.UTC) - dt.timedelta(seconds=draw.randrange(60))
        place = draw.choice(self.places)
        visitor = draw.choice([*self.people, None])
        values = {
            "code": f"V{self.count}",
            "visitor_id": visitor,
            "day": day,
            "opened_at": opened,
            "kind": VisitKind.GENERAL,
            "first_visit": visitor is None or draw.random() < 0.4,
            "department_id": place[0],
            "doctor_id": place[1],
            "media_source": draw.choice(SOURCES),
            "payment": draw.choice(list(Payment)),
            "ended": draw.choice([None, None, None, *EndReason]),
            "checked_in": draw.choice([None, opened + dt.timedelta(minutes=draw.randrange(90))]),
            "doctor_began": draw.choice([None, None, opened + dt.timedelta(minutes=draw.randrange(90))]),
        }
        made = insert(table_of(Visit)).values(**values, version=1, pregnant=False, complaint="")
        visit = session.execute(made.returning(table_of(Visit).c.id)).scalar_one()
        self._steps(session, visit, opened, values)

    def _steps(self, session: Any, visit: int, opened: dt.datetime, values: dict[str, Any]) -> None:
        draw, at = self.random, opened
        acts = [(Step.ARRIVE, True), (Step.GREET, True)]
        if values["visitor_id"] is not None:
            acts += draw.choice(([(Step.REGISTER, True)], _again(Step.REGISTER)))
        elif draw.random() < 0.3:
            acts += _again(Step.REGISTER)[:2]
        acts += draw.choice(
            (
                [(Step.TRIAGE, True)],
                [(Step.TRIAGE, True)] * 2,
                _again(Step.TRIAGE),
                _again(Step.TRIAGE)[:2],
                [],
            )
        )
        numbered = values["department_id"] is not None and draw.random() < 0.8
        if numbered:
            acts += draw.choice(([(Step.NUMBER, True)], _again(Step.NUMBER), _again(Step.NUMBER)[:2]))
        rows, first = [], None
        for step, done in acts:
            at += dt.timedelta(seconds=draw.randrange(-30, 900))
            account = draw.choice(self.accounts)
            rows.append(
                {"visit_id": visit, "step": step, "done": done, "at": at, "account_id": account, "note": ""}
            )
            first = first or (at if step is Step.NUMBER else None)
        session.execute(insert(table_of(VisitStep)), rows)
        if first is not None:
            self._place(session, visit, first, values)

    def _place(self, session: Any, visit: int, at: dt.datetime, values: dict[str, Any]) -> None:
        draw, number = self.random, table_of(QueueNumber)
        row = {
            "queue": "q",
            "day": values["day"],
            "number": self.count,
            "label": f"A{self.count}",
            "visit_id": visit,
        }
        row |= {"state": draw.choice((SlipState.SENT, SlipState.VOID)), "issued_at": at, "waiting_before": 0}
        key = session.execute(insert(number).values(**row).returning(number.c.id)).scalar_one()
        if draw.random() < 0.2:
            return  # a visit of before there was a line
        moments: list[dt.datetime | None] = [None] * 3
        moment = at
        for place in range(draw.randrange(4)):
            moment += dt.timedelta(seconds=draw.choice((-60, 5, 300, 1500, 4000, 90_000)))
            moments[place] = moment
        entry = {"visit_id": visit, "number_id": key, "queue": "q", "day": values["day"], "joined_at": at}
        entry |= {"since": at, "department_id": values["department_id"], "doctor_id": values["doctor_id"]}
        entry |= dict(zip(("called_at", "began_at", "finished_at"), moments, strict=True))
        entry |= {"standing": draw.choice(list(Standing)), "calls": 0, "absences": 0, "version": 1}
        session.execute(insert(table_of(QueueEntry)).values(**entry, room="", reason=""))


def _again(step: Step) -> list[tuple[Step, bool]]:
    return [(step, True), (step, False), (step, True)]


# --- The same from the rows ---------------------------------------------------------------------------------------


@dataclass
class Line:
    """What is known of a visit, said plainly."""

    id: int
    day: dt.date
    hour: int
    new: bool
    registered: bool
    paid: bool
    left: bool
    seen: bool
    came_back: bool
    place: tuple[int | None, int | None]
    media: str | None
    operator: int | None
    issuers: list[int]
    waits: dict[str, int | None] = field(default_factory=dict)
    desk: int | None = None


def rows(session: Any, mapped: type[Any]) -> list[dict[str, Any]]:
    table = table_of(mapped)
    return [dict(row) for row in session.execute(select(table).order_by(table.c.id)).mappings()]


def lines_of(store: Store, span: Span) -> list[Line]:
    with store.reading() as session:
        visits, steps, entries = (rows(session, mapped) for mapped in (Visit, VisitStep, QueueEntry))
    places = {entry["visit_id"]: entry for entry in entries}
    found = []
    for visit in visits:
        if span.first <= visit["day"] <= span.last:
            own = [step for step in steps if step["visit_id"] == visit["id"]]
            again = any(
                other["visitor_id"] is not None
                and other["visitor_id"] == visit["visitor_id"]
                and other["opened_at"] > visit["opened_at"]
                for other in visits
            )
            found.append(line_of(visit, own, places.get(visit["id"]), again=again))
    return found


def line_of(visit: dict[str, Any], steps: list[dict[str, Any]], entry: Any, *, again: bool) -> Line:
    opened, issued = (
        visit["opened_at"],
        [step for step in steps if step["step"] is Step.NUMBER and step["done"]],
    )
    met, triaged = stands(steps, Step.REGISTER), stands(steps, Step.TRIAGE)
    first = min((step["at"] for step in issued), default=None)
    began = entry["began_at"] if entry else visit["doctor_began"] or visit["checked_in"]
    joined = entry["joined_at"] if entry else first
    of = entry or dict.fromkeys(("called_at", "began_at", "finished_at", "standing"))
    registrars = [step["account_id"] for step in steps if step["step"] is Step.REGISTER and step["done"]]
    known = visit["visitor_id"] is not None
    return Line(
        visit["id"],
        visit["day"],
        opened.astimezone().hour,
        visit["first_visit"],
        known,
        visit["payment"] is Payment.PAID,
        visit["ended"] is EndReason.LEFT_UNSEEN or of["standing"] is Standing.LEFT,
        began is not None,
        visit["first_visit"] and again,
        (visit["department_id"], visit["doctor_id"]),
        visit["media_source"].value if visit["media_source"] else None,
        registrars[-1] if registrars and known else None,
        [step["account_id"] for step in issued],
        {
            "triage": minutes(opened, triaged),
            "number": minutes(triaged, joined),
            "called": minutes(joined, of["called_at"]),
            "began": minutes(of["called_at"], of["began_at"]),
            "finished": minutes(of["began_at"], of["finished_at"]),
            "doctor": minutes(opened, began),
        },
        minutes(met or triaged or opened, first),
    )


def stands(steps: list[dict[str, Any]], wanted: Step) -> dt.datetime | None:
    """Return when a step was first done since it was taken back last."""
    times: list[dt.datetime] = []
    for step in steps:
        if step["step"] is wanted:
            times = [*times, step["at"]] if step["done"] else []
    return min(times, default=None)


def minutes(since: dt.datetime | None, until: dt.datetime | None) -> int | None:
    if since is None or until is None:
        return None
    return min(24 * 60, max(0, ceil((until - since) / dt.timedelta(minutes=1))))


def rank(waits: Sequence[int], tenths: int) -> int | None:
    return sorted(waits)[-(-len(waits) * tenths // 10) - 1] if waits else None


Figure = tuple[Value, list[int]]
"""A figure and the visits behind it."""


def counted(lines: Sequence[Line]) -> Figure:
    return len(lines), [line.id for line in lines]


def middle(lines: Sequence[Line], step: str) -> Figure:
    waited = [line for line in lines if line.waits[step] is not None]
    return rank([line.waits[step] or 0 for line in waited], 5), [line.id for line in waited]


def high(lines: Sequence[Line], step: str) -> Figure:
    waited = [(line.waits[step] or 0, line.id) for line in lines if line.waits[step] is not None]
    most = rank([wait for wait, _ in waited], 9)
    return most, [key for wait, key in waited if most is not None and wait >= most]


def late(lines: Sequence[Line], step: str, limit: int) -> list[Line]:
    return [line for line in lines if (line.waits[step] or 0) > limit]


def in_time(lines: Sequence[Line]) -> Figure:
    waited = [line for line in lines if line.waits["doctor"] is not None]
    over = late(lines, "doctor", TARGET)
    return (1 - len(over) / len(waited) if waited else None), [line.id for line in over]


def became(lines: Sequence[Line]) -> list[Figure]:
    ways: list[Callable[[Line], bool]] = [
        lambda line: line.new,
        lambda line: not line.new,
        lambda line: line.registered,
        lambda line: line.paid,
        lambda line: line.seen,
        lambda line: line.came_back,
    ]
    return [counted([line for line in lines if way(line)]) for way in ways]


def at_place(lines: Sequence[Line]) -> list[Figure]:
    new, left = [line for line in lines if line.new], [line for line in lines if line.left]
    return [
        counted(lines),
        counted(new),
        counted(left),
        middle(lines, "doctor"),
        high(lines, "doctor"),
        in_time(lines),
    ]


def by(lines: Sequence[Line], key: Callable[[Line], str]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(key(line), []).append(line)
    return found


def expected(lines: list[Line], *, months: bool) -> dict[str, dict[str, list[Figure]]]:
    """Return every figure: by table, then by line."""
    by_hour = by(lines, lambda line: str(line.hour))
    hours = range(min(map(int, by_hour)), max(map(int, by_hour)) + 1)
    waits = {}
    for step in STEPS:
        limit = {"triage": 10, "doctor": TARGET}.get(step)
        over: Figure = (None, []) if limit is None else counted(late(lines, step, limit))
        waited = [line for line in lines if line.waits[step] is not None]
        waits[step] = [middle(lines, step), high(lines, step), counted(waited), over]
    return {
        "days": {
            key: [counted(own)]
            for key, own in by(lines, lambda line: f"{line.day:%Y-%m}" if months else str(line.day)).items()
        },
        "hours": {str(hour): [counted(by_hour.get(str(hour), []))] for hour in hours},
        "week": {
            str(day): [
                counted([line for line in lines if line.day.weekday() == day and line.hour == hour])
                for hour in hours
            ]
            for day in range(7)
        },
        "waits": waits,
        "sources": {key: became(own) for key, own in by(lines, lambda line: line.media or "").items()},
        "department-sources": {
            key: became(own)
            for key, own in by(lines, lambda line: f"{line.place[0]}:{line.media or ''}").items()
        },
        "departments": {
            key: at_place(own) for key, own in by(lines, lambda line: str(line.place[0])).items()
        },
        "doctors": {
            key: at_place(own)
            for key, own in by(lines, lambda line: f"{line.place[0]}:{line.place[1]}").items()
            if not key.endswith(":None")
        },
        "operators": dict(operators(lines)),
    }


def operators(lines: list[Line]) -> Iterator[tuple[str, list[Figure]]]:
    for account in sorted(
        {who for line in lines for who in (line.operator, *line.issuers) if who is not None}
    ):
        issued = [line.id for line in lines if account in line.issuers]
        times = [line.desk or 0 for line in lines if line.issuers[:1] == [account]]
        numbers = sum(line.issuers.count(account) for line in lines)
        registered = counted([line for line in lines if line.operator == account])
        yield str(account), [registered, (numbers, issued), (rank(times, 5), issued)]


def all_behind(services: Services, actor: Actor, span: Span, wanted: Behind) -> list[int]:
    found: list[int] = []
    after, more = None, True
    while more:
        part = services.statistics.visits_behind(actor, span, wanted, after)
        found += [row.id for row in part.rows]
        after, more = (part.rows[-1] if part.rows else None), part.more
    assert len(found) == len(set(found))
    return sorted(found)


def compare(
    services: Services, actor: Actor, span: Span, found: FigureTable, own: dict[str, list[Figure]]
) -> None:
    assert {row.id for row in found.rows} == set(own), found.name
    for row in found.rows:
        for at, (value, behind) in enumerate(own[row.id]):
            where = (found.name, row.id, found.headings[at].title)
            assert row.values[at] == pytest.approx(value), where
            wanted = row.behind_value(at)
            if wanted is not None and behind:
                assert all_behind(services, actor, span, wanted) == sorted(behind), where


@pytest.fixture
def accounts(actors: dict[Role, Actor]) -> list[int]:
    return [actors[role].account_id for role in (Role.OPERATOR, Role.GUIDE, Role.LEADER)]


@pytest.mark.parametrize("seed", range(2))
def test_every_figure_and_the_visits_behind_it(
    services: Services, store: Store, desk: Desk, head: Actor, accounts: list[int], seed: int
) -> None:
    made = MadeUp(store, desk, accounts, seed)
    made.write(60)
    for one, other in ((0, 1), (2, 3), (0, 2)):
        with store.reading() as session:
            both = [
                Seen(who, session.get_one(Visitor, who).version)
                for who in (made.people[one], made.people[other])
            ]
        services.people.merge(head, new_request(), *both)
    lines, summary = lines_of(store, SPAN), services.statistics.figures(head, SPAN)
    own = expected(lines, months=False)
    for table in tables(summary, HouseNames(), TARGET):
        compare(services, head, SPAN, table, own[table.name])
    tops = {
        "visits": counted(lines),
        "new": counted([line for line in lines if line.new]),
        "returning": counted([line for line in lines if not line.new]),
        "median": middle(lines, "doctor"),
        "p90": high(lines, "doctor"),
        "left": counted([line for line in lines if line.left]),
        "level": in_time(lines),
        "triage": counted(late(lines, "triage", 10)),
    }
    for tile in tiles(summary, None, TARGET):
        value, behind = tops[tile.name]
        shown = tile.value * len(lines) if tile.name == "left" and tile.value is not None else tile.value
        assert shown == pytest.approx(value), tile.name
        assert all_behind(services, head, SPAN, tile.behind) == sorted(behind), tile.name


def test_months_of_a_long_span_open_their_visits(
    services: Services, store: Store, desk: Desk, head: Actor, accounts: list[int]
) -> None:
    MadeUp(store, desk, accounts, 7).write(40, days=128)
    own = expected(lines_of(store, LONG), months=True)
    days = tables(services.statistics.figures(head, LONG), HouseNames(), TARGET)[0]
    assert len(own["days"]) > 3
    compare(services, head, LONG, days, own["days"])


def test_a_visit_from_before_midnight_is_on_no_page_twice_and_missing_on_none(
    monkeypatch: pytest.MonkeyPatch,
    services: Services,
    store: Store,
    desk: Desk,
    head: Actor,
    accounts: list[int],
) -> None:
    monkeypatch.setattr("deskapp.services.statistics.BEHIND_AT_ONCE", 2)
    made = MadeUp(store, desk, accounts, 11)
    with store.writing() as session:
        for back in (0, 0, 1, 1, 1):
            made._visit(session, MONDAY - dt.timedelta(days=back))
        visit = table_of(Visit)
        night = dt.datetime.combine(MONDAY, dt.time()).astimezone(dt.UTC)
        for code, hours in (("V1", -0.5), ("V2", -0.25), ("V3", -0.1), ("V4", -0.3), ("V5", -1)):
            at = night + dt.timedelta(hours=hours)
            session.execute(visit.update().where(visit.c.code == code).values(opened_at=at))
        session.commit()
    assert len(all_behind(services, head, SPAN, Behind())) == 5
