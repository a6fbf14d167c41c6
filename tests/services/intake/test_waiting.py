"""What a person does with a place in the line: calling, parking, moving, starting, ending, undoing, caring."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from collections.abc import Callable, Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, update

from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.models.access import AuditEntry, Request
from deskapp.db.models.intake import QueueNumber, Visit
from deskapp.db.models.waiting import Care, QueueEntry, QueueEvent
from deskapp.domain.access import Actor, Role
from deskapp.domain.intake import VisitView
from deskapp.domain.registration import EndReason, SlipState, Step
from deskapp.domain.waiting import CareKind, QueueAct, Standing, WaitingRow
from deskapp.errors import ConflictError, InputError, PermissionDenied, RuleError
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.house import HouseRules
from deskapp.services.intake.waiting import WaitingService
from tests.services.conftest import Desk, WallClock, audit_bodies

NOBODY = Actor(0, "", frozenset(), "desk-1")


class Line:
    """The waiting line as one person at one desk uses it."""

    def __init__(self, desk: Desk, waiting: WaitingService, actor: Actor) -> None:
        self.desk, self.waiting, self.actor = desk, waiting, actor

    def join(self, name: str = "王建国", **decision: object) -> int:
        """Register, triage and give somebody a number; return the place's id."""
        visit = self.desk.triaged(name, **decision)
        self.desk.number(visit)
        return self.of(visit).id

    def rows(self) -> dict[int, WaitingRow]:
        view = self.waiting.view(self.actor)
        return {row.id: row for row in (*view.rows, *view.left_over)}

    def of(self, visit: int) -> WaitingRow:
        return next(row for row in self.rows().values() if row.visit_id == visit)

    def row(self, entry: int) -> WaitingRow:
        return self.rows()[entry]

    def do(self, name: str, entry: int, *args: object, **options: object) -> Any:
        """Do something to a place as it is now."""
        version = self.entry(entry)["version"]
        return getattr(self.waiting, name)(self.actor, new_request(), entry, version, *args, **options).value

    def entry(self, entry: int) -> Mapping[str, Any]:
        table = table_of(QueueEntry)
        with self.waiting.store.reading() as session:
            return dict(session.execute(select(table).where(table.c.id == entry)).mappings().one())

    def standing(self, entry: int) -> Standing:
        standing: Standing = self.entry(entry)["standing"]
        return standing

    def visit(self, entry: int) -> VisitView:
        return self.desk.services.visits.visit(self.actor, self.entry(entry)["visit_id"])

    def now(self) -> dt.datetime:
        return self.waiting.now()

    def acts(self, entry: int) -> list[QueueAct]:
        return [event.act for event in self.waiting.history(self.actor, entry)]


@pytest.fixture
def line(desk: Desk, services: Services) -> Line:
    return Line(desk, services.waiting, desk.actor)


# --- The way of a visitor --------------------------------------------------------------------------------------


def test_a_number_is_a_place_and_the_way_ends_when_the_doctor_is_done(
    line: Line, clock: WallClock, chain_is_whole: Callable[[], None]
) -> None:
    entry = line.join(doctor_id=line.desk.house.li)
    row = line.row(entry)
    assert (row.standing, row.place, row.label, row.since) == (Standing.WAITING, 1, "L001", clock())
    called = clock.forward(minutes=10)
    line.do("call", entry)
    row = line.row(entry)
    assert (row.standing, row.called_at, row.called_by) == (Standing.CALLED, called, line.actor.name)
    assert (row.room, row.calls, row.place, row.waited) == ("B301", 1, None, 10)
    again = clock.forward(minutes=1)
    line.do("call_again", entry, "B302")
    assert (line.row(entry).room, line.row(entry).calls, line.row(entry).called_at) == ("B302", 2, again)
    began = clock.forward(minutes=1)
    line.do("start", entry)
    row = line.row(entry)
    assert (row.standing, row.began_at, row.waited) == (Standing.WITH_DOCTOR, began, 12)
    assert (line.visit(entry).doctor_began, line.visit(entry).checked_in) == (began, began)
    finished = clock.forward(minutes=9)
    line.do("finish", entry)
    assert entry not in line.rows()
    assert (line.standing(entry), line.entry(entry)["finished_at"]) == (Standing.FINISHED, finished)
    assert line.acts(entry) == [
        QueueAct.JOINED,
        QueueAct.CALLED,
        QueueAct.CALLED_AGAIN,
        QueueAct.STARTED,
        QueueAct.FINISHED,
    ]
    assert line.visit(entry).ended is None
    chain_is_whole()


def test_a_write_says_what_it_touched_and_the_trail_tells_it(line: Line, store: Store) -> None:
    entry = line.join()
    visit = line.entry(entry)["visit_id"]
    done = line.waiting.call(line.actor, new_request(), entry, line.row(entry).version, "三楼")
    assert (done.value, done.changes.touches("queue", entry), done.changes.touches("visit", visit)) == (
        None,
        True,
        True,
    )
    bodies = audit_bodies(store, "queue", entry)
    assert len(bodies) == 2
    assert "三楼" in bodies[1]
    assert "王建国" not in "".join(bodies)


def test_a_retry_calls_once(line: Line) -> None:
    entry, request = line.join(), new_request()
    version = line.row(entry).version
    for _ in range(2):
        line.waiting.call(line.actor, request, entry, version)
    assert line.row(entry).calls == 1


def test_who_may_not_change_visits_calls_nobody(line: Line) -> None:
    entry = line.join()
    with pytest.raises(PermissionDenied):
        line.waiting.call(Actor(1, "x", frozenset(), "desk-1"), new_request(), entry, 1)


def test_back_into_the_line_is_where_one_stood(line: Line, clock: WallClock) -> None:
    first, second = line.join("甲"), line.join("乙")
    line.do("call", first)
    clock.forward(minutes=2)
    line.do("requeue", first, "在洗手间")
    assert [line.row(entry).place for entry in (first, second)] == [1, 2]
    assert (line.row(first).called_at, line.row(first).called_by, line.row(first).calls) == (None, "", 1)
    assert line.waiting.history(line.actor, first)[-1].reason == "在洗手间"


def test_parking_needs_a_reason_and_keeps_the_place(line: Line) -> None:
    first, second = line.join("甲"), line.join("乙")
    with pytest.raises(InputError) as caught:
        line.do("park", first, " ")
    assert caught.value.field == "reason"
    line.do("park", first, "去拍片")
    row = line.row(first)
    assert (row.standing, row.reason, row.place) == (Standing.PARKED, "去拍片", None)
    assert line.row(second).place == 1
    line.do("unpark", first)
    assert [line.row(entry).place for entry in (first, second)] == [1, 2]
    assert line.row(first).reason == ""


def test_a_parked_visitor_who_is_back_can_be_called_at_once(line: Line) -> None:
    entry = line.join()
    line.do("park", entry, "去拍片")
    line.do("call", entry)
    assert (line.standing(entry), line.row(entry).reason) == (Standing.CALLED, "")


@pytest.mark.parametrize("act", ["call_again", "requeue", "unpark", "finish", "carry_over", "undo"])
def test_what_is_not_possible_in_this_state_is_refused(line: Line, act: str) -> None:
    entry = line.join()
    with pytest.raises(RuleError):
        line.do(act, entry)
    assert line.acts(entry) == [QueueAct.JOINED]


# --- Next ---------------------------------------------------------------------------------------------------------


def test_next_is_who_stands_first(line: Line) -> None:
    li = line.desk.house.li
    slow, urgent = line.join("甲", doctor_id=li), line.join("乙", doctor_id=li, urgency=2)
    other = line.join("丙")
    queue = f"doctor:{li}"
    call_next = line.waiting.call_next
    done = call_next(line.actor, new_request(), queue, "B305")
    assert (done.value, line.row(urgent).room, done.changes.touches("queue", urgent)) == (
        urgent,
        "B305",
        True,
    )
    assert [call_next(line.actor, new_request(), queue).value for _ in range(2)] == [slow, None]
    assert line.standing(other) is Standing.WAITING


# --- Elsewhere -----------------------------------------------------------------------------------------------------


def test_moving_takes_the_visit_along_and_keeps_number_and_wait(line: Line, clock: WallClock) -> None:
    house = line.desk.house
    entry, other = line.join("甲", doctor_id=house.li), line.join("乙", doctor_id=house.wang)
    came = line.row(entry).since
    clock.forward(minutes=20)
    line.do("call", entry)
    line.do("move", entry, house.surgery, house.wang, "李医生停诊")
    row, visit = line.row(entry), line.visit(entry)
    assert (row.queue, row.doctor, row.label, row.since) == (f"doctor:{house.wang}", "王伟", "L001", came)
    assert (row.standing, row.called_at, row.place, line.row(other).place) == (Standing.WAITING, None, 1, 2)
    assert (visit.doctor, visit.number and visit.number.label) == ("王伟", "L001")
    line.do("move", entry, house.eyes, None)
    assert (line.row(entry).queue, line.visit(entry).department_id) == (
        f"department:{house.eyes}",
        house.eyes,
    )
    line.do("undo", entry)
    line.do("undo", entry)
    assert (line.visit(entry).doctor, line.standing(entry)) == ("李静", Standing.CALLED)


def test_nobody_is_moved_where_nobody_can_be_sent_or_to_where_they_are(line: Line) -> None:
    house = line.desk.house
    entry = line.join(doctor_id=house.li)
    with pytest.raises(InputError):
        line.do("move", entry, house.eyes, house.wang)
    with pytest.raises(RuleError) as caught:
        line.do("move", entry, house.surgery, house.li)
    assert caught.value.code == "queue.same-line"
    assert line.visit(entry).doctor == "李静"


def test_who_was_moved_can_be_judged_anew_without_voiding_the_number(line: Line) -> None:
    house = line.desk.house
    entry = line.join(doctor_id=house.li)
    line.do("move", entry, house.surgery, house.wang)
    line.desk.triage(line.entry(entry)["visit_id"], doctor_id=house.wang, urgency=3)
    assert (line.row(entry).urgency, line.row(entry).queue) == (3, f"doctor:{house.wang}")
    with pytest.raises(RuleError) as caught:
        line.desk.triage(line.entry(entry)["visit_id"], doctor_id=house.li)
    assert caught.value.code == "visit.has-number"


# --- Ends, and taking back -----------------------------------------------------------------------------------------


def test_leaving_unseen_ends_the_visit(line: Line, clock: WallClock) -> None:
    entry = line.join()
    line.do("left_unseen", entry, "等不及了")
    visit = line.visit(entry)
    assert (visit.ended, visit.end_note, visit.ended_at) == (EndReason.LEFT_UNSEEN, "等不及了", clock())
    assert entry not in line.rows()
    line.do("undo", entry)
    visit = line.visit(entry)
    assert (visit.ended, visit.end_note, visit.ended_at) == (None, "", None)
    assert line.standing(entry) is Standing.WAITING


def test_an_emergency_ends_the_visit_with_the_highest_urgency(line: Line) -> None:
    entry = line.join(urgency=3)
    line.do("call", entry)
    line.do("to_emergency", entry, "突然昏倒")
    visit = line.visit(entry)
    assert (visit.ended, visit.urgency, line.standing(entry)) == (EndReason.EMERGENCY, 1, Standing.EMERGENCY)
    line.do("undo", entry)
    visit = line.visit(entry)
    assert (visit.ended, visit.urgency, line.standing(entry)) == (None, 3, Standing.CALLED)


def test_taking_back_again_takes_back_the_one_before(line: Line, clock: WallClock) -> None:
    entry = line.join()
    before = [line.entry(entry)]
    for act in (("call",), ("park", "去拍片"), ("unpark",), ("call",), ("start",), ("finish",)):
        clock.forward(minutes=1)
        line.do(act[0], entry, *act[1:])
        before.append(line.entry(entry))
    for was in reversed(before[:-1]):
        clock.forward(minutes=1)
        line.do("undo", entry)
        assert {**line.entry(entry), "version": 0} == {**was, "version": 0}
    assert (line.visit(entry).doctor_began, line.visit(entry).checked_in) == (None, None)
    with pytest.raises(RuleError) as caught:
        line.do("undo", entry)
    assert caught.value.code == "queue.nothing"
    assert line.acts(entry).count(QueueAct.UNDONE) == 6
    assert len(line.acts(entry)) == 13


def test_what_changed_since_by_another_way_stays_when_a_call_is_taken_back(line: Line) -> None:
    entry = line.join(urgency=4)
    line.do("call", entry)
    visits = line.desk.services.visits
    visits.set_urgency(line.actor, new_request(), line.entry(entry)["visit_id"], 2)
    line.do("undo", entry)
    assert (line.visit(entry).urgency, line.standing(entry)) == (2, Standing.WAITING)


def test_a_place_does_not_come_back_while_its_visit_is_over(line: Line) -> None:
    entry = line.join()
    line.do("start", entry)
    line.do("finish", entry)
    line.desk.services.visits.end(
        line.actor, new_request(), line.entry(entry)["visit_id"], EndReason.CANCELLED
    )
    with pytest.raises(RuleError) as caught:
        line.do("undo", entry)
    assert caught.value.code == "visit.ended"


# --- Called and not there --------------------------------------------------------------------------------------------


def no_shows(line: Line) -> int:
    return line.waiting.return_no_shows(NOBODY, new_request()).value


def test_whoever_does_not_come_is_back_in_the_line_once_then_parked(line: Line, clock: WallClock) -> None:
    first, second = line.join("甲"), line.join("乙")
    line.do("call", first)
    clock.forward(minutes=4, seconds=59)
    assert no_shows(line) == 0
    back = clock.forward(seconds=1)
    assert (no_shows(line), no_shows(line)) == (1, 0)
    assert (line.row(first).place, line.row(second).place, line.row(first).absences) == (2, 1, 1)
    assert line.entry(first)["since"] == back
    assert "Came back after being called" in [str(text) for text in line.row(first).why]
    line.do("call", first)
    clock.forward(minutes=6)
    assert no_shows(line) == 1
    row = line.row(first)
    assert (row.standing, row.absences) == (Standing.PARKED, 2)
    assert [str(text) for text in row.why] == ["Called twice and did not come"]
    event = line.waiting.history(line.actor, first)[-1]
    assert (event.act, event.by) == (QueueAct.NO_SHOW, "")
    late = clock.forward(minutes=3)
    line.do("unpark", first)
    assert (line.row(first).place, line.entry(first)["since"]) == (2, late)
    third = line.join("丙")
    clock.forward(minutes=3)
    line.do("park", first, "去拍片")
    line.do("unpark", first)
    assert (line.row(first).place, line.row(third).place, line.entry(first)["since"]) == (2, 3, late)


def test_a_no_show_that_was_taken_back_is_not_noted_again_for_the_same_call(
    line: Line, clock: WallClock
) -> None:
    entry = line.join()
    line.do("call", entry)
    clock.forward(minutes=6)
    assert no_shows(line) == 1
    line.do("undo", entry)
    assert (line.standing(entry), line.row(entry).absences, no_shows(line)) == (Standing.CALLED, 0, 0)
    line.do("call_again", entry)
    clock.forward(minutes=6)
    assert no_shows(line) == 1


@pytest.mark.parametrize("acts", [(("park", "去拍片"), ("undo",)), (("start",), ("undo",))])
def test_who_is_called_again_because_something_was_taken_back_has_as_much_time_as_anybody(
    line: Line, clock: WallClock, acts: tuple[tuple[str, ...], ...]
) -> None:
    entry = line.join()
    line.do("call", entry)
    for act in acts:
        clock.forward(minutes=20)
        line.do(act[0], entry, *act[1:])
    assert (line.standing(entry), no_shows(line)) == (Standing.CALLED, 0)
    clock.forward(minutes=5)
    assert (no_shows(line), line.row(entry).absences) == (1, 1)


def test_after_the_clock_was_set_back_who_does_not_come_is_noticed_all_the_same(
    line: Line, clock: WallClock
) -> None:
    entry = line.join()
    clock.set("11:00")
    line.do("call", entry)
    clock.forward(minutes=5)
    assert no_shows(line) == 1
    clock.set("10:00")
    line.do("call", entry)
    clock.forward(minutes=5)
    assert no_shows(line) == 1
    assert line.standing(entry) is Standing.PARKED


def test_nothing_is_written_while_there_is_nothing_to_do(line: Line, store: Store) -> None:
    def requests() -> int:
        with store.reading() as session:
            return session.scalars(select(func.count()).select_from(Request)).one()

    line.join()
    before = requests()
    assert no_shows(line) == 0
    assert line.waiting.adopt(NOBODY, new_request()).value == 0
    assert requests() == before


# --- Overnight -----------------------------------------------------------------------------------------------------------


def test_a_number_of_the_evening_waits_on_and_is_left_over_after_six_hours(
    line: Line, clock: WallClock
) -> None:
    clock.set("23:00")
    entry = line.join()
    tuesday = dt.date(2026, 11, 17)
    clock.set("00:30", tuesday)
    view = line.waiting.view(line.actor)
    assert [(row.id, row.from_yesterday, row.place, row.waited) for row in view.rows] == [
        (entry, True, 1, 90)
    ]
    clock.set("05:00", tuesday)
    view = line.waiting.view(line.actor)
    assert (view.rows, [row.id for row in view.left_over]) == ((), [entry])
    assert line.waiting.call_next(line.actor, new_request(), line.row(entry).queue).value is None
    line.do("carry_over", entry)
    view = line.waiting.view(line.actor)
    assert [(row.id, row.place, row.day) for row in view.rows] == [(entry, 1, dt.date(2026, 11, 16))]
    assert view.left_over == ()
    with pytest.raises(RuleError) as caught:
        line.do("carry_over", entry)
    assert caught.value.code == "queue.today"
    line.do("undo", entry)
    assert [row.id for row in line.waiting.view(line.actor).left_over] == [entry]


def test_midnight_in_the_middle_of_a_visit(line: Line, clock: WallClock) -> None:
    clock.set("23:50")
    entry = line.join()
    line.do("call", entry)
    clock.set("23:58")
    line.do("start", entry)
    clock.set("00:10", dt.date(2026, 11, 17))
    assert [row.standing for row in line.waiting.view(line.actor).rows] == [Standing.WITH_DOCTOR]
    line.do("finish", entry)
    took = line.entry(entry)["finished_at"] - line.entry(entry)["began_at"]
    assert (took, line.rows()) == (dt.timedelta(minutes=12), {})


@pytest.mark.parametrize(
    ("acts", "standing"), [(["call"], Standing.CALLED), (["start"], Standing.WITH_DOCTOR)]
)
def test_who_came_long_before_midnight_is_still_here_after_it(
    line: Line, clock: WallClock, acts: list[str], standing: Standing
) -> None:
    clock.set("17:00")
    entry = line.join()
    clock.set("23:55")
    for act in acts:
        line.do(act, entry)
    clock.set("00:10", dt.date(2026, 11, 17))
    view = line.waiting.view(line.actor)
    assert ([(row.id, row.standing) for row in view.rows], view.left_over) == ([(entry, standing)], ())
    line.do("left_unseen" if standing is Standing.CALLED else "finish", entry)
    assert line.rows() == {}


def test_who_comes_days_later_and_is_brought_to_the_doctor_is_shown_there(
    line: Line, clock: WallClock
) -> None:
    entry = line.join()
    clock.set("09:00", dt.date(2026, 11, 20))
    assert [row.id for row in line.waiting.view(line.actor).left_over] == [entry]
    visit = line.entry(entry)["visit_id"]
    line.desk.services.visits.do_step(line.actor, new_request(), visit, Step.ESCORT)
    assert [(row.id, row.standing) for row in line.waiting.view(line.actor).rows] == [
        (entry, Standing.WITH_DOCTOR)
    ]
    line.do("undo", entry)
    assert [row.id for row in line.waiting.view(line.actor).left_over] == [entry]


def test_a_carried_over_number_and_the_same_one_of_today_are_told_apart(line: Line, clock: WallClock) -> None:
    old = line.join("甲")
    clock.set("09:00", dt.date(2026, 11, 17))
    assert not line.row(old).apology_due
    assert not line.row(old).reassess_due
    line.do("carry_over", old)
    new = line.join("乙")
    assert [(row.id, row.label) for row in line.waiting.view(line.actor).rows] == [
        (old, "B001·16"),
        (new, "B001"),
    ]
    assert line.row(old).apology_due
    visits = {entry: line.visit(entry).number for entry in (old, new)}
    assert [number and number.label for number in visits.values()] == ["B001", "B001"]
    for entry in (old, new):
        assert line.waiting.call_next(line.actor, new_request(), line.row(entry).queue).value == entry


# --- Care ------------------------------------------------------------------------------------------------------------------


def test_an_apology_is_due_after_a_quarter_of_an_hour_and_again_after_each_further_one(
    line: Line, clock: WallClock
) -> None:
    entry = line.join()
    visit = line.entry(entry)["visit_id"]
    clock.forward(minutes=14)
    assert not line.row(entry).apology_due
    said = clock.forward(minutes=2)
    assert line.row(entry).apology_due
    done = line.waiting.give_care(line.actor, new_request(), visit, CareKind.APOLOGY, "等李医生")
    assert done.changes.touches("queue", entry)
    row = line.row(entry)
    assert not row.apology_due
    assert [(one.kind, one.at, one.by, one.note) for one in row.care] == [
        (CareKind.APOLOGY, said, line.actor.name, "等李医生")
    ]
    clock.forward(minutes=14)
    assert line.row(entry).apology_due
    line.waiting.give_care(line.actor, new_request(), visit, CareKind.WATER)
    assert line.row(entry).apology_due
    assert [one.kind for one in line.waiting.care_of(line.actor, visit)] == [CareKind.APOLOGY, CareKind.WATER]


@pytest.mark.parametrize(("urgency", "minutes"), [(3, 30), (4, 60), (None, 240)])
def test_how_urgent_it_is_is_due_to_be_looked_at_again(
    line: Line, clock: WallClock, urgency: int | None, minutes: int
) -> None:
    entry = line.join(urgency=urgency)
    clock.forward(minutes=minutes - 1)
    assert not line.row(entry).reassess_due
    clock.forward(minutes=1)
    assert line.row(entry).reassess_due
    visit = line.entry(entry)["visit_id"]
    line.waiting.give_care(line.actor, new_request(), visit, CareKind.REASSESSED)
    assert not line.row(entry).reassess_due


def test_whoever_was_judged_anew_was_looked_at(line: Line, clock: WallClock) -> None:
    entry = line.join(urgency=4)
    clock.forward(minutes=50)
    visits = line.desk.services.visits
    visits.set_urgency(line.actor, new_request(), line.entry(entry)["visit_id"], 3)
    assert (line.row(entry).urgency, line.row(entry).reassess_due) == (3, False)
    clock.forward(minutes=30)
    assert line.row(entry).reassess_due


@pytest.mark.parametrize(
    ("kind", "due"), [(CareKind.APOLOGY, "apology_due"), (CareKind.REASSESSED, "reassess_due")]
)
def test_care_noted_by_mistake_is_due_again_when_it_is_taken_back(
    line: Line, clock: WallClock, store: Store, kind: CareKind, due: str
) -> None:
    entry = line.join(urgency=3)
    visit = line.entry(entry)["visit_id"]
    noted = clock.forward(minutes=31)
    water = line.waiting.give_care(line.actor, new_request(), visit, CareKind.WATER).value
    care = line.waiting.give_care(line.actor, new_request(), visit, kind).value
    assert not getattr(line.row(entry), due)
    at = clock.forward(minutes=1)
    request = new_request()
    done = line.waiting.take_back_care(line.actor, request, care)
    assert line.waiting.take_back_care(line.actor, request, care).value == done.value
    assert done.changes.touches("queue", entry)
    assert getattr(line.row(entry), due)
    assert [one.kind for one in line.row(entry).care] == [CareKind.WATER]
    assert [one.kind for one in line.waiting.care_of(line.actor, visit)] == [CareKind.WATER]
    with store.reading() as session:
        rows = session.scalars(select(Care).order_by(Care.id)).all()
        kept = [(row.id, row.kind, row.at, row.taken_back_at, row.taken_back_by) for row in rows]
    assert kept == [
        (water, CareKind.WATER, noted, None, None),
        (care, kind, noted, at, line.actor.account_id),
    ]
    with pytest.raises(RuleError) as caught:
        line.waiting.take_back_care(line.actor, new_request(), care)
    assert caught.value.code == "care.undone"


def test_the_trail_tells_what_care_was_taken_back_and_by_whom(line: Line, store: Store) -> None:
    entry = line.join()
    visit = line.entry(entry)["visit_id"]
    care = line.waiting.give_care(line.actor, new_request(), visit, CareKind.WATER, "温水").value
    line.do("left_unseen", entry)
    line.waiting.take_back_care(replace(line.actor, desk="desk-2"), new_request(), care)
    asked = select(AuditEntry.action, AuditEntry.chain, AuditEntry.actor_id).where(
        AuditEntry.topic == "visit"
    )
    with store.reading() as session:
        last = session.execute(
            asked.where(AuditEntry.record_id == visit).order_by(AuditEntry.id.desc())
        ).first()
    assert last == ("visit.care-undone", "desk-2", line.actor.account_id)
    assert "温水" in audit_bodies(store, "visit", visit)[-1]


def test_whoever_has_gone_gets_no_care(line: Line, store: Store) -> None:
    entry = line.join()
    line.do("left_unseen", entry)
    visit = line.entry(entry)["visit_id"]
    with pytest.raises(RuleError):
        line.waiting.give_care(line.actor, new_request(), visit, CareKind.WATER)
    with store.reading() as session:
        assert session.scalars(select(func.count()).select_from(Care)).one() == 0


# --- Beside a program that knows no places -------------------------------------------------------------------------------


def test_numbers_of_an_older_program_get_their_place(line: Line, store: Store) -> None:
    waits, gone, brought = line.join("甲"), line.join("乙"), line.join("丙")
    visits = {entry: line.entry(entry)["visit_id"] for entry in (waits, gone, brought)}
    with store.writing() as session:
        session.execute(table_of(QueueEvent).delete())
        session.execute(table_of(QueueEntry).delete())
        ended = {"ended": EndReason.LEFT_UNSEEN, "ended_at": line.now()}
        session.execute(update(table_of(Visit)).where(table_of(Visit).c.id == visits[gone]).values(**ended))
        here = {"checked_in": line.now()}
        session.execute(update(table_of(Visit)).where(table_of(Visit).c.id == visits[brought]).values(**here))
        session.commit()
    assert line.rows() == {}
    assert [line.waiting.adopt(NOBODY, new_request()).value for _ in range(2)] == [3, 0]
    assert {row.visit_id: row.standing for row in line.rows().values()} == {
        visits[waits]: Standing.WAITING,
        visits[brought]: Standing.WITH_DOCTOR,
    }


def test_places_follow_visits_that_an_older_program_changed(line: Line, store: Store) -> None:
    ended, void, brought = line.join("甲"), line.join("乙"), line.join("丙")
    table, numbers = table_of(Visit), table_of(QueueNumber)
    with store.writing() as session:
        for entry, values in (
            (ended, {"ended": EndReason.EMERGENCY, "ended_at": line.now()}),
            (brought, {"checked_in": line.now() + dt.timedelta(minutes=1)}),
        ):
            visit = line.entry(entry)["visit_id"]
            session.execute(update(table).where(table.c.id == visit).values(**values))
        number = line.entry(void)["number_id"]
        session.execute(update(numbers).where(numbers.c.id == number).values(state=SlipState.VOID))
        session.commit()
    assert [line.waiting.adopt(NOBODY, new_request()).value for _ in range(2)] == [3, 0]
    assert [line.standing(entry) for entry in (ended, void, brought)] == [
        Standing.EMERGENCY,
        Standing.WITHDRAWN,
        Standing.WITH_DOCTOR,
    ]


# --- Two at once ----------------------------------------------------------------------------------------------------------


def other_desk(store: Store, actors: dict[Role, Actor], clock: WallClock, line: Line) -> Line:
    actor = actors[Role.LEADER]
    second = Actor(actor.account_id, actor.name, actor.roles, "desk-2")
    return Line(line.desk, WaitingService(store, clock, HouseRules()), second)


def test_the_second_desk_is_told_who_called(
    line: Line, store: Store, actors: dict[Role, Actor], clock: WallClock
) -> None:
    other = other_desk(store, actors, clock, line)
    entry = line.join()
    seen = line.row(entry).version
    clock.set("09:17")
    other.do("call", entry)
    with pytest.raises(RuleError) as caught:
        line.waiting.call(line.actor, new_request(), entry, seen)
    assert (caught.value.code, str(caught.value.text)) == (
        "queue.called",
        f"Called by {other.actor.name} at 09:17:00.",
    )


@pytest.mark.parametrize("act", ["call_again", "requeue", "unpark", "start", "finish", "left_unseen", "undo"])
def test_what_was_decided_on_an_older_picture_is_refused(line: Line, act: str) -> None:
    entry = line.join()
    seen = line.row(entry).version
    line.do("park", entry, "去拍片")
    with pytest.raises(ConflictError):
        getattr(line.waiting, act)(line.actor, new_request(), entry, seen)
    with pytest.raises(ConflictError):
        line.waiting.call(line.actor, new_request(), entry, seen)
    assert line.acts(entry) == [QueueAct.JOINED, QueueAct.PARKED]


def noon() -> dt.datetime:
    return dt.datetime.combine(dt.date(2026, 11, 16), dt.time(12)).astimezone(dt.UTC)


def call_together(
    url: str,
    key: bytes | None,
    actor: Actor,
    places: list[tuple[int, int]],
    queue: str,
    meet: Barrier,
    said: Connection,
) -> None:
    """Call the same numbers as another program does at the same moment, in a process of its own."""
    store = Store.open(url, key)
    waiting = WaitingService(store, noon, HouseRules())
    meet.wait(60)
    won, refused = [], []
    for entry, version in places:
        try:
            waiting.call(actor, new_request(), entry, version)
            won.append(entry)
        except RuleError as error:
            refused.append((error.code, error.text.params["name"], str(error.text)))
    nexts = [waiting.call_next(actor, new_request(), queue).value for _ in range(4)]
    said.send((actor.name, won, refused, nexts))
    store.close()


def test_two_programs_calling_the_same_numbers(
    line: Line,
    actors: dict[Role, Actor],
    database_url: str,
    database_key: bytes | None,
    clock: WallClock,
    chain_is_whole: Callable[[], None],
) -> None:
    clock.set("11:55")
    entries = [line.join(f"王{count}", doctor_id=line.desk.house.li) for count in range(8)]
    more = [line.join(f"李{count}", doctor_id=line.desk.house.wang) for count in range(6)]
    places = [(entry, line.row(entry).version) for entry in entries]
    context = multiprocessing.get_context("spawn")
    meet, (hear, said) = context.Barrier(2), context.Pipe(duplex=False)
    people = [actors[Role.OPERATOR], actors[Role.LEADER]]
    desks = [Actor(who.account_id, who.name, who.roles, f"desk-{at}") for at, who in enumerate(people, 1)]
    queue = f"doctor:{line.desk.house.wang}"
    programs = [
        context.Process(
            target=call_together, args=(database_url, database_key, actor, places, queue, meet, said)
        )
        for actor in desks
    ]
    for program in programs:
        program.start()
    said.close()
    heard = [hear.recv() for _ in programs if hear.poll(60)]
    for program in programs:
        program.join(60)
    assert sorted(entry for _who, won, _refused, _nexts in heard for entry in won) == entries
    names = {actor.name for actor in desks}
    for who, won, refused, _nexts in heard:
        (other,) = names - {who}
        assert len(won) + len(refused) == len(entries)
        assert {refusal[:2] for refusal in refused} <= {("queue.called", other)}
        assert all(f"Called by {other} at 12:00" in text for _code, _name, text in refused)
    nexts = [entry for _who, _won, _refused, found in heard for entry in found]
    assert sorted(entry for entry in nexts if entry is not None) == more
    assert {line.row(entry).calls for entry in (*entries, *more)} == {1}
    chain_is_whole()


def test_steps_that_came_along_are_taken_back_too(line: Line) -> None:
    entry = line.join()
    visit = line.entry(entry)["visit_id"]
    line.desk.services.visits.do_step(line.actor, new_request(), visit, Step.ESCORT)
    assert line.standing(entry) is Standing.WITH_DOCTOR
    line.do("undo", entry)
    done = [step.step for step in line.visit(entry).steps if step.done]
    assert (Step.ESCORT in done, line.visit(entry).checked_in) == (False, None)


def test_what_is_due_now_is_what_the_page_says_most_urgent_first(line: Line, clock: WallClock) -> None:
    """Every desk asks for it all day, without reading the whole page."""
    looked = line.join(urgency=3)
    clock.forward(minutes=1)
    fourth, third, unjudged = (line.join(urgency=urgency) for urgency in (4, 3, None))
    clock.forward(minutes=14)
    assert [one.visit_id for one in line.waiting.due(line.actor)] == [line.entry(looked)["visit_id"]]
    clock.forward(minutes=16)
    visit = line.entry(looked)["visit_id"]
    line.waiting.give_care(line.actor, new_request(), visit, CareKind.REASSESSED)
    clock.forward(minutes=30)
    found = line.waiting.due(line.actor)
    rows = line.rows()
    again = [one for one in found if one.kind is CareKind.REASSESSED]
    sorry = [one for one in found if one.kind is CareKind.APOLOGY]
    assert [*again, *sorry] == list(found)
    assert [(one.urgency, one.waited, one.turn) for one in again] == [(3, 61, 1), (3, 60, 0), (4, 60, 0)]
    assert {one.visit_id for one in again} == {row.visit_id for row in rows.values() if row.reassess_due}
    assert {one.visit_id for one in sorry} == {row.visit_id for row in rows.values() if row.apology_due}
    assert [one.label for one in sorry] == [rows[entry].label for entry in (looked, fourth, third, unjudged)]
    line.do("left_unseen", third)
    assert line.entry(third)["visit_id"] not in [one.visit_id for one in line.waiting.due(line.actor)]


def test_who_was_called_last_night_waits_anew_when_carried_over(line: Line, clock: WallClock) -> None:
    clock.set("17:00")
    entry = line.join()
    line.do("call", entry, "B302")
    clock.set("09:00", dt.date(2026, 11, 17))
    line.do("carry_over", entry)
    row = line.row(entry)
    assert (row.standing, row.called_at, row.called_by, row.place) == (Standing.WAITING, None, "", 1)
    assert no_shows(line) == 0
    line.do("undo", entry)
    (left,) = line.waiting.view(line.actor).left_over
    assert (left.standing, left.called_by) == (Standing.CALLED, line.actor.name)


def test_a_second_call_goes_to_the_room_of_the_first(line: Line) -> None:
    entry = line.join(doctor_id=line.desk.house.li)
    line.do("call", entry, "B305")
    line.do("call_again", entry)
    assert (line.row(entry).room, line.row(entry).calls) == ("B305", 2)
