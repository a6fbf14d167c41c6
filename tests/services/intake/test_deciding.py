"""A triage decision: to whom nobody can be sent, what has to be said, whose turn is used up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from deskapp.db.engine import Store
from deskapp.domain.access import Actor
from deskapp.domain.directory import DepartmentDraft, DoctorDraft, Seen
from deskapp.domain.intake import TriageDecision
from deskapp.domain.rotation import Turn
from deskapp.domain.text import Words
from deskapp.domain.urgency import Vitals
from deskapp.errors import InputError
from deskapp.services.base import new_request
from deskapp.services.intake.rotation import turns_of
from deskapp.services.intake.triage import TriageQuestion
from tests.services.conftest import Desk, WallClock, audit_bodies

LEVEL_2 = Vitals(pulse=160)


def refused(attempt: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        attempt()
    return caught.value.field, caught.value.code


def measured(desk: Desk, signs: Vitals = LEVEL_2) -> int:
    """Return a new visit with vital signs."""
    visit = desk.arrive()
    desk.services.visits.take_vitals(desk.actor, new_request(), visit, signs)
    return visit


# --- Where nobody can be sent -----------------------------------------------------------------------------------


def test_a_department_that_there_is_not_or_no_longer_is(desk: Desk, head: Actor) -> None:
    visit, directory = desk.arrive(), desk.services.directory
    draft = DepartmentDraft("old", Words("旧", "Old", "Хуучин"), prefix="O", active=False)
    closed = directory.save_department(head, new_request(), draft).value.id
    found = [refused(lambda key=key: desk.triage(visit, department_id=key)) for key in (999, closed)]
    assert found == [("department", "department.unknown"), ("department", "department.closed")]


def test_a_doctor_who_is_elsewhere_or_gone_or_nobody(desk: Desk, head: Actor) -> None:
    house, directory = desk.house, desk.services.directory
    [wang] = [doctor for doctor in directory.doctors(head) if doctor.id == house.wang]
    left = DoctorDraft(wang.number, wang.name, house.surgery, prefix="W", active=False)
    directory.save_doctor(head, new_request(), left, Seen(wang.id, wang.version))
    visit = desk.arrive()
    found = [
        refused(lambda key=key: desk.triage(visit, doctor_id=key)) for key in (999, house.wang, house.pool)
    ]
    assert found == [("doctor", "doctor.gone"), ("doctor", "doctor.gone"), ("doctor", "doctor.elsewhere")]
    assert desk.services.visits.visit(desk.actor, visit).department_id is None


@pytest.mark.parametrize("urgency", [0, 5, -1])
def test_an_urgency_that_there_is_not(desk: Desk, urgency: int) -> None:
    visit, visits = desk.arrive(), desk.services.visits
    attempts = (
        lambda: desk.triage(visit, urgency=urgency),
        lambda: visits.to_emergency(desk.actor, new_request(), visit, "x", urgency),
        lambda: visits.set_urgency(desk.actor, new_request(), visit, urgency),
    )
    assert [refused(attempt) for attempt in attempts] == [("urgency", "triage.urgency")] * 3


# --- Milder than the vital signs --------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", " ", "\u3000"])
def test_less_urgent_than_the_vital_signs_needs_a_reason(desk: Desk, store: Store, reason: str) -> None:
    visit = measured(desk)
    milder = {"urgency": 3, "urgency_reason": reason}
    assert refused(lambda: desk.triage(visit, **milder)) == ("urgency_reason", "triage.milder")
    desk.triage(visit, urgency=3, urgency_reason="刚跑上楼")
    seen = desk.services.visits.visit(desk.actor, visit)
    assert (seen.urgency, seen.override_reason) == (3, "刚跑上楼")


def test_both_reasons_are_one_text_on_the_visit_and_in_the_trail(desk: Desk, store: Store) -> None:
    visit = measured(desk)
    desk.triage(visit, urgency=4, urgency_reason="刚跑上楼", overrides=True, reason="老病人要求")
    seen = desk.services.visits.visit(desk.actor, visit)
    assert seen.override_reason == "老病人要求; 刚跑上楼"
    assert '"override_reason":"老病人要求; 刚跑上楼"' in audit_bodies(store, "visit", visit)[-1]


@pytest.mark.parametrize("urgency", [None, 1, 2])
def test_as_urgent_or_not_judged_needs_none(desk: Desk, urgency: int | None) -> None:
    visit = measured(desk)
    desk.triage(visit, urgency=urgency, urgency_reason="刚跑上楼")
    assert desk.services.visits.visit(desk.actor, visit).override_reason == ""


def test_the_signs_taken_last_count_and_those_without_a_level_say_nothing(desk: Desk) -> None:
    visit = measured(desk)
    desk.services.visits.take_vitals(desk.actor, new_request(), visit, Vitals(temperature=36.6))
    desk.triage(visit, urgency=4)
    assert desk.services.visits.visit(desk.actor, visit).urgency == 4


def test_an_urgency_judged_after_the_number_needs_its_reason_too(desk: Desk) -> None:
    visit, set_urgency = measured(desk), desk.services.visits.set_urgency
    missing = refused(lambda: set_urgency(desk.actor, new_request(), visit, 3))
    assert missing == ("urgency_reason", "triage.milder")
    for _ in range(2):
        set_urgency(desk.actor, new_request(), visit, 3, "刚跑上楼")
    seen = desk.services.visits.visit(desk.actor, visit)
    assert (seen.urgency, seen.override_reason) == (3, "刚跑上楼")


# --- Whose turn -------------------------------------------------------------------------------------------------


def test_who_goes_back_to_a_doctor_uses_up_a_turn_by_name(desk: Desk, store: Store, clock: WallClock) -> None:
    house, visitor = desk.house, desk.register("王建国").id
    for doctor, department in ((house.li, house.surgery), (house.pool, house.eyes)):
        desk.triage(desk.open(visitor).id, doctor_id=doctor, department_id=department)
        clock.forward(days=1)
    desk.triage(desk.open(visitor).id, doctor_id=house.li)
    with store.reading() as session:
        taken = turns_of(session, (house.surgery,), clock.moment.date())
    assert taken == {house.surgery: [Turn(house.li, 1, named=True)]}
    assert desk.services.visitors.visitor(desk.actor, visitor).responsible_doctor_id == house.li


def test_deciding_anew_is_no_going_back(desk: Desk, store: Store, clock: WallClock) -> None:
    house, visit = desk.house, desk.arrive()
    made = TriageDecision("腿疼", house.surgery, house.li)
    for doctor in (house.li, house.wang, house.li):
        desk.services.visits.triage(desk.actor, new_request(), visit, replace(made, doctor_id=doctor))
    with store.reading() as session:
        taken = turns_of(session, (house.surgery,), clock.moment.date())
    assert taken == {house.surgery: [Turn(house.li, 1)]}


def test_nobody_is_sent_to_a_department_or_doctor_that_takes_nobody_today(
    desk: Desk, head: Actor, clock: WallClock
) -> None:
    """Not proposed, not taken, and not in the turn: known before it begins and after it has ended."""
    directory, house = desk.services.directory, desk.house
    tomorrow = clock().astimezone().date() + dt.timedelta(days=1)
    (seen,) = [one for one in directory.doctors(head) if one.id == house.li]
    coming = DoctorDraft(seen.number, seen.name, house.surgery, prefix=seen.prefix, valid_from=tomorrow)
    directory.save_doctor(head, new_request(), coming, Seen(seen.id, seen.version))
    visit = desk.arrive()
    with pytest.raises(InputError) as caught:
        desk.triage(visit, doctor_id=house.li)
    assert caught.value.code == "doctor.not-today"
    proposed = desk.services.triage.suggest(desk.actor, TriageQuestion("腿疼")).suggestions
    assert house.li not in {one.doctor_id for one in proposed}
    (place,) = [one for one in directory.departments(head) if one.id == house.eyes]
    over = DepartmentDraft(
        *(place.code, place.name, place.room, place.phone, place.prefix),
        valid_to=tomorrow - dt.timedelta(days=2),
    )
    directory.save_department(head, new_request(), over, Seen(place.id, place.version))
    with pytest.raises(InputError) as caught:
        desk.triage(visit, department_id=house.eyes)
    assert caught.value.code == "department.not-today"
    clock.forward(days=1)
    desk.triage(desk.arrive("李四"), doctor_id=house.li)
