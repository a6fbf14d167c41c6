"""Bringing visitors to the doctor: one way at a time, handed over in person, back at the post, undone by correction."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from deskapp.domain.access import Actor, Role
from deskapp.domain.escorts import EscortAct, EscortView
from deskapp.domain.registration import EndReason, Step
from deskapp.errors import ConflictError, InputError, PermissionDenied, RuleError
from deskapp.services.base import new_request
from tests.services.conftest import Desk, WallClock


class Ways:
    """An operator who goes along with visitors."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.service, self.actor = desk, desk.services.escorts, desk.actor

    def visit(self, name: str = "王建国") -> int:
        visit = self.desk.triaged(name, doctor_id=self.desk.house.li)
        self.desk.number(visit)
        return visit

    def leave(self, visit: int, actor: Actor | None = None) -> int:
        return self.service.leave(actor or self.actor, new_request(), visit).value

    def away(self) -> EscortView:
        (view,) = self.service.away(self.actor)
        return view

    def hand_over(self, to: str = "李静") -> None:
        view = self.away()
        self.service.hand_over(self.actor, new_request(), view.id, view.version, to)

    def returned(self, to: str = "") -> None:
        view = self.away()
        self.service.returned(self.actor, new_request(), view.id, view.version, to)

    def done(self, visit: int) -> set[Step]:
        view = self.desk.services.visits.visit(self.actor, visit)
        return {step.step for step in view.steps if step.done} & {Step.ESCORT, Step.RETURN}

    def checked_in(self, visit: int) -> object:
        return self.desk.services.visits.visit(self.actor, visit).checked_in


@pytest.fixture
def ways(desk: Desk) -> Ways:
    return Ways(desk)


def test_everybody_sees_who_is_away_where_and_for_how_long(
    ways: Ways, clock: WallClock, actors: dict[Role, Actor]
) -> None:
    clock.set("09:00")
    visit = ways.visit()
    ways.leave(visit)
    clock.forward(minutes=4, seconds=30)
    (seen,) = ways.service.away(actors[Role.GUIDE])
    assert (seen.who, seen.visitor, seen.doctor, seen.room, seen.away) == (
        ways.actor.name,
        "王建国",
        "李静",
        "B301",
        4,
    )
    assert seen.label.startswith("L")
    assert ways.done(visit) == set()


def test_handing_over_does_the_step_and_the_way_back_the_last_one(ways: Ways, clock: WallClock) -> None:
    clock.set("09:00")
    visit = ways.visit()
    ways.leave(visit)
    handed = clock.forward(minutes=3)
    ways.hand_over("李静的助手")
    assert ways.done(visit) == {Step.ESCORT}
    assert ways.checked_in(visit) == handed
    assert ways.away().handed_to == "李静的助手"
    clock.forward(minutes=2)
    ways.returned()
    assert ways.done(visit) == {Step.ESCORT, Step.RETURN}
    assert ways.service.away(ways.actor) == []
    (way,) = ways.service.of_visit(ways.actor, visit)
    assert (way.away, way.handed_at, way.returned_at) == (5, handed, clock())


def test_back_with_one_key_records_both(ways: Ways) -> None:
    visit = ways.visit()
    ways.leave(visit)
    ways.returned("李静")
    assert ways.done(visit) == {Step.ESCORT, Step.RETURN}


def test_back_without_having_handed_anybody_over_leaves_the_visit_where_it_was(ways: Ways) -> None:
    visit = ways.visit()
    ways.leave(visit)
    ways.returned()
    assert ways.done(visit) == set()
    assert ways.service.away(ways.actor) == []
    ways.leave(visit)


def test_nobody_brings_two_visitors_at_once(ways: Ways) -> None:
    ways.leave(ways.visit("王建国"))
    with pytest.raises(RuleError, match="王建国") as refused:
        ways.leave(ways.visit("李四"))
    assert refused.value.code == "escort.away"


def test_of_two_orders_at_one_moment_one_goes(ways: Ways) -> None:
    visits = [ways.visit("王建国"), ways.visit("李四")]

    def go(visit: int) -> bool:
        try:
            ways.leave(visit)
        except RuleError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, visits)) == [False, True]


def test_two_operators_do_not_bring_one_visitor(ways: Ways, actors: dict[Role, Actor]) -> None:
    visit = ways.visit()
    ways.leave(visit)
    with pytest.raises(RuleError, match=ways.actor.name):
        ways.leave(visit, actors[Role.LEADER])


def test_who_is_with_the_doctor_or_ended_is_not_brought_again(ways: Ways) -> None:
    visit, ended = ways.visit(), ways.visit("李四")
    ways.leave(visit)
    ways.returned("李静")
    with pytest.raises(RuleError, match="brought to the doctor"):
        ways.leave(visit)
    ways.desk.services.visits.end(ways.actor, new_request(), ended, EndReason.LEFT_UNSEEN)
    with pytest.raises(RuleError, match="has ended"):
        ways.leave(ended)


def test_a_visit_that_ended_on_the_way_lets_its_operator_come_back(ways: Ways) -> None:
    visit = ways.visit()
    ways.leave(visit)
    ways.desk.services.visits.to_emergency(ways.actor, new_request(), visit, None)
    with pytest.raises(RuleError, match="has ended"):
        ways.hand_over()
    ways.returned()
    assert ways.service.away(ways.actor) == []


def test_whoever_took_over_is_named(ways: Ways) -> None:
    ways.leave(ways.visit())
    with pytest.raises(InputError) as refused:
        ways.hand_over("  ")
    assert refused.value.field == "handed_to"


def test_each_act_is_undone_by_a_correcting_entry(ways: Ways) -> None:
    visit = ways.visit()
    way = ways.leave(visit)
    ways.hand_over()
    ways.returned()
    undo = ways.service.undo
    undo(ways.actor, new_request(), way, EscortAct.RETURNED)
    assert ways.done(visit) == {Step.ESCORT}
    undo(ways.actor, new_request(), way, EscortAct.HANDED)
    assert ways.done(visit) == set()
    assert ways.checked_in(visit) is None
    undo(ways.actor, new_request(), way, EscortAct.LEFT)
    assert ways.service.away(ways.actor) == []
    steps = ways.desk.services.visits.visit(ways.actor, visit).steps
    assert {step.step: step.corrections for step in steps if step.corrections} == {
        Step.ESCORT: 1,
        Step.RETURN: 1,
    }
    with pytest.raises(RuleError, match="Something else"):
        undo(ways.actor, new_request(), way, EscortAct.HANDED)


def test_a_hand_over_that_was_taken_back_elsewhere_ends_no_visit_and_can_be_done_again(ways: Ways) -> None:
    visit, other = ways.visit("王建国"), ways.visit("李四")
    services = ways.desk.services
    for taken_back in (visit, other):
        ways.leave(taken_back)
        ways.hand_over()
        services.visits.undo_step(ways.actor, new_request(), taken_back, Step.ESCORT)
        if taken_back == other:
            ways.hand_over("王伟")
            assert (ways.done(other), ways.away().handed_to) == ({Step.ESCORT}, "王伟")
        ways.returned()
    assert (ways.done(visit), ways.done(other)) == (set(), {Step.ESCORT, Step.RETURN})
    view = services.visits.visit(ways.actor, visit)
    assert view.visitor is not None
    joined = services.visits.open_or_join(ways.actor, new_request(), view.visitor.id).value
    assert joined.id == visit


def test_a_return_is_not_undone_while_another_visitor_is_brought(ways: Ways) -> None:
    way = ways.leave(ways.visit("王建国"))
    ways.returned("李静")
    ways.leave(ways.visit("李四"))
    with pytest.raises(RuleError, match="李四"):
        ways.service.undo(ways.actor, new_request(), way, EscortAct.RETURNED)


def test_a_forgotten_return_stops_nobody_the_next_day(ways: Ways, clock: WallClock) -> None:
    clock.set("16:00")
    first = ways.visit("王建国")
    ways.leave(first)
    clock.forward(hours=16)
    assert ways.service.away(ways.actor) == []
    ways.leave(ways.visit("李四"))
    (way,) = ways.service.of_visit(ways.actor, first)
    assert way.returned_at == clock()
    assert ways.done(first) == set()


def test_an_older_view_hands_nobody_over_twice(ways: Ways) -> None:
    ways.leave(ways.visit())
    before = ways.away()
    ways.hand_over()
    with pytest.raises(ConflictError):
        ways.service.hand_over(ways.actor, new_request(), before.id, before.version, "王伟")
    with pytest.raises(RuleError, match="already"):
        ways.hand_over()


def test_a_guide_sees_who_is_away_and_brings_nobody(ways: Ways, actors: dict[Role, Actor]) -> None:
    with pytest.raises(PermissionDenied):
        ways.leave(ways.visit(), actors[Role.GUIDE])
