"""The door: greeted, corrected, taken over by one desk, and the visit that begins where the visitor came in."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from deskapp.db.engine import Store
from deskapp.db.models.intake import Appointment, VisitStep
from deskapp.domain.access import Actor, Role
from deskapp.domain.door import Address, Coming, GreetingDraft, GreetingView
from deskapp.domain.registration import AppointmentState, Sex, Step
from deskapp.errors import ConflictError, InputError, PermissionDenied, RuleError
from deskapp.services.base import new_request
from tests.services.conftest import Desk, House, WallClock

SIR = GreetingDraft(Address.SIR, first_visit=True, has_appointment=False)


@pytest.fixture
def guide(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.GUIDE]


@pytest.fixture
def door(desk: Desk, guide: Actor) -> Door:
    return Door(desk, guide)


class Door:
    """What the guide does over and over."""

    def __init__(self, desk: Desk, guide: Actor) -> None:
        self.desk, self.guide, self.service = desk, guide, desk.services.door

    def greet(self, draft: GreetingDraft = SIR) -> GreetingView:
        return self.view(self.service.greet(self.guide, new_request(), draft).value)

    def view(self, greeting: int) -> GreetingView:
        return next(view for view in self.service.coming(self.guide) if view.id == greeting)

    def take(self, view: GreetingView, actor: Actor | None = None) -> int | None:
        taken = self.service.take(actor or self.desk.actor, new_request(), view.id, view.version).value
        return taken.visitor_id


def book(store: Store, visitor: int, department: int, at: dt.datetime, doctor: int | None = None) -> int:
    with store.writing() as session:
        row = insert(Appointment).values(
            visitor_id=visitor,
            department_id=department,
            doctor_id=doctor,
            starts_at=at,
            state=AppointmentState.BOOKED,
            version=1,
        )
        made: int = session.execute(row.returning(Appointment.id)).scalar_one()
        session.commit()
        return made


def state(store: Store, appointment: int) -> AppointmentState:
    with store.reading() as session:
        return session.get_one(Appointment, appointment).state


def steps(store: Store, visit: int) -> list[tuple[Step, dt.datetime, int]]:
    asked = select(VisitStep.step, VisitStep.at, VisitStep.account_id).where(VisitStep.visit_id == visit)
    with store.reading() as session:
        return [tuple(row) for row in session.execute(asked.order_by(VisitStep.id))]  # type: ignore[misc]


# --- greeting


def test_the_desk_sees_who_comes_with_what_the_guide_learned(door: Door, clock: WallClock) -> None:
    clock.set("09:30")
    draft = replace(SIR, name="张先生", note="推轮椅")
    door.greet(draft)
    (seen,) = door.service.coming(door.desk.actor)
    assert (seen.draft, seen.state, seen.guide) == (draft, Coming.COMING, door.guide.name)
    assert seen.at == clock()


def test_the_same_order_sent_twice_greets_once(door: Door) -> None:
    request = new_request()
    first = door.service.greet(door.guide, request, SIR).value
    assert door.service.greet(door.guide, request, SIR).value == first
    assert len(door.service.coming(door.guide)) == 1


def test_those_on_the_way_come_first_and_the_newest_last(door: Door, clock: WallClock) -> None:
    ids = []
    for minute in range(3):
        clock.set(f"09:0{minute}")
        ids.append(door.greet().id)
    door.take(door.view(ids[0]))
    assert [view.id for view in door.service.coming(door.guide)] == [ids[1], ids[2], ids[0]]


def test_who_came_before_midnight_and_is_still_on_the_way_is_seen_after_it(
    door: Door, clock: WallClock
) -> None:
    clock.set("23:58")
    late = door.greet()
    taken = door.greet()
    door.take(taken)
    clock.forward(minutes=5)
    assert [view.id for view in door.service.coming(door.guide)] == [late.id]
    clock.forward(hours=13)
    assert door.service.coming(door.guide) == []


def test_a_guide_corrects_while_nobody_has_taken_over(door: Door) -> None:
    before = door.greet()
    better = replace(SIR, address=Address.MADAM, name="李")
    door.service.correct(door.guide, new_request(), before.id, before.version, better)
    assert door.view(before.id).draft == better
    with pytest.raises(ConflictError):
        door.service.correct(door.guide, new_request(), before.id, before.version, SIR)
    door.take(door.view(before.id))
    with pytest.raises(RuleError, match="has taken over") as refused:
        door.service.correct(door.guide, new_request(), before.id, before.version + 2, SIR)
    assert refused.value.code == "greeting.taken"


def test_who_went_again_is_not_taken_and_may_come_back(door: Door) -> None:
    view = door.greet()
    door.service.went(door.guide, new_request(), view.id, view.version)
    gone = door.view(view.id)
    assert gone.state is Coming.GONE
    with pytest.raises(RuleError, match="went again"):
        door.take(gone)
    door.service.came_back(door.guide, new_request(), gone.id, gone.version)
    assert door.view(view.id).state is Coming.COMING
    with pytest.raises(ConflictError):
        door.service.came_back(door.guide, new_request(), gone.id, gone.version + 1)


def test_a_name_that_can_not_be_stored_is_told_at_its_field(door: Door) -> None:
    with pytest.raises(InputError) as refused:
        door.greet(replace(SIR, name="a\0b"))
    assert refused.value.field == "name"


def test_a_guide_takes_nobody_over_and_opens_no_visit(door: Door) -> None:
    view = door.greet()
    with pytest.raises(PermissionDenied):
        door.take(view, door.guide)
    with pytest.raises(PermissionDenied):
        door.desk.services.visits.open(door.guide, new_request(), None)


# --- expected


@pytest.fixture
def booked(desk: Desk, store: Store, clock: WallClock, house: House) -> int:
    clock.set("09:00")
    visitor = desk.register("王建国", birth_date=dt.date(1958, 3, 4)).id
    return book(store, visitor, house.surgery, clock() + dt.timedelta(minutes=90), house.li)


def test_todays_appointments_are_expected_and_ticked_once_greeted(
    door: Door, booked: int, store: Store, clock: WallClock, house: House
) -> None:
    child = door.desk.register("小明", sex=Sex.MALE, birth_date=dt.date(2020, 1, 1)).id
    other = book(store, child, house.eyes, clock() + dt.timedelta(minutes=30))
    book(store, child, house.eyes, clock() + dt.timedelta(days=1))
    first, second = door.service.expected(door.guide)
    assert [row.id for row in (first, second)] == [other, booked]
    assert (first.address, second.address) == (Address.YOUNG, Address.SIR)
    assert (second.name, second.doctor, second.room, second.first_visit) == ("王建国", "李静", "B301", True)
    assert not first.arrived
    door.greet(replace(SIR, appointment_id=other))
    assert [row.arrived for row in door.service.expected(door.guide)] == [True, False]


def test_an_expected_visitor_has_an_appointment_whatever_was_answered(door: Door, booked: int) -> None:
    view = door.greet(GreetingDraft(has_appointment=False, appointment_id=booked))
    assert view.draft.has_appointment
    assert (view.name(), view.doctor) == ("王建国", "李静")
    assert view.appointment_at is not None


def test_two_guides_send_an_expected_visitor_once(door: Door, booked: int) -> None:
    first = door.greet(GreetingDraft(appointment_id=booked))
    with pytest.raises(RuleError, match="already") as refused:
        door.greet(GreetingDraft(appointment_id=booked))
    assert refused.value.code == "greeting.twice"
    door.service.went(door.guide, new_request(), first.id, first.version)
    door.greet(GreetingDraft(appointment_id=booked))
    gone = door.view(first.id)
    with pytest.raises(RuleError, match="already"):
        door.service.came_back(door.guide, new_request(), gone.id, gone.version)


def test_an_appointment_of_another_day_is_not_expected(door: Door, booked: int, clock: WallClock) -> None:
    clock.forward(days=1)
    with pytest.raises(RuleError, match="moved or cancelled"):
        door.greet(GreetingDraft(appointment_id=booked))


# --- taken over


def test_of_two_desks_one_wins_and_the_other_is_told_by_whom(
    door: Door, actors: dict[Role, Actor], store: Store
) -> None:
    view = door.greet()
    desks = [door.desk.actor, replace(actors[Role.LEADER], desk="desk-2")]

    def take(actor: Actor) -> str:
        try:
            door.take(view, actor)
        except RuleError as refused:
            return str(refused.text.params["who"])
        return "won"

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(take, desks))
    assert sorted(told) != ["won", "won"]
    winner = desks[told.index("won")]
    assert told[1 - told.index("won")] == winner.name
    assert door.view(view.id).taken_by_id == winner.account_id


def test_what_was_corrected_meanwhile_is_looked_at_before_it_is_taken(door: Door) -> None:
    before = door.greet()
    door.service.correct(door.guide, new_request(), before.id, before.version, replace(SIR, name="李"))
    with pytest.raises(ConflictError):
        door.take(before)
    assert door.view(before.id).state is Coming.COMING


def test_who_was_taken_by_mistake_is_on_the_way_again_since_the_door(door: Door, clock: WallClock) -> None:
    came = clock.set("09:00")
    view = door.greet()
    clock.forward(minutes=3)
    door.take(view)
    taken = door.view(view.id)
    assert (taken.state, taken.taken_by, taken.taken_at) == (Coming.TAKEN, door.desk.actor.name, clock())
    door.service.release(door.desk.actor, new_request(), taken.id, taken.version)
    again = door.view(view.id)
    assert (again.state, again.at, again.taken_by) == (Coming.COMING, came, "")
    with pytest.raises(ConflictError):
        door.service.release(door.desk.actor, new_request(), again.id, again.version)


# --- the visit begins at the door


def test_a_visit_begins_when_the_guide_met_the_visitor(door: Door, clock: WallClock, store: Store) -> None:
    came = clock.set("09:00")
    view = door.greet()
    clock.forward(minutes=4)
    door.take(view)
    visitor = door.desk.register("张三").id
    clock.forward(minutes=2)
    visits, actor = door.desk.services.visits, door.desk.actor
    visit = visits.open_or_join(actor, new_request(), visitor, view.id).value.id
    guide, operator = door.guide.account_id, actor.account_id
    assert steps(store, visit) == [
        (Step.ARRIVE, came, guide),
        (Step.GREET, came, guide),
        (Step.REGISTER, clock(), operator),
    ]
    assert visits.visit(actor, visit).opened_at == came
    assert door.view(view.id).visit_id == visit
    assert door.view(view.id).visitor == "张三"
    taken = door.view(view.id)
    with pytest.raises(RuleError, match="visit was begun"):
        door.service.release(actor, new_request(), taken.id, taken.version)


def test_the_appointment_is_fulfilled_with_the_visit(door: Door, booked: int, store: Store) -> None:
    view = door.greet(GreetingDraft(appointment_id=booked))
    visitor = door.take(view)
    assert visitor is not None
    visits, actor = door.desk.services.visits, door.desk.actor
    visit = visits.open_or_join(actor, new_request(), visitor, view.id).value.id
    assert visits.visit(actor, visit).appointment_id == booked
    assert state(store, booked) is AppointmentState.FULFILLED


def test_an_appointment_cancelled_meanwhile_keeps_nobody_out(door: Door, booked: int, store: Store) -> None:
    view = door.greet(GreetingDraft(appointment_id=booked))
    visitor = door.take(view)
    with store.writing() as session:
        session.get_one(Appointment, booked).state = AppointmentState.CANCELLED
        session.commit()
    visits, actor = door.desk.services.visits, door.desk.actor
    visit = visits.open_or_join(actor, new_request(), visitor, view.id).value.id
    assert visits.visit(actor, visit).appointment_id is None
    assert door.view(view.id).visit_id == visit


def test_a_visit_of_somebody_else_does_not_take_the_expected_ones_greeting(door: Door, booked: int) -> None:
    view = door.greet(GreetingDraft(appointment_id=booked))
    door.take(view)
    other = door.desk.register("张三").id
    visits = door.desk.services.visits
    visits.open_or_join(door.desk.actor, new_request(), other, view.id)
    assert door.view(view.id).visit_id is None


def test_a_greeting_in_other_hands_gone_or_used_stays_as_it_is(
    door: Door, actors: dict[Role, Actor], store: Store
) -> None:
    theirs, gone, used = door.greet(), door.greet(), door.greet()
    door.take(theirs, actors[Role.LEADER])
    door.service.went(door.guide, new_request(), gone.id, gone.version)
    visits, actor = door.desk.services.visits, door.desk.actor
    first = visits.open(actor, new_request(), None, greeting_id=used.id).value.id
    for view in (theirs, gone, used):
        visit = visits.open(actor, new_request(), None, greeting_id=view.id).value.id
        assert [step for step, _at, by in steps(store, visit) if by == actor.account_id] == [
            Step.ARRIVE,
            Step.GREET,
        ]
    assert door.view(used.id).visit_id == first
    assert door.view(theirs.id).visit_id is door.view(gone.id).visit_id is None


def test_a_visit_under_way_is_joined_and_keeps_its_beginning(
    door: Door, clock: WallClock, store: Store
) -> None:
    clock.set("09:00")
    visitor = door.desk.register("张三").id
    visits, actor = door.desk.services.visits, door.desk.actor
    visit = visits.open_or_join(actor, new_request(), visitor).value.id
    before = steps(store, visit)
    clock.set("10:00")
    view = door.greet()
    assert visits.open_or_join(actor, new_request(), visitor, view.id).value.id == visit
    assert steps(store, visit) == before
    assert door.view(view.id).visit_id == visit


def test_the_wrong_persons_visit_gives_the_greeting_back(door: Door, clock: WallClock, store: Store) -> None:
    came = clock.set("09:00")
    view = door.greet()
    clock.forward(minutes=5)
    door.take(view)
    at_desk = clock()
    visits, actor = door.desk.services.visits, door.desk.actor
    visit = visits.open_or_join(actor, new_request(), door.desk.register("张三").id, view.id).value.id
    clock.forward(minutes=1)
    door.service.unlink(actor, new_request(), view.id)
    assert visits.visit(actor, visit).opened_at == at_desk
    arrived = next(one for one in visits.visit(actor, visit).steps if one.step is Step.ARRIVE)
    assert (arrived.at, arrived.by) == (at_desk, actor.name)
    again = door.view(view.id)
    assert (again.state, again.visit_id, again.at) == (Coming.TAKEN, None, came)
    with pytest.raises(RuleError, match="No visit"):
        door.service.unlink(actor, new_request(), view.id)
    other = visits.open_or_join(actor, new_request(), door.desk.register("李四").id, view.id).value.id
    assert steps(store, other)[0][1] == came


def test_a_clock_set_back_lets_no_visit_begin_in_the_future(door: Door, clock: WallClock) -> None:
    clock.set("10:00")
    view = door.greet()
    now = clock.set("09:00")
    visits, actor = door.desk.services.visits, door.desk.actor
    visit = visits.open(actor, new_request(), None, greeting_id=view.id).value.id
    assert visits.visit(actor, visit).opened_at == now
