"""What the waiting room's screen gets to know: numbers and masked names in calling order, and no more."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from deskapp.db.engine import Store
from deskapp.db.models.directory import Notice
from deskapp.db.models.intake import QueueNumber, Visit
from deskapp.db.models.waiting import QueueEntry
from deskapp.domain.access import Actor
from deskapp.domain.board import BoardView
from deskapp.domain.registration import Sex
from deskapp.domain.waiting import Standing
from deskapp.services.all import Services
from tests.services.conftest import MONDAY, Desk, WallClock

NOBODY = Actor(0, "", frozenset())
TUESDAY = MONDAY + dt.timedelta(days=1)


class Line:
    """Puts visits into the line and calls them, as the waiting page would."""

    def __init__(self, store: Store, desk: Desk, clock: WallClock) -> None:
        self.store, self.desk, self.clock = store, desk, clock

    def join(self, name: str, *, urgency: int = 4, sex: Sex = Sex.MALE, **decision: object) -> int:
        """Let somebody get a number and wait; return the visit."""
        visitor = self.desk.register(name, sex=sex).id
        visit = self.desk.open(visitor).id
        self.desk.triage(visit, **decision)
        self.desk.number(visit)
        with self.store.writing() as session:
            session.execute(update(Visit).where(Visit.id == visit).values(urgency=urgency))
            found = session.scalar(select(QueueEntry.id).where(QueueEntry.visit_id == visit))
            if found is None:
                self._enter(session, visit)
            session.commit()
        return visit

    def _enter(self, session: Any, visit: int) -> None:
        number = session.scalars(select(QueueNumber).where(QueueNumber.visit_id == visit)).one()
        row = session.get_one(Visit, visit)
        session.execute(
            insert(QueueEntry).values(
                visit_id=visit,
                number_id=number.id,
                queue=number.queue,
                day=number.day,
                department_id=row.department_id,
                doctor_id=row.doctor_id,
                standing=Standing.WAITING,
                joined_at=self.clock(),
                since=self.clock(),
                version=1,
            )
        )

    def put(self, visit: int, **values: object) -> None:
        """Set columns of a place."""
        with self.store.writing() as session:
            session.execute(update(QueueEntry).where(QueueEntry.visit_id == visit).values(**values))
            session.commit()

    def call(self, visit: int, room: str = "", calls: int = 1) -> None:
        """Call somebody now."""
        self.put(visit, standing=Standing.CALLED, called_at=self.clock(), calls=calls, room=room)


@pytest.fixture
def line(store: Store, desk: Desk, clock: WallClock) -> Line:
    return Line(store, desk, clock)


def state(services: Services, *departments: str) -> BoardView:
    return services.board.state(NOBODY, departments)


def test_an_empty_house_has_an_empty_board(services: Services, line: Line) -> None:
    view = state(services)
    assert (view.calls, view.lines, view.notices, view.waiting) == ((), (), (), 0)


def test_whoever_is_called_stands_there_with_number_masked_name_and_room(
    services: Services, line: Line
) -> None:
    visit = line.join("王建国", doctor_id=line.desk.house.li)
    line.call(visit)
    (call,) = state(services).calls
    assert (call.label, call.name_masked, call.room, call.address) == ("L001", "王*国", "B301", "王先生")
    assert call.line.en == "General surgery"
    assert "王建国" not in repr(state(services))


def test_the_newest_call_stands_first(services: Services, line: Line, clock: WallClock) -> None:
    for name in ("甲一", "乙二", "丙三"):
        line.call(line.join(name))
        clock.forward(minutes=1)
    assert [call.name_masked for call in state(services).calls] == ["丙*", "乙*", "甲*"]


def test_the_room_of_the_call_goes_before_the_doctors_and_the_departments(
    services: Services, line: Line
) -> None:
    line.call(line.join("甲一"), room="412")
    assert state(services).calls[0].room == "412"


def test_who_went_in_is_among_the_last_calls_for_a_while(
    services: Services, line: Line, clock: WallClock
) -> None:
    visit = line.join("甲一")
    line.call(visit)
    line.put(visit, standing=Standing.WITH_DOCTOR, began_at=clock())
    assert [call.label for call in state(services).inside] == ["B001"]
    assert state(services).calls == ()
    clock.forward(minutes=11)
    assert state(services).inside == ()


def test_a_call_that_nobody_ended_leaves_the_board(services: Services, line: Line, clock: WallClock) -> None:
    line.call(line.join("甲一"))
    clock.forward(hours=2, seconds=1)
    assert state(services).calls == ()


def test_the_more_urgent_comes_next_and_nobody_is_told_why(
    services: Services, line: Line, clock: WallClock
) -> None:
    for name, urgency in (("甲一", 4), ("乙二", 2), ("丙三", 4)):
        line.join(name, urgency=urgency)
        clock.forward(minutes=1)
    (only,) = state(services).lines
    assert (only.next, only.waiting) == (("B002", "B001", "B003"), 3)
    assert "urgency" not in repr(state(services))


def test_lines_of_doctors_and_departments_stand_apart(services: Services, line: Line) -> None:
    house = line.desk.house
    line.join("甲一", doctor_id=house.li)
    line.join("乙二")
    line.join("丙三", department_id=house.eyes)
    shown = [(one.line.en, one.doctor, one.next) for one in state(services).lines]
    assert shown == [
        ("General surgery", "", ("B001",)),
        ("General surgery", "李静", ("L001",)),
        ("Ophthalmology", "", ("E001",)),
    ]


def test_a_board_of_one_department_shows_that_only(services: Services, line: Line) -> None:
    line.call(line.join("甲一"))
    line.join("乙二", department_id=line.desk.house.eyes)
    view = state(services, "ophthalmology")
    assert ([one.line.en for one in view.lines], view.calls) == (["Ophthalmology"], ())
    assert len(state(services, "ophthalmology", "general-surgery").calls) == 1


def test_a_number_of_yesterday_is_written_with_its_day(
    services: Services, line: Line, clock: WallClock
) -> None:
    clock.set("23:50")
    carried = line.join("甲一")
    clock.set("00:10", TUESDAY)
    line.join("乙二")
    (only,) = state(services).lines
    assert only.next == (f"B001·{MONDAY.day}", "B001")
    line.call(carried)
    assert state(services).calls[0].label == f"B001·{MONDAY.day}"


def test_who_was_left_over_from_the_day_before_is_not_waiting(
    services: Services, line: Line, clock: WallClock
) -> None:
    line.join("甲一")
    clock.set("09:00", TUESDAY)
    assert state(services).lines == ()


def test_nobody_is_shown_who_was_parked_or_has_left(services: Services, line: Line) -> None:
    for standing in (Standing.PARKED, Standing.LEFT, Standing.FINISHED, Standing.EMERGENCY):
        line.put(line.join("甲一"), standing=standing)
    assert (state(services).lines, state(services).calls) == ((), ())


@pytest.mark.parametrize(
    ("first", "last", "on_board", "shown"),
    [
        (None, None, True, True),
        (None, None, False, False),
        (MONDAY, MONDAY, True, True),
        (TUESDAY, None, True, False),
        (None, MONDAY - dt.timedelta(days=1), True, False),
    ],
)
def test_notices_run_on_their_days(
    services: Services,
    store: Store,
    line: Line,
    first: dt.date | None,
    last: dt.date | None,
    on_board: bool,
    shown: bool,
) -> None:
    with store.writing() as session:
        row = {"code": "N1", "name_zh": "停电", "name_en": "Power", "name_mn": "Цахилгаан", "version": 1}
        days = {"valid_from": first, "valid_to": last, "on_board": on_board}
        session.execute(insert(Notice).values(row | days))
        session.commit()
    assert [notice.name.en for notice in state(services).notices] == (["Power"] if shown else [])


def test_a_line_whose_doctor_saw_few_promises_the_wait_of_the_department(
    services: Services, line: Line, clock: WallClock
) -> None:
    house = line.desk.house
    for _ in range(5):
        visit = line.join("甲一", doctor_id=house.li)
        began = clock()
        line.put(
            visit,
            standing=Standing.FINISHED,
            began_at=began,
            finished_at=clock.forward(minutes=7),
        )
    line.join("乙二", doctor_id=house.wang)
    (wang,) = state(services).lines
    assert (wang.doctor, wang.estimate.low, wang.estimate.high) == ("王伟", 7, 7)


def test_of_a_long_line_the_next_six_are_shown_and_twelve_calls_of_many(
    services: Services, line: Line, clock: WallClock
) -> None:
    visits = [line.join("甲一") for _ in range(20)]
    for visit in visits[:13]:
        clock.forward(minutes=1)
        line.call(visit)
    view = state(services)
    (only,) = view.lines
    assert (only.waiting, only.next) == (7, tuple(f"B{number:03}" for number in range(14, 20)))
    assert [call.label for call in view.calls] == [f"B{number:03}" for number in range(13, 1, -1)]
