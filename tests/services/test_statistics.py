"""Figures of visits: what is counted, how parts add up, and the visits behind."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import insert, select, update

from deskapp.db.engine import Store
from deskapp.db.models.intake import QueueNumber, Visit
from deskapp.db.models.waiting import QueueEntry
from deskapp.domain import statistics
from deskapp.domain.access import Actor
from deskapp.domain.door import Address, GreetingDraft
from deskapp.domain.registration import EndReason, MediaSource, Payment, Step
from deskapp.domain.statistics import Became, Behind, Counts, Source, Span, WaitStep, Worked
from deskapp.domain.waiting import Standing
from deskapp.errors import DeskError, InputError, PermissionDenied
from deskapp.i18n import translator
from deskapp.services import statistics_sql
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.statistics import FigureRows, SoFar
from tests.services.conftest import MONDAY, Desk, WallClock
from tests.support.recount import recount

TODAY = Span(MONDAY, MONDAY)


def stand(store: Store, visit: int, **values: object) -> None:
    """Give a visit its place in the line, or change it: the line itself is another service's."""
    with store.writing() as session:
        number = session.scalars(select(QueueNumber).where(QueueNumber.visit_id == visit)).one()
        row = session.get_one(Visit, visit)
        place = select(QueueEntry.id).where(QueueEntry.visit_id == visit)
        if session.scalar(place) is None:
            begun = {"visit_id": visit, "number_id": number.id, "queue": number.queue, "day": number.day}
            begun |= {
                "department_id": row.department_id,
                "doctor_id": row.doctor_id,
                "calls": 0,
                "absences": 0,
            }
            begun |= {"standing": Standing.WAITING, "joined_at": number.issued_at, "since": number.issued_at}
            session.execute(insert(QueueEntry).values(**begun, room="", reason="", version=1))
        session.execute(update(QueueEntry).where(QueueEntry.visit_id == visit).values(**values))
        session.commit()


def seen(store: Store, clock: WallClock, visit: int, *times: str) -> None:
    """Let a visitor be called, begin and finish at these times of the clock's day."""
    moments = [clock.set(time, clock.moment.date()) for time in times]
    names = ("called_at", "began_at", "finished_at")
    stand(store, visit, standing=Standing.FINISHED, **dict(zip(names, moments, strict=False)))


@pytest.fixture
def day(services: Services, store: Store, desk: Desk, clock: WallClock) -> dict[str, int]:
    """A morning: one is seen and pays, one leaves unseen, one is seen after lunch, one waits without a record."""
    clock.set("08:00")
    quick = desk.arrive("快来")
    services.visits.set_source(desk.actor, new_request(), quick, MediaSource.FRIEND)
    clock.set("08:04")
    desk.triage(quick, doctor_id=desk.house.li)
    clock.set("08:06")
    desk.number(quick)
    seen(store, clock, quick, "08:20", "08:22", "08:40")
    services.visits.pay(desk.actor, new_request(), quick, Payment.PAID)
    clock.set("09:00")
    gone = desk.arrive("走了")
    clock.set("09:12")
    desk.triage(gone)
    desk.number(gone)
    clock.set("09:50")
    services.visits.end(desk.actor, new_request(), gone, EndReason.LEFT_UNSEEN, "等太久")
    clock.set("13:30")
    late = desk.arrive("晚来")
    desk.triage(late, department_id=desk.house.eyes)
    clock.set("13:31")
    desk.number(late)
    seen(store, clock, late, "14:20", "14:30", "14:40")
    clock.set("15:00")
    nameless = desk.open().id
    return {"quick": quick, "gone": gone, "late": late, "nameless": nameless}


def test_a_day_is_counted(services: Services, head: Actor, day: dict[str, int], desk: Desk) -> None:
    found = services.statistics.figures(head, TODAY)
    assert found.counts == Counts(visits=4, new=4, left=1, seen=2)
    assert found.days == {MONDAY: 4}
    assert found.hours == {(0, 8): 1, (0, 9): 1, (0, 13): 1, (0, 15): 1}
    assert found.places[desk.house.surgery, desk.house.li] == Counts(1, 1, 0, 1)
    assert found.places[desk.house.surgery, None] == Counts(1, 1, 1, 0)
    assert found.places[None, None] == Counts(1, 1, 0, 0)


def test_waits_of_each_step_in_begun_minutes(services: Services, head: Actor, day: dict[str, int]) -> None:
    waits = services.statistics.figures(head, TODAY).waits
    assert waits[WaitStep.TRIAGE] == {0: 1, 4: 1, 12: 1}
    assert waits[WaitStep.NUMBER] == {0: 1, 1: 1, 2: 1}
    assert waits[WaitStep.CALLED] == {14: 1, 49: 1}
    assert waits[WaitStep.BEGAN] == {2: 1, 10: 1}
    assert waits[WaitStep.FINISHED] == {18: 1, 10: 1}
    assert waits[WaitStep.DOCTOR] == {22: 1, 60: 1}


def test_a_begun_minute_counts(services: Services, head: Actor, desk: Desk, clock: WallClock) -> None:
    clock.set("08:00:00")
    visit = desk.arrive()
    clock.set("08:10:01")
    desk.triage(visit)
    assert services.statistics.figures(head, TODAY).wait(WaitStep.TRIAGE) == {11: 1}


def test_a_clock_that_was_set_back_gives_no_negative_wait(
    services: Services, head: Actor, desk: Desk, clock: WallClock
) -> None:
    clock.set("08:30")
    visit = desk.arrive()
    clock.set("08:10")
    desk.triage(visit)
    assert services.statistics.figures(head, TODAY).wait(WaitStep.TRIAGE) == {0: 1}


def test_sources_say_what_became_of_the_visitors(
    services: Services, head: Actor, day: dict[str, int], desk: Desk, clock: WallClock
) -> None:
    visitor = services.visits.visit(desk.actor, day["quick"]).visitor
    assert visitor is not None
    clock.set("10:00", MONDAY + dt.timedelta(days=3))
    desk.open(visitor.id)
    sources = services.statistics.figures(head, TODAY).sources
    friend = Source(desk.house.surgery, MediaSource.FRIEND, new=True)
    assert sources[friend] == Became(visits=1, registered=1, paid=1, seen=1, came_back=1)
    assert sources[Source(None, None, new=True)] == Became(visits=1)
    later = services.statistics.figures(head, Span(MONDAY, MONDAY + dt.timedelta(days=6)))
    assert later.sources[Source(None, None, new=False)] == Became(visits=1, registered=1)
    assert later.counts.new == 4


def test_operators(services: Services, head: Actor, day: dict[str, int], desk: Desk) -> None:
    found = services.statistics.figures(head, TODAY)
    assert found.operators == {desk.actor.account_id: Worked(registered=3, numbers=3)}
    assert found.desk_times == {desk.actor.account_id: {6: 1, 12: 1, 1: 1}}


def test_an_older_visit_without_a_place_in_the_line_has_its_wait(
    services: Services, head: Actor, desk: Desk, clock: WallClock
) -> None:
    clock.set("08:00")
    visit = desk.triaged()
    clock.set("08:25")
    services.visits.do_step(desk.actor, new_request(), visit, Step.ESCORT)
    found = services.statistics.figures(head, TODAY)
    assert found.wait(WaitStep.DOCTOR) == {25: 1}
    assert found.counts.seen == 1


def test_parts_add_up_to_the_whole(
    services: Services, head: Actor, desk: Desk, store: Store, clock: WallClock
) -> None:
    for back in range(0, 40, 3):
        clock.set("08:00", MONDAY - dt.timedelta(days=back))
        visit = desk.triaged(f"人{back}")
        clock.forward(minutes=1 + back)
        desk.number(visit)
        clock.forward(minutes=5)
        stand(store, visit, standing=Standing.FINISHED, began_at=clock())
    span = Span(MONDAY - dt.timedelta(days=39), MONDAY)
    told: list[SoFar] = []
    steps: list[tuple[int, int]] = []
    whole = services.statistics.figures(head, span, told.append, lambda *step: steps.append(step))
    at_once = services.statistics.part(head, span)
    assert whole == at_once
    assert statistics.median(whole.wait(WaitStep.DOCTOR)) == 24
    assert [part.since for part in told] == [piece.first for piece in statistics.parts(span)]
    assert told[0].summary.counts.visits == 1
    assert told[-1].whole
    assert steps == [(at, len(told)) for at in range(1, len(told) + 1)]


ALL_DAYS = Span(dt.date.min, dt.date.max)


def test_of_centuries_only_the_days_between_visits_are_read(
    services: Services, head: Actor, desk: Desk, clock: WallClock
) -> None:
    visits = []
    for back in (9, 0):
        clock.set("08:00", MONDAY - dt.timedelta(days=back))
        visits.append(desk.open().id)
    told: list[SoFar] = []
    steps: list[tuple[int, int]] = []
    whole = services.statistics.figures(head, ALL_DAYS, told.append, lambda *step: steps.append(step))
    assert (whole.counts.visits, len(told), told[-1].whole) == (2, 3, True)
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert services.statistics.part(head, ALL_DAYS) == whole
    behind = services.statistics.visits_behind(head, ALL_DAYS, Behind())
    assert [row.id for row in behind.rows] == visits[::-1]


@pytest.mark.parametrize("day", [dt.date.min, MONDAY, dt.date.max])
def test_days_without_visits_have_figures_of_nothing(services: Services, head: Actor, day: dt.date) -> None:
    told: list[SoFar] = []
    assert services.statistics.figures(head, Span(dt.date.min, day), told.append).counts == Counts()
    assert [part.whole for part in told] == [True]
    assert services.statistics.visits_behind(head, Span(day, dt.date.max), Behind()).rows == ()


def test_who_waits_no_longer_stops_after_a_part(services: Services, head: Actor) -> None:
    class Stop(Exception):
        pass

    told: list[SoFar] = []

    def report(_done: int, _total: int) -> None:
        raise Stop

    with pytest.raises(Stop):
        services.statistics.figures(head, Span(dt.date(2026, 1, 1), MONDAY), told.append, report)
    assert len(told) == 1


def test_until_cuts_the_last_day(
    services: Services, head: Actor, day: dict[str, int], clock: WallClock
) -> None:
    noon = clock.set("12:00")
    found = services.statistics.figures(head, Span(MONDAY, MONDAY, noon))
    assert found.counts.visits == 2


def test_an_hour_is_the_sites_on_the_day_when_clocks_are_put_on(
    monkeypatch: pytest.MonkeyPatch, services: Services, head: Actor, desk: Desk, clock: WallClock
) -> None:
    import time

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        day = dt.date(2026, 3, 29)
        for hour in ("01:30", "03:30", "09:15"):
            clock.set(hour, day)
            desk.open()
        assert services.statistics.figures(head, Span(day, day)).hours == {(6, 1): 1, (6, 3): 1, (6, 9): 1}
    finally:
        monkeypatch.undo()
        time.tzset()


def test_days_without_a_turn_of_the_clocks_have_one_distance_from_utc() -> None:
    told = statistics_sql.days(TODAY)
    assert told["turn"] == told["until"] == statistics_sql.NEVER
    assert told["offset"] == told["after"]


def test_visits_behind_a_figure(services: Services, head: Actor, day: dict[str, int], desk: Desk) -> None:
    def behind(**wanted: object) -> list[int]:
        found = services.statistics.visits_behind(head, TODAY, Behind(**wanted))  # type: ignore[arg-type]
        return [row.id for row in found.rows]

    assert behind() == [day["nameless"], day["late"], day["gone"], day["quick"]]
    assert behind(left=True) == [day["gone"]]
    assert behind(seen=True) == [day["late"], day["quick"]]
    assert behind(media=MediaSource.FRIEND) == [day["quick"]]
    assert behind(no_department=True) == [day["nameless"]]
    assert behind(department_id=desk.house.surgery, no_doctor=True) == [day["gone"]]
    assert behind(weekday=0, hour=13) == [day["late"]]
    assert behind(weekday=1) == []
    assert behind(step=WaitStep.TRIAGE, longer_than=10) == [day["gone"]]
    assert behind(numbered_by=desk.actor.account_id, paid=True) == [day["quick"]]
    assert behind(registered=False) == [day["nameless"]]
    assert behind(hour=2**40) == behind(step=WaitStep.TRIAGE, longer_than=2**40) == []
    assert behind(day=MONDAY, new=True, came_back=False) == behind()


def test_a_row_behind_says_what_it_is(services: Services, head: Actor, day: dict[str, int]) -> None:
    (row,) = services.statistics.visits_behind(head, TODAY, Behind(media=MediaSource.FRIEND)).rows
    assert (row.number, row.doctor, row.waited, row.day) == ("L001", "李静", 22, MONDAY)
    assert row.department is not None
    assert row.department.en == "General surgery"
    assert row.arrived.astimezone().time() == dt.time(8)


def test_visits_behind_come_in_pages(
    monkeypatch: pytest.MonkeyPatch, services: Services, head: Actor, desk: Desk, clock: WallClock
) -> None:
    monkeypatch.setattr("deskapp.services.statistics.BEHIND_AT_ONCE", 3)
    visits = []
    for back in (20, 9, 9, 1, 0, 0, 0):
        clock.set("08:00", MONDAY - dt.timedelta(days=back))
        visits.append(desk.open().id)
    span = Span(MONDAY - dt.timedelta(days=30), MONDAY)
    shown: list[int] = []
    after, more = None, True
    while more:
        part = services.statistics.visits_behind(head, span, Behind(), after)
        shown += [row.id for row in part.rows]
        after, more = part.rows[-1], part.more
    assert shown == visits[::-1]


def test_export_is_in_the_trail_and_neutral(
    services: Services, head: Actor, tmp_path: Path, store: Store
) -> None:
    rows = [("Waits", "=cmd()", "median", 12, "minutes")]
    file = tmp_path / "figures.csv"
    request = new_request()
    assert (
        services.statistics.export(head, request, file, translator("en"), FigureRows(TODAY, rows)).value == 1
    )
    heading, line = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    assert heading[:5] == ["Table", "Line", "Figure", "Value", "Unit"]
    assert line[:4] == ["Waits", "'=cmd()", "median", "12"]
    with pytest.raises(InputError):
        services.statistics.export(
            head, new_request(), tmp_path / "figures.doc", translator("en"), FigureRows(TODAY, rows)
        )


def test_names_and_target(services: Services, head: Actor, desk: Desk, store: Store) -> None:
    setting = services.statistics.setting(head)
    assert setting.target == 30
    assert setting.names.doctors[desk.house.li] == "李静"
    assert setting.names.departments[desk.house.eyes].mn == "Нүд"
    assert setting.names.accounts[head.account_id] == head.name


def test_an_operator_sees_no_figures(services: Services, operator: Actor) -> None:
    for ask in (
        lambda: services.statistics.figures(operator, TODAY),
        lambda: services.statistics.visits_behind(operator, TODAY, Behind()),
    ):
        with pytest.raises(PermissionDenied):
            ask()


# --- The same figures from the trail ------------------------------------------------------------------------------


class RandomDay:
    """A day at the desk as it comes: whatever can be done is tried, and the refusals are kept out of it."""

    def __init__(self, services: Services, desk: Desk, clock: WallClock, seed: int) -> None:
        self.services, self.desk, self.clock = services, desk, clock
        self.random = Random(seed)
        self.known: list[int] = []

    def work(self, visits: int, acts: int) -> None:
        self.clock.set("08:00")
        for _ in range(visits):
            self.arrive()
            for _ in range(acts):
                self.clock.forward(seconds=self.random.randrange(5, 400))
                with suppress(DeskError):
                    self.random.choice(self.ways())()

    def ways(self) -> tuple[Callable[[], None], ...]:
        return self.triage, self.number, *[self.on_the_line] * 4, self.rarely

    def arrive(self) -> None:
        way = self.random.random()
        greeting = None
        if way < 0.3:
            greeting = self.services.door.greet(
                self.desk.actor, new_request(), GreetingDraft(Address.SIR)
            ).value
            self.clock.forward(minutes=self.random.randrange(1, 6))
        if way > 0.85:
            self.desk.open()
            return
        if not self.known or self.random.random() < 0.6:
            self.known.append(self.desk.register(f"客{len(self.known)}").id)
        visitor = self.random.choice(self.known)
        open_visit = self.services.visits.open
        with suppress(DeskError):
            open_visit(self.desk.actor, new_request(), visitor, greeting_id=getattr(greeting, "id", greeting))

    def visit(self) -> int:
        rows = self.services.visits.day_list(self.desk.actor, MONDAY)
        return self.random.choice(rows).id

    def triage(self) -> None:
        self.desk.triage(self.visit(), doctor_id=self.random.choice((None, self.desk.house.li)))

    def number(self) -> None:
        self.desk.number(self.visit())

    def on_the_line(self) -> None:
        rows = self.services.waiting.view(self.desk.actor).rows
        if not rows:
            return
        row, line = self.random.choice(rows), self.services.waiting
        acts = (line.call, line.call, line.start, line.start, line.finish, line.finish)
        act = self.random.choice((*acts, line.undo, line.left_unseen, line.requeue))
        act(self.desk.actor, new_request(), row.id, row.version)

    def rarely(self) -> None:
        actor, visits, visit = self.desk.actor, self.services.visits, self.visit()
        act = self.random.randrange(6)
        if act == 0:
            visits.end(actor, new_request(), visit, self.random.choice(list(EndReason)))
        elif act == 1:
            visits.reopen(actor, new_request(), visit, "错了")
        elif act == 2:
            visits.do_step(actor, new_request(), visit, Step.ESCORT)
        elif act == 3:
            visits.undo_step(actor, new_request(), visit, Step.ESCORT)
        elif act == 4:
            visits.attach(actor, new_request(), visit, self.desk.register("补登").id)
        else:
            number = visits.visit(actor, visit).number
            if number is not None:
                self.services.numbers.void(actor, new_request(), number.id, "错号")


@pytest.mark.parametrize("seed", range(6))
def test_the_figures_are_those_that_the_trail_tells(
    services: Services, head: Actor, desk: Desk, clock: WallClock, store: Store, seed: int
) -> None:
    RandomDay(services, desk, clock, seed).work(visits=14, acts=14)
    found = services.statistics.figures(head, TODAY)
    with store.reading() as session:
        told = recount(session, MONDAY)
    counts = found.counts
    assert told == {
        "visits": counts.visits,
        "new": counts.new,
        "returning": counts.visits - counts.new,
        "numbers": sum(worked.numbers for worked in found.operators.values()),
        "left": counts.left,
        "seen": counts.seen,
        "waits": {step.value: dict(found.wait(step)) for step in WaitStep},
    }
    assert told["waits"]["doctor"], "a day on which somebody saw a doctor"
