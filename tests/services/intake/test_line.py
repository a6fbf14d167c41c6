"""A visit's place keeps in step with the visit: numbers, voids, ends, escorts, triage, appointments."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import insert

from deskapp.db.engine import Store
from deskapp.db.models.intake import Appointment
from deskapp.domain.access import Actor, Role
from deskapp.domain.registration import AppointmentState, EndReason, Step
from deskapp.domain.waiting import QueueAct, Standing
from deskapp.errors import InputError, RuleError
from deskapp.services.all import Services
from deskapp.services.base import new_request
from tests.services.conftest import Desk, WallClock
from tests.services.intake.test_visits import ILL
from tests.services.intake.test_waiting import Line


@pytest.fixture
def line(desk: Desk, services: Services) -> Line:
    return Line(desk, services.waiting, desk.actor)


def visits(line: Line, name: str, entry: int, *args: object) -> None:
    """Do something to the visit of a place."""
    method = getattr(line.desk.services.visits, name)
    method(line.actor, new_request(), line.entry(entry)["visit_id"], *args)


def void(line: Line, entry: int) -> None:
    number = line.entry(entry)["number_id"]
    line.desk.services.numbers.void(line.actor, new_request(), number, "打印错误")


# --- Numbers ----------------------------------------------------------------------------------------------------


def test_a_second_issue_makes_no_second_place(line: Line) -> None:
    entry = line.join()
    line.desk.number(line.entry(entry)["visit_id"])
    assert (list(line.rows()), line.acts(entry)) == ([entry], [QueueAct.JOINED])


def test_after_a_void_and_a_new_number_it_is_the_same_place_with_what_was_waited(
    line: Line, clock: WallClock
) -> None:
    entry, other = line.join("甲"), line.join("乙")
    came = line.row(entry).since
    clock.forward(minutes=20)
    void(line, entry)
    assert (line.standing(entry), list(line.rows())) == (Standing.WITHDRAWN, [other])
    with pytest.raises(RuleError) as caught:
        line.do("undo", entry)
    assert caught.value.code == "queue.void"
    line.desk.number(line.entry(entry)["visit_id"])
    row = line.row(entry)
    assert (row.label, row.since, row.place, row.standing) == ("B003", came, 1, Standing.WAITING)
    assert line.acts(entry) == [QueueAct.JOINED, QueueAct.WITHDRAWN, QueueAct.JOINED]


def test_a_new_number_in_another_department_is_a_place_in_its_line(line: Line) -> None:
    house = line.desk.house
    entry = line.join(doctor_id=house.li)
    void(line, entry)
    visit = line.entry(entry)["visit_id"]
    line.desk.triage(visit, department_id=house.eyes, doctor_id=house.pool)
    line.desk.number(visit)
    row = line.row(entry)
    assert (row.queue, row.label, row.doctor) == (f"department:{house.eyes}", "E001", "赵敏")


def test_whoever_was_with_the_doctor_and_gets_another_number_begins_to_wait_anew(
    line: Line, clock: WallClock
) -> None:
    entry = line.join()
    line.do("start", entry)
    line.do("finish", entry)
    void(line, entry)
    assert line.standing(entry) is Standing.FINISHED
    again = clock.forward(minutes=30)
    line.desk.number(line.entry(entry)["visit_id"])
    row = line.row(entry)
    assert (row.since, row.standing, row.began_at, row.waited) == (again, Standing.WAITING, None, 0)


def test_a_number_given_on_paper_waits_from_when_it_was_given_where_the_visit_goes(
    line: Line, head: Actor, clock: WallClock
) -> None:
    house, numbers = line.desk.house, line.desk.services.numbers
    block = numbers.reserve_block(head, new_request(), house.surgery, None, 5).value
    given = clock.forward(minutes=5)
    clock.forward(minutes=40)
    visit = line.desk.triaged(doctor_id=house.li)
    numbers.enter_paper(line.actor, new_request(), visit, block.id, block.first, given)
    row = line.of(visit)
    assert (row.queue, row.label, row.since, row.waited) == (f"doctor:{house.li}", "B001", given, 40)
    line.do("call", row.id, "B305")
    line.desk.triage(visit, department_id=house.eyes)
    moved = line.of(visit)
    assert (moved.queue, moved.room, moved.called_at) == (f"department:{house.eyes}", "E301", None)
    assert line.acts(row.id) == [QueueAct.JOINED, QueueAct.CALLED, QueueAct.MOVED]


def test_a_paper_number_of_a_visit_that_was_not_triaged_waits_in_the_blocks_line(
    line: Line, head: Actor, clock: WallClock
) -> None:
    house, numbers = line.desk.house, line.desk.services.numbers
    block = numbers.reserve_block(head, new_request(), house.surgery, house.wang, 5).value
    visit = line.desk.arrive()
    numbers.enter_paper(line.actor, new_request(), visit, block.id, block.first, clock.forward(minutes=1))
    row = line.of(visit)
    assert (row.queue, row.department_id, row.doctor) == (f"doctor:{house.wang}", house.surgery, "王伟")


# --- Ends ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "standing"),
    [
        (EndReason.LEFT_UNSEEN, Standing.LEFT),
        (EndReason.EMERGENCY, Standing.EMERGENCY),
        (EndReason.CANCELLED, Standing.WITHDRAWN),
        (EndReason.OTHER_HOSPITAL, Standing.WITHDRAWN),
    ],
)
def test_a_visit_that_ends_leaves_the_line_and_is_back_where_it_stood_when_opened_again(
    line: Line, reason: EndReason, standing: Standing
) -> None:
    entry = line.join()
    line.do("call", entry)
    visits(line, "end", entry, reason, "说明")
    assert (line.standing(entry), line.rows()) == (standing, {})
    assert line.waiting.history(line.actor, entry)[-1].reason == "说明"
    visits(line, "reopen", entry, "弄错了")
    assert (line.standing(entry), line.visit(entry).ended) == (Standing.CALLED, None)
    line.do("undo", entry)
    assert line.standing(entry) is Standing.WAITING


def test_an_emergency_of_the_desk_leaves_the_line(line: Line) -> None:
    entry = line.join(urgency=4)
    visits(line, "to_emergency", entry, "胸痛")
    assert (line.standing(entry), line.visit(entry).urgency) == (Standing.EMERGENCY, 1)
    line.do("undo", entry)
    assert (line.standing(entry), line.visit(entry).urgency, line.visit(entry).ended) == (
        Standing.WAITING,
        4,
        None,
    )


def test_an_emergency_that_was_none_leaves_nobody_in_danger(line: Line) -> None:
    entry = line.join(urgency=3)
    line.do("to_emergency", entry)
    visits(line, "reopen", entry, "弄错了")
    assert (line.standing(entry), line.visit(entry).urgency) == (Standing.WAITING, 3)


@pytest.mark.parametrize("judged", [3, None])
@pytest.mark.parametrize("back", ["undo", "reopen"])
def test_an_emergency_taken_back_is_no_milder_than_the_vital_signs_that_led_to_it(
    line: Line, judged: int | None, back: str
) -> None:
    entry = line.join(urgency=judged)
    visits(line, "take_vitals", entry, ILL)
    line.do("to_emergency", entry)
    if back == "undo":
        line.do("undo", entry)
    else:
        visits(line, "reopen", entry, "弄错了")
    assert (line.standing(entry), line.visit(entry).urgency) == (Standing.WAITING, 1)
    with pytest.raises(InputError) as caught:
        visits(line, "set_urgency", entry, 3)
    assert caught.value.field == "urgency_reason"
    visits(line, "set_urgency", entry, 3, "量错了")
    assert line.visit(entry).urgency == 3


def test_without_a_number_whoever_was_an_emergency_stays_one_until_a_person_says_otherwise(
    line: Line,
) -> None:
    """What was judged before the emergency is nowhere kept then, and the program lowers no urgency by itself."""
    other, visit = line.join("乙", urgency=2), line.desk.triaged("甲", urgency=3)
    service = line.desk.services.visits
    service.to_emergency(line.actor, new_request(), visit, None)
    service.reopen(line.actor, new_request(), visit, "弄错了")
    assert service.visit(line.actor, visit).urgency == 1
    line.desk.number(visit)
    assert (line.of(visit).place, line.row(other).place) == (1, 2)
    line.desk.triage(visit, urgency=3)
    assert (line.of(visit).place, line.row(other).place) == (2, 1)


def test_a_visit_opened_again_without_a_valid_number_stays_out_of_the_line(line: Line) -> None:
    entry = line.join()
    void(line, entry)
    visits(line, "end", entry, EndReason.CANCELLED)
    visits(line, "reopen", entry, "弄错了")
    assert line.standing(entry) is Standing.WITHDRAWN
    line.desk.number(line.entry(entry)["visit_id"])
    assert line.standing(entry) is Standing.WAITING


def test_a_number_voided_after_its_visitor_left_is_withdrawn_when_the_visit_is_opened_again(
    line: Line,
) -> None:
    entry = line.join()
    visits(line, "end", entry, EndReason.LEFT_UNSEEN)
    void(line, entry)
    assert line.standing(entry) is Standing.LEFT
    visits(line, "reopen", entry, "弄错了")
    assert line.standing(entry) is Standing.WITHDRAWN


def test_whoever_was_seen_stays_seen_whatever_becomes_of_the_visit(line: Line) -> None:
    entry = line.join()
    line.do("start", entry)
    line.do("finish", entry)
    visits(line, "end", entry, EndReason.OTHER_HOSPITAL)
    visits(line, "reopen", entry, "弄错了")
    assert line.standing(entry) is Standing.FINISHED


# --- To the doctor ---------------------------------------------------------------------------------------------------


def test_whoever_is_brought_is_with_the_doctor(line: Line, clock: WallClock) -> None:
    entry = line.join()
    brought = clock.forward(minutes=12)
    visits(line, "do_step", entry, Step.ESCORT)
    row, visit = line.row(entry), line.visit(entry)
    assert (row.standing, row.began_at, visit.checked_in) == (Standing.WITH_DOCTOR, brought, brought)
    assert visit.doctor_began is None
    clock.forward(minutes=1)
    visits(line, "undo_step", entry, Step.ESCORT)
    assert (line.row(entry).standing, line.visit(entry).checked_in) == (Standing.WAITING, None)
    assert line.row(entry).began_at is None


def test_undoing_the_escort_after_the_doctor_was_done_goes_back_to_waiting(line: Line) -> None:
    entry = line.join()
    visits(line, "do_step", entry, Step.ESCORT)
    line.do("finish", entry)
    visits(line, "undo_step", entry, Step.ESCORT)
    assert (line.standing(entry), line.row(entry).place) == (Standing.WAITING, 1)


def test_whoever_was_brought_before_the_number_was_written_down_is_with_the_doctor(line: Line) -> None:
    visit = line.desk.triaged()
    line.desk.services.visits.do_step(line.actor, new_request(), visit, Step.ESCORT)
    line.desk.number(visit)
    assert line.of(visit).standing is Standing.WITH_DOCTOR


def test_a_visit_without_a_number_can_be_stepped_through(line: Line) -> None:
    visit = line.desk.triaged()
    service = line.desk.services.visits
    service.do_step(line.actor, new_request(), visit, Step.ESCORT)
    service.undo_step(line.actor, new_request(), visit, Step.ESCORT)
    service.end(line.actor, new_request(), visit, EndReason.CANCELLED)
    service.reopen(line.actor, new_request(), visit, "弄错了")
    assert line.rows() == {}


# --- Triage and appointments --------------------------------------------------------------------------------------------


def test_another_doctor_of_the_same_line_is_noted_at_the_place(line: Line, services: Services) -> None:
    house = line.desk.house
    entry = line.join(department_id=house.eyes)
    assert line.row(entry).doctor_id is None
    line.desk.triage(line.entry(entry)["visit_id"], department_id=house.eyes, doctor_id=house.pool)
    assert (line.row(entry).doctor_id, line.acts(entry)) == (house.pool, [QueueAct.JOINED])


def test_an_appointment_that_is_linked_or_released_counts_in_the_line(
    line: Line, store: Store, clock: WallClock, actors: dict[Role, Actor]
) -> None:
    assert actors
    visitor = line.desk.register()
    starts = clock.moment + dt.timedelta(minutes=10)
    with store.writing() as session:
        values = {"visitor_id": visitor.id, "department_id": line.desk.house.surgery, "starts_at": starts}
        values |= {"state": AppointmentState.BOOKED, "version": 1}
        key = session.execute(insert(Appointment).values(**values).returning(Appointment.id)).scalar_one()
        session.commit()
    visit = line.desk.open(visitor.id).id
    line.desk.triage(visit)
    line.desk.number(visit)
    assert line.of(visit).appointment_at is None
    service = line.desk.services.visits
    service.fulfil_appointment(line.actor, new_request(), visit, key)
    assert line.of(visit).appointment_at == starts
    service.release_appointment(line.actor, new_request(), visit)
    assert line.of(visit).appointment_at is None
