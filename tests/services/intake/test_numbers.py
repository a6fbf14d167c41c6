"""Queue numbers: one per queue and day, none vanishes, none twice, whoever issues and whatever goes wrong."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from deskapp.db.engine import Store
from deskapp.db.models.intake import PaperBlock, QueueCounter, QueueNumber, SlipEvent, VisitStep
from deskapp.domain.access import Actor
from deskapp.domain.intake import NumberView, PaperBlockView, TriageDecision
from deskapp.domain.registration import EndReason, SlipState, Step
from deskapp.errors import InputError, RuleError
from deskapp.services.base import new_request
from deskapp.services.intake.numbers import NumberService
from tests.services.conftest import Desk, House, WallClock


def issue(desk: Desk, visit: int, request: str | None = None) -> NumberView:
    return desk.services.numbers.issue(desk.actor, request or new_request(), visit).value


def void(desk: Desk, number: int, reason: str = "打错了") -> None:
    desk.services.numbers.void(desk.actor, new_request(), number, reason)


def reserve(desk: Desk, head: Actor, size: int = 3, doctor: int | None = None) -> PaperBlockView:
    reserved = desk.services.numbers.reserve_block(head, new_request(), desk.house.surgery, doctor, size)
    return reserved.value


def enter(desk: Desk, visit: int, block: int, number: int, given_at: dt.datetime) -> NumberView:
    return desk.services.numbers.enter_paper(desk.actor, new_request(), visit, block, number, given_at).value


# --- Issuing --------------------------------------------------------------------------------------------------


def test_numbers_of_a_queue_follow_one_another(desk: Desk) -> None:
    labels = [desk.number(desk.triaged(f"王{n}")) for n in range(3)]
    assert labels == ["B001", "B002", "B003"]


def test_each_queue_counts_for_itself(desk: Desk) -> None:
    house = desk.house
    places = [
        (house.surgery, None, "B001"),
        (house.surgery, house.li, "L001"),
        (house.surgery, house.wang, "W001"),
        (house.surgery, house.li, "L002"),
        (house.eyes, None, "E001"),
        (house.eyes, house.pool, "E002"),
        (house.surgery, None, "B002"),
    ]
    given = [
        desk.number(desk.triaged(f"王{n}", department_id=department, doctor_id=doctor))
        for n, (department, doctor, _label) in enumerate(places)
    ]
    assert given == [label for _department, _doctor, label in places]


@pytest.mark.usefixtures("zone")
def test_a_new_day_begins_at_one_and_the_old_day_keeps_its_numbers(desk: Desk, clock: WallClock) -> None:
    clock.set("23:58")
    late = desk.triaged("晚")
    first = issue(desk, desk.triaged("早"))
    clock.forward(minutes=3)
    second = issue(desk, late)
    assert [(first.label, first.day), (second.label, second.day)] == [
        ("B001", dt.date(2026, 11, 16)),
        ("B001", dt.date(2026, 11, 17)),
    ]


def test_a_number_is_shown_with_what_happened_to_its_slip(desk: Desk, clock: WallClock) -> None:
    number = issue(desk, desk.triaged())
    assert (number.state, number.issued_at, number.on_paper, number.waiting_before) == (
        SlipState.ISSUED,
        clock(),
        False,
        0,
    )
    assert [(event.state, event.by) for event in number.events] == [(SlipState.ISSUED, desk.actor.name)]


def test_a_visit_with_a_number_gets_the_same_again(desk: Desk) -> None:
    visit = desk.triaged()
    assert issue(desk, visit) == issue(desk, visit)
    assert desk.number(desk.triaged("李")) == "B002"


def test_a_reply_that_was_lost_gives_the_same_number(desk: Desk) -> None:
    visit, request = desk.triaged(), new_request()
    assert issue(desk, visit, request) == issue(desk, visit, request)
    assert desk.number(desk.triaged("李")) == "B002"


def test_deciding_and_issuing_is_one_write(desk: Desk, store: Store) -> None:
    visit = desk.arrive()
    made = TriageDecision("腿疼", desk.house.surgery, desk.house.li)
    request = new_request()
    numbers = [
        desk.services.numbers.decide_and_issue(desk.actor, request, visit, made).value for _ in range(2)
    ]
    assert numbers[0] == numbers[1]
    assert numbers[0].label == "L001"
    with store.reading() as session:
        steps = session.scalars(select(VisitStep.step).where(VisitStep.visit_id == visit)).all()
    assert steps.count(Step.TRIAGE) == steps.count(Step.NUMBER) == 1


def test_a_decision_that_is_refused_gives_no_number(desk: Desk, store: Store) -> None:
    visit = desk.arrive()
    made = TriageDecision("腿疼", desk.house.surgery, overrides=True)
    with pytest.raises(InputError):
        desk.services.numbers.decide_and_issue(desk.actor, new_request(), visit, made)
    with store.reading() as session:
        assert session.scalars(select(func.count()).select_from(QueueCounter)).one() == 0


def test_without_a_department_there_is_no_queue(desk: Desk) -> None:
    visit = desk.arrive()
    with pytest.raises(RuleError) as caught:
        issue(desk, visit)
    assert caught.value.code == "number.no-department"


def test_who_waits_before_is_counted(desk: Desk) -> None:
    waiting = []
    for n in range(4):
        visit = desk.triaged(f"王{n}")
        waiting.append(issue(desk, visit).waiting_before)
        if n == 1:
            desk.services.visits.end(desk.actor, new_request(), visit, EndReason.LEFT_UNSEEN)
    assert waiting == [0, 1, 1, 2]


# --- Voids ----------------------------------------------------------------------------------------------------


def test_a_void_number_stays_and_is_never_given_again(desk: Desk, store: Store) -> None:
    visit = desk.triaged()
    first = issue(desk, visit)
    void(desk, first.id)
    assert Step.NUMBER not in [s.step for s in desk.services.visits.visit(desk.actor, visit).steps if s.done]
    second = issue(desk, visit)
    assert (first.label, second.label) == ("B001", "B002")
    assert desk.number(desk.triaged("李")) == "B003"
    with store.reading() as session:
        asked = select(QueueNumber.label, QueueNumber.state).order_by(QueueNumber.number)
        assert session.execute(asked).all() == [
            ("B001", SlipState.VOID),
            ("B002", SlipState.ISSUED),
            ("B003", SlipState.ISSUED),
        ]


def test_a_void_needs_a_reason_and_happens_once(desk: Desk) -> None:
    number = issue(desk, desk.triaged())
    with pytest.raises(InputError) as empty:
        void(desk, number.id, " ")
    assert empty.value.field == "reason"
    void(desk, number.id)
    with pytest.raises(RuleError) as twice:
        void(desk, number.id)
    assert twice.value.code == "number.void-already"


def test_a_number_of_an_ended_visit_can_still_be_voided(desk: Desk) -> None:
    visit = desk.triaged()
    number = issue(desk, visit)
    desk.services.visits.end(desk.actor, new_request(), visit, EndReason.LEFT_UNSEEN)
    void(desk, number.id)
    seen = desk.services.visits.visit(desk.actor, visit).number
    assert seen is not None
    assert [event.state for event in seen.events] == [SlipState.ISSUED, SlipState.VOID]


def test_a_slip_is_sent_and_reprinted_and_one_of_a_void_number_is_to_be_taken_back(desk: Desk) -> None:
    visit = desk.triaged()
    number = issue(desk, visit)
    sent = desk.services.numbers.slip_sent
    assert sent(desk.actor, new_request(), number.id, "slip").value
    sent(desk.actor, new_request(), number.id, "slip", again=True)
    seen = desk.services.visits.visit(desk.actor, visit).number
    assert seen is not None
    assert [(event.state, event.reason) for event in seen.events] == [
        (SlipState.ISSUED, ""),
        (SlipState.SENT, "slip"),
        (SlipState.REPRINTED, "slip"),
    ]
    void(desk, number.id)
    assert not sent(desk.actor, new_request(), number.id, "slip", again=True).value
    seen = desk.services.visits.visit(desk.actor, visit).number
    assert seen is not None
    assert (seen.state, seen.events[-1].state) == (SlipState.VOID, SlipState.REPRINTED)


# --- Paper ----------------------------------------------------------------------------------------------------


def test_a_block_is_set_aside_and_the_queue_goes_on_behind_it(desk: Desk, head: Actor) -> None:
    desk.number(desk.triaged())
    block = reserve(desk, head, 3)
    assert (block.first, block.last, block.labels, block.left) == (2, 4, ("B002", "B003", "B004"), (2, 3, 4))
    assert desk.number(desk.triaged("李")) == "B005"


def test_a_block_of_a_doctors_own_queue(desk: Desk, head: Actor) -> None:
    assert reserve(desk, head, 2, desk.house.li).labels == ("L001", "L002")


def test_a_paper_number_is_entered_with_the_time_it_was_given(
    desk: Desk, head: Actor, clock: WallClock
) -> None:
    given = clock.forward(minutes=1)
    block = reserve(desk, head)
    clock.forward(hours=2)
    visit = desk.triaged()
    number = enter(desk, visit, block.id, 2, given)
    assert (number.label, number.on_paper, number.issued_at) == ("B002", True, given)
    assert number.events[0].at == given
    assert Step.NUMBER in [s.step for s in desk.services.visits.visit(desk.actor, visit).steps if s.done]
    [shown] = desk.services.numbers.blocks(desk.actor)
    assert shown.left == (1, 3)


def test_a_paper_number_of_yesterday_stays_yesterdays(desk: Desk, head: Actor, clock: WallClock) -> None:
    clock.set("22:00")
    block, given = reserve(desk, head), clock()
    clock.set("08:00", dt.date(2026, 11, 17))
    desk.number(desk.triaged("李"))
    number = enter(desk, desk.triaged(), block.id, 1, given)
    assert (number.day, number.waiting_before) == (dt.date(2026, 11, 16), 0)
    assert [shown.left for shown in desk.services.numbers.blocks(desk.actor)] == [(2, 3)]
    for paper in (2, 3):
        enter(desk, desk.triaged(), block.id, paper, given)
    assert desk.services.numbers.blocks(desk.actor) == []


def test_a_block_that_nobody_finished_is_not_offered_for_ever(
    desk: Desk, head: Actor, clock: WallClock
) -> None:
    reserve(desk, head)
    clock.forward(days=8)
    assert desk.services.numbers.blocks(desk.actor) == []


def test_a_paper_number_that_can_not_be_is_refused(desk: Desk, head: Actor, clock: WallClock) -> None:
    block, now = reserve(desk, head), clock()
    one, other = desk.triaged("甲"), desk.triaged("乙")
    enter(desk, one, block.id, 1, now)
    for visit, number, given, code in (
        (other, 1, now, "block.entered"),
        (other, 0, now, "block.outside"),
        (other, 4, now, "block.outside"),
        (other, 2, now + dt.timedelta(minutes=1), "paper.future"),
        (one, 2, now, "number.has-one"),
    ):
        with pytest.raises((InputError, RuleError)) as caught:
            enter(desk, visit, block.id, number, given)
        assert caught.value.code == code
    assert desk.services.numbers.blocks(desk.actor)[0].left == (2, 3)


def test_a_paper_number_is_not_older_than_its_block(desk: Desk, head: Actor, clock: WallClock) -> None:
    clock.forward(seconds=37)
    block, visit = reserve(desk, head), desk.triaged("甲")
    assert block.reserved_at == clock()
    minute = clock().replace(second=0, microsecond=0)
    with pytest.raises(InputError) as caught:
        enter(desk, visit, block.id, 1, minute - dt.timedelta(minutes=1))
    assert (caught.value.field, caught.value.code) == ("given_at", "paper.early")
    assert enter(desk, visit, block.id, 1, minute).issued_at == minute


def test_a_void_paper_number_is_not_entered_again(desk: Desk, head: Actor, clock: WallClock) -> None:
    block = reserve(desk, head)
    visit = desk.triaged()
    void(desk, enter(desk, visit, block.id, 1, clock()).id)
    with pytest.raises(InputError) as caught:
        enter(desk, visit, block.id, 1, clock())
    assert caught.value.code == "block.entered"
    assert enter(desk, visit, block.id, 2, clock()).label == "B002"


@pytest.mark.parametrize("size", [0, -1, 201])
def test_a_block_that_can_not_be_is_refused(desk: Desk, head: Actor, size: int) -> None:
    with pytest.raises(InputError) as caught:
        reserve(desk, head, size)
    assert caught.value.field == "size"


# --- Two at the same moment -----------------------------------------------------------------------------------

EACH = 12
NOON = dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC)


def noon() -> dt.datetime:
    """Both programs see the same day, whenever the test runs."""
    return NOON


def issue_together(
    url: str, key: bytes | None, actor: Actor, visits: list[int], meet: Barrier, said: Connection
) -> None:
    """Issue numbers as fast as another program does at the same time, in a process of its own."""
    store = Store.open(url, key)
    numbers = NumberService(store, noon)
    meet.wait(60)
    said.send([numbers.issue(actor, new_request(), visit).value.number for visit in visits])
    store.close()


@pytest.mark.parametrize("first_of_the_day", [True, False])
def test_two_programs_issuing_at_the_same_moment(
    desk: Desk,
    store: Store,
    database_url: str,
    database_key: bytes | None,
    first_of_the_day: bool,
    chain_is_whole: Callable[[], None],
) -> None:
    """They get every number once: no duplicate, no gap; also when neither finds a counter yet."""
    begun = 0 if first_of_the_day else 1
    if begun:
        NumberService(store, noon).issue(desk.actor, new_request(), desk.triaged("先来"))
    visits = [desk.triaged(f"王{n}") for n in range(2 * EACH)]
    context = multiprocessing.get_context("spawn")
    meet, (hear, said) = context.Barrier(2), context.Pipe(duplex=False)
    programs = [
        context.Process(
            target=issue_together,
            args=(
                database_url,
                database_key,
                Actor(desk.actor.account_id, "x", desk.actor.roles, f"desk-{part}"),
                visits[part::2],
                meet,
                said,
            ),
        )
        for part in range(2)
    ]
    for program in programs:
        program.start()
    said.close()  # so that hearing ends when the programs do, however they do
    given = [number for _ in programs if hear.poll(60) for number in hear.recv()]
    for program in programs:
        program.join(60)
    assert sorted(given) == list(range(begun + 1, begun + 2 * EACH + 1))
    assert_numbers_whole(store)


def test_two_threads_on_one_visit_give_it_one_number(desk: Desk, store: Store) -> None:
    visit = desk.triaged()
    meet, given = threading.Barrier(4), []

    def click() -> None:
        meet.wait(30)
        given.append(issue(desk, visit).label)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert given == ["B001"] * 4
    assert_numbers_whole(store)


def test_two_desks_that_enter_one_paper_number(
    desk: Desk, head: Actor, store: Store, clock: WallClock
) -> None:
    block, visits = reserve(desk, head), [desk.triaged("甲"), desk.triaged("乙")]
    meet, outcomes = threading.Barrier(2), []

    def type_in(visit: int) -> None:
        meet.wait(30)
        try:
            outcomes.append(enter(desk, visit, block.id, 1, clock()).label)
        except InputError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=type_in, args=(visit,)) for visit in visits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["B001", "block.entered"]


def assert_numbers_whole(store: Store) -> None:
    """Every number up to each counter is given or reserved, once; every slip has its events."""
    with store.reading() as session:
        counters = session.execute(select(QueueCounter.queue, QueueCounter.day, QueueCounter.last)).all()
        rows = session.execute(select(QueueNumber.queue, QueueNumber.day, QueueNumber.number)).all()
        blocks = session.execute(
            select(PaperBlock.queue, PaperBlock.day, PaperBlock.first, PaperBlock.last)
        ).all()
        silent = session.scalars(
            select(QueueNumber.id).where(
                QueueNumber.id.not_in(
                    select(SlipEvent.queue_number_id).where(SlipEvent.state == SlipState.ISSUED)
                )
            )
        ).all()
    assert len(rows) == len(set(rows))
    assert silent == []
    for queue, day, last in counters:
        given = {number for q, d, number in rows if (q, d) == (queue, day)}
        reserved = {n for q, d, low, high in blocks if (q, d) == (queue, day) for n in range(low, high + 1)}
        assert given | reserved == set(range(1, last + 1))
    assert {row[:2] for row in rows} <= {counter[:2] for counter in counters}


# --- Whatever the desk does -------------------------------------------------------------------------------------


class NumbersMachine(RuleBasedStateMachine):
    """A morning at the desk: numbers issued, voided, reserved, entered, days passing, replies lost."""

    desk: Desk
    head: Actor
    store: Store
    clock: WallClock

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[int] = []
        self.numbered: dict[int, NumberView] = {}
        self.blocks: list[PaperBlockView] = []
        self.given: set[tuple[str, dt.date, int]] = set()

    @rule(place=st.sampled_from(["department", "doctor"]))
    def arrive(self, place: str) -> None:
        doctor = self.desk.house.li if place == "doctor" else None
        self.waiting.append(self.desk.triaged("王", doctor_id=doctor))

    @precondition(lambda self: self.waiting)
    @rule(again=st.booleans())
    def give(self, again: bool) -> None:
        visit, request = self.waiting.pop(), new_request()
        number = issue(self.desk, visit, request)
        if again:
            assert issue(self.desk, visit, request) == number
        self._note(visit, number)

    @precondition(lambda self: self.numbered)
    @rule()
    def take_back(self) -> None:
        visit, number = self.numbered.popitem()
        void(self.desk, number.id)
        self.waiting.append(visit)

    @rule(size=st.integers(1, 3))
    def reserve(self, size: int) -> None:
        self.blocks.append(reserve(self.desk, self.head, size))

    @precondition(lambda self: self.waiting and self.blocks)
    @rule(place=st.integers(0, 2))
    def enter(self, place: int) -> None:
        block = self.blocks[-1]
        number = min(block.first + place, block.last)
        if (block.queue, block.day, number) in self.given:
            with pytest.raises(InputError, match=r"block\.entered"):
                enter(self.desk, self.waiting[-1], block.id, number, self.clock())
        else:
            self._note(self.waiting[-1], enter(self.desk, self.waiting.pop(), block.id, number, self.clock()))

    @rule()
    def sleep(self) -> None:
        self.clock.forward(hours=24)

    def _note(self, visit: int, number: NumberView) -> None:
        key = (number.queue, number.day, number.number)
        assert key not in self.given, "a number was given twice"
        self.given.add(key)
        self.numbered[visit] = number

    @invariant()
    def whole(self) -> None:
        assert_numbers_whole(self.store)


def test_no_morning_loses_or_doubles_a_number(
    desk: Desk, head: Actor, store: Store, clock: WallClock, house: House
) -> None:
    class Morning(NumbersMachine):
        pass

    Morning.desk, Morning.head, Morning.store, Morning.clock = desk, head, store, clock
    # Mornings share the database: nothing is undone between them, which is one more thing to survive.
    run_state_machine_as_test(
        Morning,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
