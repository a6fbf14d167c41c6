"""What is shown of visits: the day's list, who waits, the number that counts, who answered what."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.db.engine import Store
from deskapp.db.models.directory import Department
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import ConsentKind, EndReason, SlipState, Step
from deskapp.services.base import new_request
from deskapp.services.intake import views
from tests.services.conftest import Desk, WallClock


def test_the_days_list_shows_the_latest_first_with_what_comes_next(desk: Desk, clock: WallClock) -> None:
    first = desk.triaged("王建国", doctor_id=desk.house.li, urgency=3)
    label = desk.number(first)
    clock.forward(minutes=5)
    second = desk.open().id
    rows = desk.services.visits.day_list(desk.actor)
    assert [row.id for row in rows] == [second, first]
    assert [(row.name, row.number, row.slip, row.next_step) for row in rows] == [
        ("", "", None, Step.TRIAGE),
        ("王建国", label, SlipState.ISSUED, Step.PAY),
    ]
    assert rows[1].department is not None
    assert (rows[1].department.en, rows[1].doctor, rows[1].urgency) == ("General surgery", "李静", 3)


@pytest.mark.usefixtures("zone")
def test_the_list_is_of_the_sites_day(desk: Desk, clock: WallClock) -> None:
    clock.set("23:50")
    late = desk.arrive("晚")
    clock.forward(minutes=20)
    early = desk.arrive("早")
    assert [row.id for row in desk.services.visits.day_list(desk.actor)] == [early]
    yesterday = (clock.moment - dt.timedelta(days=1)).date()
    assert [row.id for row in desk.services.visits.day_list(desk.actor, yesterday)] == [late]


def test_the_valid_number_is_listed_though_an_earlier_one_is_void(desk: Desk) -> None:
    visit = desk.triaged()
    desk.number(visit)
    number = desk.services.visits.visit(desk.actor, visit).number
    assert number is not None
    desk.services.numbers.void(desk.actor, new_request(), number.id, "x")
    [row] = desk.services.visits.day_list(desk.actor)
    assert row.slip is SlipState.VOID
    second = desk.number(visit)
    [row] = desk.services.visits.day_list(desk.actor)
    assert (row.number, row.slip) == (second, SlipState.ISSUED)


def test_the_list_is_no_longer_than_asked(desk: Desk, clock: WallClock) -> None:
    visits = []
    for number in range(4):
        clock.forward(seconds=1)
        visits.append(desk.arrive(f"王{number}"))
    rows = desk.services.visits.day_list(desk.actor, clock.moment.date(), 2)
    assert [row.id for row in rows] == [visits[3], visits[2]]


def test_an_ended_visit_is_listed_with_its_end_and_nothing_to_do(desk: Desk) -> None:
    visit = desk.arrive()
    desk.services.visits.end(desk.actor, new_request(), visit, EndReason.CANCELLED)
    [row] = desk.services.visits.day_list(desk.actor)
    assert (row.ended, row.next_step) == (EndReason.CANCELLED, None)


def test_who_waits_is_whoever_has_a_valid_number_and_was_not_brought_to_the_doctor(
    desk: Desk, store: Store, clock: WallClock
) -> None:
    day, house, actor = clock.moment.date(), desk.house, desk.actor
    visits = [desk.triaged(f"王{number}", doctor_id=house.li) for number in range(4)]
    for visit in visits:
        desk.number(visit)
    desk.number(desk.triaged("赵", department_id=house.eyes, doctor_id=house.pool))
    number = desk.services.visits.visit(actor, visits[0]).number
    assert number is not None
    desk.services.numbers.void(actor, new_request(), number.id, "x")
    desk.services.visits.do_step(actor, new_request(), visits[1], Step.ESCORT)
    desk.services.visits.end(actor, new_request(), visits[2], EndReason.LEFT_UNSEEN)
    with store.reading() as session:
        waiting = views.waiting_by_queue(session, day)
        assert waiting == {f"doctor:{house.li}": 1, f"department:{house.eyes}": 1}
        assert views.waiting_before(session, f"doctor:{house.wang}", day) == 0
        assert views.waiting_before(session, f"doctor:{house.li}", day) == 1
        assert views.waiting_by_queue(session, day + dt.timedelta(1)) == {}


@pytest.mark.parametrize(("who", "queue"), [("li", "doctor"), ("pool", "department"), (None, "department")])
def test_a_doctor_without_a_queue_of_their_own_uses_the_departments(
    desk: Desk, store: Store, who: str | None, queue: str
) -> None:
    house = desk.house
    doctor = getattr(house, who) if who else None
    department = house.eyes if who == "pool" else house.surgery
    with store.reading() as session:
        name, prefix = views.queue_of(session, department, doctor)
        letters = session.get_one(Department, department).prefix
    assert name == (f"doctor:{doctor}" if queue == "doctor" else f"department:{department}")
    assert prefix == ("L" if queue == "doctor" else letters)


def test_the_latest_answer_to_a_question_counts(desk: Desk, store: Store) -> None:
    ref = desk.register("甲", consents={ConsentKind.COMMUNICATION: True})
    for version, given in ((1, False), (2, True), (3, False)):
        draft = VisitorDraft(name="甲", consents={ConsentKind.COMMUNICATION: given})
        desk.services.visitors.edit(desk.actor, new_request(), ref.id, version, draft)
    with store.reading() as session:
        answers = views.consent_answers(session, ref.id)
    assert {kind: answer.given for kind, answer in answers.items()} == {ConsentKind.COMMUNICATION: False}
