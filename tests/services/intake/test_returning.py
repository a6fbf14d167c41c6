"""Whom a visitor has gone to before: by department, latest first, without visits that came to nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.db.engine import Store
from deskapp.domain.registration import EndReason
from deskapp.domain.triage import SeenBy
from deskapp.services.base import new_request
from deskapp.services.intake.returning import has_seen, seen_by
from tests.services.conftest import MONDAY, Desk, WallClock


@pytest.fixture
def visitor(desk: Desk) -> int:
    return desk.register("王建国").id


def come(desk: Desk, visitor: int, doctor: int, department: int | None = None) -> int:
    visit = desk.open(visitor).id
    desk.triage(visit, doctor_id=doctor, department_id=department or desk.house.surgery)
    return visit


def test_the_latest_doctor_of_each_department_the_latest_first(
    desk: Desk, store: Store, clock: WallClock, visitor: int
) -> None:
    house = desk.house
    for doctor, department in (
        (house.li, house.surgery),
        (house.wang, house.surgery),
        (house.pool, house.eyes),
    ):
        clock.forward(days=1)
        come(desk, visitor, doctor, department)
    with store.reading() as session:
        assert seen_by(session, visitor) == (
            SeenBy(house.pool, "赵敏", "ophthalmology", MONDAY + dt.timedelta(3)),
            SeenBy(house.wang, "王伟", "general-surgery", MONDAY + dt.timedelta(2)),
        )
        assert [has_seen(session, visitor, doctor, 0) for doctor in (house.li, house.pool)] == [True, True]


def test_the_visit_of_now_is_no_earlier_one_and_another_of_today_is(
    desk: Desk, store: Store, clock: WallClock, visitor: int
) -> None:
    first = come(desk, visitor, desk.house.li)
    with store.reading() as session:
        assert seen_by(session, visitor, first) == ()
        assert not has_seen(session, visitor, desk.house.li, first)
    clock.forward(hours=1)
    second = come(desk, visitor, desk.house.wang)
    with store.reading() as session:
        assert [seen.doctor for seen in seen_by(session, visitor, second)] == [desk.house.li]
        assert has_seen(session, visitor, desk.house.li, second)


def test_who_left_unseen_or_was_sent_to_a_department_only_saw_nobody(
    desk: Desk, store: Store, visitor: int
) -> None:
    ended = come(desk, visitor, desk.house.li)
    desk.services.visits.end(desk.actor, new_request(), ended, EndReason.LEFT_UNSEEN)
    desk.triage(desk.open(visitor).id)
    with store.reading() as session:
        assert seen_by(session, visitor) == ()
        assert not has_seen(session, visitor, desk.house.li, 0)
