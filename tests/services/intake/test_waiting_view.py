"""The waiting page: order with reasons, estimates, what is in the way, figures per line; with few statements."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, insert, update

from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import Setting
from deskapp.db.models.directory import Department
from deskapp.db.models.waiting import QueueEntry
from deskapp.domain.access import Actor
from deskapp.domain.directory import DoctorDraft
from deskapp.domain.duty import Duty
from deskapp.domain.line_order import Lane
from deskapp.domain.registration import SlipState
from deskapp.domain.urgency import Vitals
from deskapp.domain.waiting import Estimate, LineSum, Standing, WaitingRow
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.intake import line_facts, waiting_view
from deskapp.settings import AGEING_MINUTES, WAIT_APOLOGY_MINUTES
from tests.services.conftest import MONDAY, Desk, WallClock
from tests.services.intake.test_waiting import Line


@pytest.fixture
def line(desk: Desk, services: Services) -> Line:
    return Line(desk, services.waiting, desk.actor)


def shown(line: Line, department: int | None = None) -> list[str]:
    return [row.name for row in line.waiting.view(line.actor, department).rows]


def book(line: Line, entry: int, starts: dt.datetime) -> None:
    """Give a place an appointment."""
    table = table_of(QueueEntry)
    with line.waiting.store.writing() as session:
        session.execute(update(table).where(table.c.id == entry).values(appointment_at=starts))
        session.commit()


def seen(line: Line, minutes: list[float], **decision: object) -> None:
    """Let visitors be seen for so long each."""
    clock = line.waiting.clock
    assert isinstance(clock, WallClock)
    for count, took in enumerate(minutes):
        entry = line.join(f"过客{count}", **decision)
        line.do("start", entry)
        clock.forward(minutes=took)
        line.do("finish", entry)


# --- Rows ---------------------------------------------------------------------------------------------------------


def test_a_row_says_who_waits_where_and_what_is_with_their_slip(line: Line, clock: WallClock) -> None:
    house = line.desk.house
    entry = line.join("王建国", doctor_id=house.li, urgency=3)
    number = line.row(entry).number_id
    line.desk.services.numbers.slip_sent(line.actor, new_request(), number, "printer")
    clock.forward(minutes=7)
    row, visitor = line.row(entry), line.visit(entry).visitor
    assert visitor is not None
    assert (row.name, row.name_masked, row.doctor, row.room, row.line.en) == (
        "王建国",
        "王*国",
        "李静",
        "B301",
        "General surgery",
    )
    assert (row.urgency, row.slip, row.waited, row.from_yesterday) == (3, SlipState.SENT, 7, False)
    assert (row.queue, row.department_id, row.visitor_id) == (
        f"doctor:{house.li}",
        house.surgery,
        visitor.id,
    )
    assert str(row.why[0]) == "Urgency III: before the less urgent"


def test_a_row_has_every_field(line: Line) -> None:
    entry = line.join()
    assert {field.name for field in dataclasses.fields(WaitingRow)} == set(vars(line.row(entry)))
    assert dataclasses.replace(line.row(entry)) == line.row(entry)


def test_a_nameless_visitor_waits_too(line: Line) -> None:
    visit = line.desk.open().id
    line.desk.triage(visit)
    line.desk.number(visit)
    row = line.of(visit)
    assert (row.name, row.name_masked, row.visitor_id) == ("", "", None)


def test_line_after_line_called_first_then_in_order_then_the_parked_and_who_is_inside(line: Line) -> None:
    house = line.desk.house
    for name in "甲乙丙丁":
        line.join(name, doctor_id=house.li)
    line.join("戊", department_id=house.eyes)
    line.join("己", urgency=2)
    by_name = {row.name: row.id for row in line.rows().values()}
    line.do("start", by_name["甲"])
    line.do("park", by_name["乙"], "去拍片")
    line.do("call", by_name["丁"])
    assert shown(line) == ["己", "丁", "丙", "乙", "甲", "戊"]
    assert shown(line, house.eyes) == ["戊"]


def test_appointments_and_walk_ins_are_called_in_turn_and_the_order_stands_still(
    line: Line, clock: WallClock
) -> None:
    entries = {}
    for name in "甲乙丙丁":
        clock.forward(minutes=1)
        entries[name] = line.join(name)
    for name in "子丑":
        clock.forward(minutes=1)
        entries[name] = line.join(name)
        book(line, entries[name], clock())
    expected = list("子甲乙丑丙丁")
    assert shown(line) == expected
    queue = line.row(entries["甲"]).queue
    for _ in range(3):
        line.waiting.call_next(line.actor, new_request(), queue)
        waiting = [row.name for row in line.waiting.view(line.actor).rows if row.place is not None]
        expected.pop(0)
        assert waiting == expected


def test_whoever_came_in_time_and_had_to_stand_at_the_desk_is_not_late(line: Line, clock: WallClock) -> None:
    starts = clock()
    visit = line.desk.triaged("早")
    clock.forward(minutes=20)
    line.desk.number(visit)
    waits, late = line.of(visit).id, line.join("迟")
    for entry in (waits, late):
        book(line, entry, starts)
    words = {entry: str(line.row(entry).why[0]) for entry in (waits, late)}
    assert words[waits].startswith("Has an appointment at")
    assert words[late].startswith("Came too late for the appointment")
    line.do("call", waits)
    with line.waiting.store.reading() as session:
        rules, _apology = line_facts.site_rules(session)
        lanes = line_facts.lanes_called(session, line.waiting.now(), rules)
    assert list(lanes.values()) == [[Lane.APPOINTMENT]]


def test_a_call_that_was_taken_back_and_one_in_danger_take_nobodys_turn(line: Line, clock: WallClock) -> None:
    entries = {}
    for name in "甲乙":
        clock.forward(minutes=1)
        entries[name] = line.join(name)
    entries["子"] = line.join("子")
    book(line, entries["子"], clock())
    entries["急"] = line.join("急", urgency=1)
    line.do("call", entries["急"])
    assert shown(line)[1:] == ["子", "甲", "乙"]
    line.do("call", entries["子"])
    line.do("undo", entries["子"])
    assert shown(line)[1:] == ["子", "甲", "乙"]


def test_the_sites_own_figures_count(line: Line, clock: WallClock) -> None:
    slow = line.join("慢", urgency=4)
    line.join("快", urgency=3)
    clock.forward(minutes=20)
    assert (shown(line), line.row(slow).apology_due) == (["快", "慢"], True)
    with line.waiting.store.writing() as session:
        for option, minutes in ((AGEING_MINUTES, 20), (WAIT_APOLOGY_MINUTES, 30)):
            values = {"scope": "site", "name": option.name, "value": str(minutes)}
            session.execute(insert(Setting).values(values))
        session.commit()
    assert (shown(line), line.row(slow).apology_due) == (["慢", "快"], False)


# --- How long -------------------------------------------------------------------------------------------------------


def test_an_estimate_is_unknown_under_five_visits_then_a_range(line: Line, clock: WallClock) -> None:
    li = line.desk.house.li
    seen(line, [10, 10, 10, 10], doctor_id=li)
    first, second = line.join("甲", doctor_id=li), line.join("乙", doctor_id=li)
    assert line.row(first).estimate == Estimate()
    line.do("start", first)
    clock.forward(minutes=30)
    line.do("finish", first)
    third = line.join("丙", doctor_id=li)
    assert (line.row(second).estimate, line.row(third).estimate) == (Estimate(0, 0), Estimate(10, 30))
    line.do("start", second)
    assert line.row(third).estimate == Estimate(10, 30)


def test_what_the_visitor_inside_has_taken_is_over_on_the_page_and_on_the_board(
    line: Line, clock: WallClock
) -> None:
    li = line.desk.house.li
    seen(line, [10] * 5, doctor_id=li)
    inside, next_one = line.join("甲", doctor_id=li), line.join("乙", doctor_id=li)
    line.do("start", inside)
    for minutes, left in ((0, 10), (4, 6), (6, 0), (20, 0)):
        clock.forward(minutes=minutes)
        assert line.row(next_one).estimate == Estimate(left, left)
        (board,) = line.desk.services.board.state(line.actor).lines
        assert board.estimate == Estimate(left + 10, left + 10)
    clock.forward(hours=4)
    assert line.row(next_one).estimate == Estimate(0, 0)


def test_without_enough_visits_of_the_doctor_the_departments_count(line: Line) -> None:
    house = line.desk.house
    seen(line, [6, 6, 6], doctor_id=house.li)
    seen(line, [6, 6, 6], doctor_id=house.wang)
    line.join("甲", doctor_id=house.li)
    entry = line.join("乙", doctor_id=house.li)
    assert line.row(entry).estimate == Estimate(6, 6)


def test_two_doctors_of_one_line_halve_the_wait_and_nobody_on_duty_leaves_it_unknown(
    line: Line, clock: WallClock
) -> None:
    seen(line, [6] * 5)
    entries = [line.join(f"客{count}") for count in range(4)]
    assert [line.row(entry).estimate.low for entry in entries] == [0, 6, 6, 12]
    clock.set("18:30")
    assert line.row(entries[3]).estimate == Estimate()


def test_visits_of_the_days_before_count_and_those_nobody_ended_do_not(line: Line, clock: WallClock) -> None:
    seen(line, [8] * 5)
    seen(line, [300])
    clock.set("09:00", dt.date(2026, 11, 18))
    line.join("甲")
    entry = line.join("乙")
    line.join("丙")
    assert line.row(entry).estimate == Estimate(8, 8)


# --- In the way ---------------------------------------------------------------------------------------------------


def test_a_doctor_who_goes_off_duty_is_seen_at_those_who_wait(line: Line, clock: WallClock) -> None:
    house = line.desk.house
    entry, other = line.join(doctor_id=house.li), line.join(doctor_id=house.wang)
    assert line.row(entry).obstacle is None
    clock.set("10:30")
    line.desk.services.directory.mark_absent(line.actor, new_request(), house.li)
    clock.set("10:40")
    assert str(line.row(entry).obstacle) == "李静 is off duty since 10:30:00, back 2026-11-17 08:00:00."
    assert line.row(other).obstacle is None
    line.desk.services.directory.mark_back(line.actor, new_request(), house.li)
    assert line.row(entry).obstacle is None


def test_nobody_on_duty_in_the_department(line: Line, clock: WallClock) -> None:
    entry = line.join()
    clock.set("18:00")
    assert "until" in str(line.row(entry).obstacle)
    assert line.waiting.view(line.actor).lines[0].on_duty == 0


def test_a_department_that_closes_is_seen_at_those_who_wait(line: Line, store: Store) -> None:
    entry = line.join(doctor_id=line.desk.house.li)
    table = table_of(Department)
    with store.writing() as session:
        session.execute(update(table).where(table.c.id == line.desk.house.surgery).values(active=False))
        session.commit()
    obstacle = line.row(entry).obstacle
    assert obstacle is not None
    assert obstacle.message == "{department} takes no visitors any more."
    line.do("move", entry, line.desk.house.eyes, None)
    assert line.row(entry).obstacle is None


# --- Lines and clocks ---------------------------------------------------------------------------------------------


def test_each_line_in_figures_and_those_of_doctors_who_are_here(line: Line, clock: WallClock) -> None:
    house = line.desk.house
    first, second = line.join("甲", doctor_id=house.li), line.join("乙", doctor_id=house.li)
    line.do("call", first)
    clock.forward(minutes=12)
    line.do("start", first)
    clock.forward(minutes=3)
    lines = {one.queue: one for one in line.waiting.view(line.actor).lines}
    name = line.row(second).line
    assert lines == {
        f"doctor:{house.li}": LineSum(f"doctor:{house.li}", name, "李静", "B301", 1, 1, 1, 15),
        f"doctor:{house.wang}": LineSum(f"doctor:{house.wang}", name, "王伟", "B301", 1, 0, 0, 0),
    }
    assert line.waiting.view(line.actor, house.eyes).lines == ()


def test_a_clock_that_was_set_back_is_told_and_no_wait_is_negative(line: Line, clock: WallClock) -> None:
    clock.set("10:00")
    entry = line.join()
    entered = clock()
    clock.set("09:59:30")
    assert line.waiting.view(line.actor).clock_behind is None
    clock.set("08:30")
    view = line.waiting.view(line.actor)
    assert (view.clock_behind, view.rows[0].waited) == (entered, 0)
    line.do("call", entry)
    assert line.row(entry).standing is Standing.CALLED
    clock.set("23:59", dt.date(2026, 11, 15))
    assert [row.id for row in line.waiting.view(line.actor).rows] == [entry]


# --- Quick ----------------------------------------------------------------------------------------------------------


@contextmanager
def statements() -> Iterator[list[str]]:
    """Gather the statements sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


def test_more_people_are_not_more_statements(line: Line) -> None:
    counts = []
    for names in ("甲乙", "丙丁戊己庚辛"):
        for name in names:
            entry = line.join(name, doctor_id=line.desk.house.li)
            line.do("call", entry)
        line.waiting.view(line.actor)
        with statements() as sent:
            line.waiting.view(line.actor)
        counts.append(len([text for text in sent if text.lstrip().startswith("SELECT")]))
    assert counts[0] == counts[1] <= 12


def test_the_order_to_call_in_is_that_of_the_page(line: Line, store: Store) -> None:
    for name, urgency in zip("甲乙丙丁", (None, 3, 2, 3), strict=True):
        line.join(name, urgency=urgency)
    view = line.waiting.view(line.actor)
    with store.reading() as session:
        order = waiting_view.calling_order(session, line.waiting.now(), view.rows[0].queue)
        assert line_facts.lanes_called(session, line.waiting.now(), line_facts.site_rules(session)[0]) == {}
    assert order == [row.id for row in view.rows]


# --- Estimates: which visits count, and who is ahead ----------------------------------------------------------------


def test_a_doctors_own_visits_count_before_those_of_the_department(line: Line) -> None:
    house = line.desk.house
    seen(line, [20] * 5, doctor_id=house.wang)
    seen(line, [6] * 5, doctor_id=house.li)
    line.join("甲", doctor_id=house.li)
    behind = line.join("乙", doctor_id=house.li)
    assert line.row(behind).estimate == Estimate(6, 6)


def test_who_is_called_is_still_ahead_of_whoever_waits(line: Line) -> None:
    li = line.desk.house.li
    seen(line, [10] * 5, doctor_id=li)
    called, behind = line.join("甲", doctor_id=li), line.join("乙", doctor_id=li)
    line.do("call", called)
    assert line.row(behind).place == 1
    assert line.row(behind).estimate == Estimate(10, 10)


def test_whose_vital_signs_were_taken_was_looked_at(line: Line, clock: WallClock) -> None:
    entry = line.join(urgency=3)
    clock.forward(minutes=29)
    visit = line.entry(entry)["visit_id"]
    line.desk.services.visits.take_vitals(line.actor, new_request(), visit, Vitals(pulse=80))
    clock.forward(minutes=29)
    assert not line.row(entry).reassess_due
    clock.forward(minutes=1)
    assert line.row(entry).reassess_due


def test_visits_of_more_than_a_fortnight_ago_do_not_count(line: Line, clock: WallClock) -> None:
    seen(line, [8] * 5)
    behind = None
    for day, known in ((14, Estimate(8, 8)), (15, Estimate())):
        clock.set("09:00", MONDAY + dt.timedelta(days=day))
        line.join("甲")
        behind = line.join("乙")
        assert line.row(behind).estimate.low == known.low, day
        for row in line.waiting.view(line.actor).rows:
            line.do("left_unseen", row.id)


def test_a_call_in_another_line_takes_no_turn_of_the_one_moved_to(line: Line, clock: WallClock) -> None:
    house = line.desk.house
    moved = line.join("搬", doctor_id=house.li)
    book(line, moved, line.now())
    line.do("call", moved)
    line.do("move", moved, house.surgery, house.wang)
    line.do("left_unseen", moved)
    line.join("先来", doctor_id=house.wang)
    clock.forward(minutes=1)
    booked = line.join("约好", doctor_id=house.wang)
    book(line, booked, line.now())
    assert shown(line) == ["约好", "先来"]


def test_who_went_in_days_ago_and_was_never_ended_is_on_no_list(line: Line, clock: WallClock) -> None:
    line.do("start", line.join())
    clock.set("09:00", MONDAY + dt.timedelta(days=1))
    assert line.waiting.view(line.actor).left_over == ()
    clock.set("09:00", MONDAY + dt.timedelta(days=2))
    view = line.waiting.view(line.actor)
    assert (view.rows, view.left_over) == ((), ())
    assert sum(one.with_doctor for one in view.lines) == 0


def test_an_appointment_in_danger_takes_no_appointments_turn(line: Line, clock: WallClock) -> None:
    danger = line.join("急", urgency=1)
    line.join("先来")
    clock.forward(minutes=1)
    for entry in (danger, line.join("约好")):
        book(line, entry, clock())
    line.do("call", danger)
    assert shown(line)[1:] == ["约好", "先来"]


def test_whose_visitors_wait_in_a_line_of_their_own_see_nobody_of_the_departments(
    line: Line, services: Services, head: Actor
) -> None:
    def sums() -> dict[str, int]:
        return {one.queue: one.on_duty for one in line.waiting.view(line.actor).lines}

    house = line.desk.house
    line.join()
    shared = f"department:{house.surgery}"
    assert sums()[shared] == 2
    draft = DoctorDraft("D009", "何平", house.surgery, own_queue=False)
    doctor = services.directory.save_doctor(head, new_request(), draft).value
    always = [Duty(dt.time(8), dt.time(18), weekday=day) for day in range(7)]
    services.directory.save_duty_times(head, new_request(), doctor, always)
    assert sums()[shared] == 1


def test_in_a_department_that_is_closed_nobody_is_on_duty_and_no_wait_is_promised(line: Line) -> None:
    li = line.desk.house.li
    seen(line, [10] * 5, doctor_id=li)
    line.join("甲", doctor_id=li)
    entry = line.join("乙", doctor_id=li)
    assert line.row(entry).estimate == Estimate(10, 10)
    table = table_of(Department)
    with line.waiting.store.writing() as session:
        session.execute(update(table).where(table.c.id == line.desk.house.surgery).values(active=False))
        session.commit()
    assert line.row(entry).estimate == Estimate()
    (here,) = (one for one in line.waiting.view(line.actor).lines if one.queue == f"doctor:{li}")
    assert (here.waiting, here.on_duty) == (2, 0)
