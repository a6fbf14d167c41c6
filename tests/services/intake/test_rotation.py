"""The list of turns: in order, by day and department, with the doctors in their fixed order."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from deskapp.db.engine import Store
from deskapp.db.models.intake import Turn as TurnRow
from deskapp.domain.access import Actor
from deskapp.domain.directory import DoctorDraft
from deskapp.domain.rotation import Turn
from deskapp.services.base import new_request
from deskapp.services.intake.rotation import department_order, turns_of
from tests.services.conftest import Desk, WallClock

TUESDAY = dt.date(2026, 11, 17)


def test_doctors_stand_in_the_order_of_their_numbers(desk: Desk, store: Store, head: Actor) -> None:
    house, directory = desk.house, desk.services.directory
    new = DoctorDraft("A001", "新人", house.surgery, own_queue=False)
    first = directory.save_doctor(head, new_request(), new).value
    gone = DoctorDraft("B001", "离职", house.surgery, own_queue=False, active=False)
    directory.save_doctor(head, new_request(), gone)
    with store.reading() as session:
        assert list(department_order(session, house.surgery)) == [first, house.li, house.wang]


def test_turns_are_kept_by_day_and_department(desk: Desk, store: Store, clock: WallClock) -> None:
    house, monday = desk.house, clock.moment.date()
    desk.triaged("甲", doctor_id=house.li)
    desk.triaged("乙", doctor_id=house.wang)
    desk.triaged("丙", doctor_id=house.wang, named=True)
    desk.triaged("丁", department_id=house.eyes, doctor_id=house.pool)
    clock.set("09:00", TUESDAY)
    desk.triaged("戊", doctor_id=house.li)
    surgery = [Turn(house.li, 1), Turn(house.wang, 1), Turn(house.wang, 2, named=True)]
    with store.reading() as session:
        both = (house.surgery, house.eyes)
        assert turns_of(session, both[:1], monday) == {house.surgery: surgery}
        assert turns_of(session, both, monday) == {
            house.surgery: surgery,
            house.eyes: [Turn(house.pool, 1)],
        }
        assert turns_of(session, both, TUESDAY) == {house.surgery: [Turn(house.li, 1)]}


def test_a_visit_decided_anew_uses_up_the_last_turn_only(desk: Desk, store: Store, clock: WallClock) -> None:
    house, monday = desk.house, clock.moment.date()
    visit = desk.triaged("甲", doctor_id=house.li)
    for doctor in (house.wang, house.li, house.wang):
        desk.triage(visit, doctor_id=doctor)
    with store.reading() as session:
        assert turns_of(session, (house.surgery,), monday) == {
            house.surgery: [Turn(house.wang, 1, named=True)]
        }
        assert session.scalars(select(func.count()).select_from(TurnRow)).one() == 4
    desk.triage(visit, department_id=house.eyes, doctor_id=house.pool)
    with store.reading() as session:
        assert turns_of(session, (house.surgery, house.eyes), monday) == {house.eyes: [Turn(house.pool, 1)]}


def test_a_visit_sent_to_the_department_in_the_end_uses_up_nobodys(
    desk: Desk, store: Store, clock: WallClock
) -> None:
    visit = desk.triaged("甲", doctor_id=desk.house.li)
    desk.triage(visit)
    with store.reading() as session:
        assert turns_of(session, (desk.house.surgery,), clock.moment.date()) == {}


def test_a_department_without_a_doctor_takes_no_turn(desk: Desk, store: Store) -> None:
    desk.triaged("甲")
    with store.reading() as session:
        assert session.scalars(select(func.count()).select_from(TurnRow)).one() == 0


def test_a_doctor_whose_turn_it_is_not_has_the_next_one_used_up(
    desk: Desk, store: Store, clock: WallClock
) -> None:
    house = desk.house
    desk.triaged("甲", doctor_id=house.wang)
    desk.triaged("乙", doctor_id=house.li)
    with store.reading() as session:
        assert turns_of(session, (house.surgery,), clock.moment.date())[house.surgery] == [
            Turn(house.wang, 1, named=True),
            Turn(house.li, 1),
        ]
