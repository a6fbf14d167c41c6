"""Visits: opened, triaged, priced, stepped through, ended; a history that is only added to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from deskapp.db.engine import Store
from deskapp.db.models.access import AuditEntry
from deskapp.db.models.intake import Appointment, Charge, VisitStep
from deskapp.domain.access import Actor, Role
from deskapp.domain.intake import TriageDecision
from deskapp.domain.registration import (
    AppointmentState,
    EndReason,
    MediaSource,
    Payment,
    Step,
    VisitKind,
)
from deskapp.domain.urgency import Consciousness, Vitals
from deskapp.errors import ConflictError, InputError, PermissionDenied, RuleError
from deskapp.services.base import new_request
from deskapp.services.intake.triage import TriageQuestion
from tests.services.conftest import Desk, WallClock, audit_bodies

WELL = Vitals(
    respiration=16,
    spo2=98,
    on_oxygen=False,
    systolic=120,
    pulse=70,
    consciousness=Consciousness.ALERT,
    temperature=36.8,
)
ILL = Vitals(
    respiration=25,
    spo2=91,
    on_oxygen=True,
    systolic=90,
    pulse=131,
    consciousness=Consciousness.VOICE,
    temperature=39.1,
)


def done(desk: Desk, visit: int) -> list[Step]:
    return [step.step for step in desk.services.visits.visit(desk.actor, visit).steps if step.done]


def actions(store: Store, visit: int) -> list[str]:
    """Return what the trail has of a visit, in order."""
    asked = select(AuditEntry.action).where(AuditEntry.topic == "visit", AuditEntry.record_id == visit)
    with store.reading() as session:
        return list(session.scalars(asked.order_by(AuditEntry.sequence)))


def do(desk: Desk, name: str, *args: object, actor: Actor | None = None, **options: object) -> object:
    """Carry out a use case of the visits under a new request."""
    method = getattr(desk.services.visits, name)
    return method(actor or desk.actor, new_request(), *args, **options).value


# --- Open, attach ---------------------------------------------------------------------------------------------


def test_a_known_visitors_visit_begins_at_triage(desk: Desk, clock: WallClock) -> None:
    visitor = desk.register("王建国")
    ref = desk.open(visitor.id)
    visit = desk.services.visits.visit(desk.actor, ref.id)
    assert visit.code == ref.code
    assert visit.visitor is not None
    assert visit.visitor.name == "王建国"
    assert done(desk, ref.id) == [Step.ARRIVE, Step.GREET, Step.REGISTER]
    assert visit.next_step is Step.TRIAGE
    assert (visit.day, visit.opened_at, visit.kind) == (clock.moment.date(), clock(), VisitKind.GENERAL)
    assert visit.steps[0].by == desk.actor.name


def test_first_and_later_visits_are_told_apart(desk: Desk, clock: WallClock) -> None:
    visitor = desk.register("王建国")
    visits = []
    for _ in range(2):
        clock.forward(hours=1)
        visits.append(desk.services.visits.visit(desk.actor, desk.open(visitor.id).id))
    assert [visit.first_visit for visit in visits] == [True, False]
    seen = desk.services.visitors.visitor(desk.actor, visitor.id)
    assert (seen.visits, seen.last_visit) == (2, clock())


def test_somebody_in_danger_has_a_visit_before_a_record(desk: Desk) -> None:
    ref = desk.open()
    assert done(desk, ref.id) == [Step.ARRIVE, Step.GREET]
    do(desk, "to_emergency", ref.id, "胸口剧痛")
    visit = desk.services.visits.visit(desk.actor, ref.id)
    assert (visit.ended, visit.urgency, visit.complaint) == (EndReason.EMERGENCY, 1, "胸口剧痛")
    visitor = desk.register("王建国")
    do(desk, "attach", ref.id, visitor.id)
    visit = desk.services.visits.visit(desk.actor, ref.id)
    assert visit.visitor is not None
    assert visit.visitor.id == visitor.id
    assert Step.REGISTER in done(desk, ref.id)
    assert desk.services.visitors.visitor(desk.actor, visitor.id).visits == 1


def test_a_visit_does_not_change_hands(desk: Desk) -> None:
    ref = desk.open(desk.register("王建国").id)
    with pytest.raises(RuleError) as caught:
        do(desk, "attach", ref.id, desk.register("李娜").id)
    assert caught.value.code == "visit.attached"


def test_a_visit_is_found_by_its_code_however_it_is_typed(desk: Desk) -> None:
    ref = desk.open()
    by_code = desk.services.visits.by_code
    assert [by_code(desk.actor, code) for code in (ref.code, ref.code.lower(), f" {ref.code} ")] == [
        ref.id
    ] * 3
    assert [by_code(desk.actor, code) for code in ("", "V0000000000", "\0", "\ud800")] == [None] * 4


def test_a_visit_opened_twice_by_one_request_is_one_visit(desk: Desk) -> None:
    visitor, request = desk.register("王建国"), new_request()
    refs = [desk.services.visits.open(desk.actor, request, visitor.id).value for _ in range(2)]
    assert refs[0] == refs[1]
    assert desk.services.visitors.visitor(desk.actor, visitor.id).visits == 1
    assert len(desk.services.visits.day_list(desk.actor)) == 1


def test_whoever_is_under_way_today_gets_that_visit_and_no_second_one(desk: Desk) -> None:
    visitor = desk.register("王建国")
    join = desk.services.visits.open_or_join
    first = join(desk.actor, new_request(), visitor.id).value
    assert join(desk.actor, new_request(), visitor.id).value.id == first.id
    assert len(desk.services.visits.day_list(desk.actor)) == 1
    do(desk, "end", first.id, EndReason.LEFT_UNSEEN)
    assert join(desk.actor, new_request(), visitor.id).value.id != first.id


def test_a_visit_that_came_to_its_end_is_joined_no_more(desk: Desk) -> None:
    visitor = desk.register("王建国")
    join = desk.services.visits.open_or_join
    first = join(desk.actor, new_request(), visitor.id).value
    do(desk, "do_step", first.id, Step.RETURN)
    second = join(desk.actor, new_request(), visitor.id).value
    assert second.id != first.id
    do(desk, "undo_step", second.id, Step.REGISTER)
    assert join(desk.actor, new_request(), visitor.id).value.id == second.id


def test_two_desks_that_open_the_same_person_at_once_get_one_visit(desk: Desk) -> None:
    visitor, visits = desk.register("王建国"), desk.services.visits
    requests = [new_request() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        opened = pool.map(lambda request: visits.open_or_join(desk.actor, request, visitor.id), requests)
        assert len({done.value.id for done in opened}) == 1


def test_the_wrong_person_is_taken_off_a_nameless_visit(desk: Desk) -> None:
    visitor, visit = desk.register("王建国"), desk.open().id
    do(desk, "attach", visit, visitor.id)
    do(desk, "detach", visit)
    seen = desk.services.visits.visit(desk.actor, visit)
    assert seen.visitor is None
    assert Step.REGISTER not in {view.step for view in seen.steps if view.done}
    shown = desk.services.visitors.visitor(desk.actor, visitor.id)
    assert shown.visits == 0
    assert desk.services.visitors.find(desk.actor, "王建国")[0].last_visit is None
    with pytest.raises(RuleError) as caught:
        do(desk, "detach", visit)
    assert caught.value.code == "visit.nameless"


def test_a_return_taken_back_leaves_the_visit_under_way(desk: Desk) -> None:
    visitor = desk.register("王建国")
    ref = desk.open(visitor.id)
    do(desk, "do_step", ref.id, Step.RETURN)
    do(desk, "undo_step", ref.id, Step.RETURN)
    assert desk.services.visits.open_or_join(desk.actor, new_request(), visitor.id).value.id == ref.id


# --- Triage ---------------------------------------------------------------------------------------------------


def test_a_decision_is_kept_whole(desk: Desk) -> None:
    visit = desk.arrive()
    made = TriageDecision("右膝\u200d疼 <b>", desk.house.surgery, desk.house.li, 3, named=True)
    do(desk, "triage", visit, made)
    seen = desk.services.visits.visit(desk.actor, visit)
    assert (seen.complaint, seen.department_id, seen.doctor_id, seen.urgency) == (
        made.complaint,
        desk.house.surgery,
        desk.house.li,
        3,
    )
    assert (seen.doctor, seen.room) == ("李静", "B301")
    assert seen.next_step is Step.NUMBER


@pytest.mark.parametrize("reason", ["", "  ", "\u3000"])
def test_going_against_the_proposal_needs_a_reason(desk: Desk, reason: str) -> None:
    visit = desk.arrive()
    with pytest.raises(InputError) as caught:
        desk.triage(visit, overrides=True, reason=reason)
    assert caught.value.field == "override_reason"
    assert desk.services.visits.visit(desk.actor, visit).department_id is None
    desk.triage(visit, overrides=True, reason="老病人要求")
    assert desk.services.visits.visit(desk.actor, visit).override_reason == "老病人要求"


@pytest.mark.parametrize(
    ("complaint", "code"), [("x" * 10_001, "text.long"), ("a\0", "text.nul"), ("\udc00", "text.broken")]
)
def test_a_complaint_that_can_not_be_kept_is_refused_at_its_field(
    desk: Desk, complaint: str, code: str
) -> None:
    visit = desk.arrive()
    for attempt in (
        lambda: desk.triage(visit, complaint=complaint),
        lambda: do(desk, "note_complaint", visit, complaint),
    ):
        with pytest.raises(InputError) as caught:
            attempt()
        assert (caught.value.field, caught.value.code) == ("complaint", code)


def test_a_complaint_is_kept_while_it_is_typed(desk: Desk) -> None:
    visit = desk.arrive()
    do(desk, "note_complaint", visit, "头疼", True)
    seen = desk.services.visits.visit(desk.actor, visit)
    assert (seen.complaint, seen.pregnant) == ("头疼", True)
    assert Step.TRIAGE not in done(desk, visit)


def test_a_visitor_with_a_slip_is_not_sent_to_another_queue(desk: Desk) -> None:
    visit = desk.triaged(doctor_id=desk.house.li)
    label = desk.number(visit)
    desk.triage(visit, doctor_id=desk.house.li, complaint="还有头疼")
    with pytest.raises(RuleError) as caught:
        desk.triage(visit, department_id=desk.house.eyes)
    assert caught.value.code == "visit.has-number"
    assert caught.value.text.params == {"number": label}
    number = desk.services.visits.visit(desk.actor, visit).number
    assert number is not None
    desk.services.numbers.void(desk.actor, new_request(), number.id, "转科")
    desk.triage(visit, department_id=desk.house.eyes)


# --- Vital signs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signs", "birth", "pregnant", "expected"),
    [
        (WELL, dt.date(1980, 1, 1), False, (0, 4)),
        (ILL, dt.date(1980, 1, 1), False, (19, 2)),
        (ILL, dt.date(2015, 1, 1), False, (None, None)),
        (ILL, dt.date(1980, 1, 1), True, (None, None)),
        (Vitals(pulse=190), None, False, (None, 1)),
        (Vitals(), None, False, (None, None)),
    ],
)
def test_vital_signs_are_kept_with_what_the_rules_say(
    desk: Desk, signs: Vitals, birth: dt.date | None, pregnant: bool, expected: tuple[int | None, int | None]
) -> None:
    visit = desk.open(desk.register("王建国", birth_date=birth).id).id
    do(desk, "take_vitals", visit, signs, pregnant)
    taken = desk.services.visits.visit(desk.actor, visit).vitals
    assert taken is not None
    assert (taken.news2, taken.level) == expected
    assert taken.values == signs.readings()
    assert taken.by == desk.actor.name


def test_the_signs_taken_last_are_shown_and_the_first_stay(desk: Desk, store: Store) -> None:
    from deskapp.db.models.intake import Vitals as Row

    visit = desk.arrive()
    for signs in (ILL, WELL):
        do(desk, "take_vitals", visit, signs)
    taken = desk.services.visits.visit(desk.actor, visit).vitals
    assert taken is not None
    assert taken.values["pulse"] == "70"
    with store.reading() as session:
        assert session.scalars(select(func.count()).select_from(Row)).one() == 2


CHILD = dt.date(2015, 1, 1)


def test_signs_taken_before_it_is_known_whose_they_are_are_scored_again(
    desk: Desk, clock: WallClock, store: Store
) -> None:
    visit, taken_at = desk.open().id, clock()
    do(desk, "take_vitals", visit, ILL)
    clock.forward(minutes=5)
    do(desk, "attach", visit, desk.register("小王", birth_date=CHILD).id)
    seen = desk.services.visits.visit(desk.actor, visit)
    assert seen.vitals is not None
    assert (seen.vitals.news2, seen.vitals.level) == (None, None)
    assert (seen.vitals.values, seen.vitals.taken_at) == (ILL.readings(), taken_at)
    assert levels(store) == [(19, 2), (None, None)]
    do(desk, "detach", visit)
    assert levels(store)[2:] == [(19, 2)]


def test_signs_that_score_the_same_are_not_written_again(desk: Desk, store: Store) -> None:
    visit = desk.open().id
    do(desk, "take_vitals", visit, Vitals(pulse=190))
    do(desk, "attach", visit, desk.register("老王", birth_date=dt.date(1950, 1, 1)).id)
    assert levels(store) == [(None, 1)]
    assert "visit.vitals-scored" not in actions(store, visit)
    nothing = desk.open().id
    do(desk, "attach", nothing, desk.register("王").id)
    assert desk.services.visits.visit(desk.actor, nothing).vitals is None


def levels(store: Store) -> list[tuple[int | None, int | None]]:
    from deskapp.db.models.intake import Vitals as Row

    with store.reading() as session:
        return [tuple(row) for row in session.execute(select(Row.news2, Row.level).order_by(Row.id))]


# --- Media source, appointment --------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [*MediaSource, None])
def test_every_media_source_can_be_recorded(desk: Desk, source: MediaSource | None) -> None:
    visit = desk.arrive()
    do(desk, "set_source", visit, source, "广播塔下的牌子" if source is MediaSource.OTHER else "")
    seen = desk.services.visits.visit(desk.actor, visit)
    assert seen.media_source is source
    assert bool(seen.media_text) is (source is MediaSource.OTHER)


def test_another_source_says_which(desk: Desk) -> None:
    visit = desk.arrive()
    with pytest.raises(InputError) as caught:
        do(desk, "set_source", visit, MediaSource.OTHER, " ")
    assert caught.value.field == "media_text"


@pytest.fixture
def booked(store: Store, clock: WallClock) -> Callable[[Desk, int], int]:
    def book(desk: Desk, visitor: int) -> int:
        values = {
            "visitor_id": visitor,
            "department_id": desk.house.surgery,
            "doctor_id": desk.house.li,
            "starts_at": clock() + dt.timedelta(hours=1),
            "state": AppointmentState.BOOKED,
            "version": 1,
        }
        with store.writing() as session:
            made = session.execute(
                insert(Appointment).values(**values).returning(Appointment.id)
            ).scalar_one()
            session.commit()
        return made

    return book


def test_an_appointment_is_fulfilled_once(desk: Desk, booked: Callable[[Desk, int], int]) -> None:
    visitor = desk.register("王建国")
    appointment = booked(desk, visitor.id)
    ref = desk.services.visits.open(
        desk.actor, new_request(), visitor.id, VisitKind.SPECIAL, appointment
    ).value
    seen = desk.services.visits.visit(desk.actor, ref.id)
    assert (seen.kind, seen.appointment_id) == (VisitKind.SPECIAL, appointment)
    assert seen.appointment_at is not None
    assert desk.services.visitors.appointments(desk.actor, visitor.id) == []
    other = desk.open(visitor.id)
    with pytest.raises(ConflictError):
        do(desk, "fulfil_appointment", other.id, appointment)


def test_the_doctor_booked_is_proposed_first_and_the_turn_is_used_up(
    desk: Desk, booked: Callable[[Desk, int], int]
) -> None:
    visitor, house = desk.register("王建国"), desk.house
    visit = desk.open(visitor.id)
    do(desk, "fulfil_appointment", visit.id, booked(desk, visitor.id))
    seen = desk.services.visits.visit(desk.actor, visit.id)
    question = TriageQuestion("咳嗽", visitor.id, appointment_id=seen.appointment_id)
    first = desk.services.triage.suggest(desk.actor, question).suggestions[0]
    assert (first.department_id, first.doctor_id) == (house.surgery, house.li)
    assert first.reasons[0].message == "booked for {time}"

    desk.triage(visit.id, doctor_id=house.li)
    after = TriageQuestion("肚子上有个肿块，普通外科")
    assert desk.services.triage.suggest(desk.actor, after).suggestions[0].doctor_id == house.wang


def test_an_appointment_taken_by_mistake_is_open_again(
    desk: Desk, booked: Callable[[Desk, int], int]
) -> None:
    visitor = desk.register("王建国")
    appointment, visit = booked(desk, visitor.id), desk.open(visitor.id)
    do(desk, "fulfil_appointment", visit.id, appointment)
    do(desk, "release_appointment", visit.id)
    assert desk.services.visits.visit(desk.actor, visit.id).appointment_id is None
    assert [one.id for one in desk.services.visitors.appointments(desk.actor, visitor.id)] == [appointment]
    with pytest.raises(RuleError) as caught:
        do(desk, "release_appointment", visit.id)
    assert caught.value.code == "appointment.none"


def test_nobody_takes_anothers_appointment(desk: Desk, booked: Callable[[Desk, int], int]) -> None:
    owner = desk.register("王建国")
    appointment = booked(desk, owner.id)
    for visit in (desk.arrive("李娜"), desk.open().id):
        with pytest.raises(RuleError) as caught:
            do(desk, "fulfil_appointment", visit, appointment)
        assert caught.value.code == "appointment.other"
    assert len(desk.services.visitors.appointments(desk.actor, owner.id)) == 1


# --- Price and payment ----------------------------------------------------------------------------------------


def test_items_of_the_price_list_make_the_sum(desk: Desk) -> None:
    visit = desk.arrive()
    xray = do(desk, "add_charge", visit, desk.house.xray)
    do(desk, "add_charge", visit, desk.house.blood, 3)
    seen = desk.services.visits.visit(desk.actor, visit)
    assert [(line.name.en, line.fen, line.quantity) for line in seen.charges] == [
        ("Chest X-ray", 8_050, 1),
        ("Blood count", 2_500, 3),
    ]
    assert seen.total == 15_550
    do(desk, "remove_charge", xray)
    assert desk.services.visits.visit(desk.actor, visit).total == 7_500


def test_a_removed_line_stays_marked(desk: Desk, store: Store) -> None:
    visit = desk.arrive()
    line = do(desk, "add_charge", visit, desk.house.xray)
    do(desk, "remove_charge", line)
    with store.reading() as session:
        assert session.execute(select(Charge.id, Charge.removed)).all() == [(line, True)]


def test_a_line_that_another_desk_took_off_is_taken_off_once(desk: Desk, store: Store) -> None:
    visit = desk.arrive()
    line = do(desk, "add_charge", visit, desk.house.xray)
    do(desk, "remove_charge", line)
    before = actions(store, visit)
    with pytest.raises(RuleError) as caught:
        do(desk, "remove_charge", line)
    assert (caught.value.code, actions(store, visit)) == ("charge.removed", before)


def test_a_price_that_rises_later_leaves_what_was_charged(desk: Desk, head: Actor) -> None:
    from deskapp.domain.directory import PriceDraft, Seen
    from deskapp.domain.text import Words

    visit = desk.arrive()
    do(desk, "add_charge", visit, desk.house.xray)
    raised = PriceDraft("XR", Words("胸片", "X-ray, dearer", "зураг"), 99_999, "")
    desk.services.directory.save_price_item(head, new_request(), raised, Seen(desk.house.xray, 1))
    [line] = desk.services.visits.visit(desk.actor, visit).charges
    assert (line.fen, line.name.en) == (8_050, "Chest X-ray")


@pytest.mark.parametrize(
    ("first", "last", "charged"),
    [(None, None, True), (0, 0, True), (1, None, False), (None, -1, False), (-1, None, True)],
)
def test_only_what_is_on_todays_price_list_is_charged(
    desk: Desk, head: Actor, clock: WallClock, first: int | None, last: int | None, charged: bool
) -> None:
    from deskapp.domain.directory import PriceDraft
    from deskapp.domain.text import Words

    days = [None if days is None else clock.moment.date() + dt.timedelta(days) for days in (first, last)]
    draft = PriceDraft("CT", Words("头部CT", "CT", "КТ"), 18_000, "", *days)
    item = desk.services.directory.save_price_item(head, new_request(), draft).value.id
    visit = desk.arrive()
    if charged:
        assert do(desk, "add_charge", visit, item)
        return
    with pytest.raises(RuleError) as caught:
        do(desk, "add_charge", visit, item)
    assert caught.value.code == "charge.expired"
    assert desk.services.visits.visit(desk.actor, visit).charges == ()


def test_a_price_that_another_desk_took_back_is_told_at_the_item(desk: Desk, head: Actor) -> None:
    from deskapp.domain.directory import PriceDraft, Seen
    from deskapp.domain.text import Words

    directory, visit = desk.services.directory, desk.arrive()
    tomorrow = directory.today() + dt.timedelta(1)
    dearer = PriceDraft("XR", Words("胸片", "Chest X-ray", "зураг"), 9_000, "", tomorrow)
    following = directory.follow_price(head, new_request(), dearer, Seen(desk.house.xray, 1)).value
    directory.unfollow_price(head, new_request(), following)
    with pytest.raises(InputError) as caught:
        do(desk, "add_charge", visit, following.id)
    assert (caught.value.field, caught.value.code) == ("item", "charge.gone")
    assert "not in the directory any more" in str(caught.value.text)
    assert desk.services.visits.visit(desk.actor, visit).charges == ()


@pytest.mark.parametrize("payment", [Payment.PAID, Payment.WAIVED])
def test_what_is_added_after_the_payment_has_to_be_paid(
    desk: Desk, store: Store, actors: Mapping[Role, Actor], payment: Payment
) -> None:
    visit = desk.arrive()
    do(desk, "add_charge", visit, desk.house.blood)
    do(desk, "pay", visit, payment, "优抚对象", actor=actors[Role.LEADER])
    do(desk, "add_charge", visit, desk.house.xray)
    seen = desk.services.visits.visit(desk.actor, visit)
    assert (seen.payment, seen.payment_reason) == (Payment.UNPAID, "")
    step = next(step for step in seen.steps if step.step is Step.PAY)
    assert (step.done, step.corrections) == (False, 1)
    assert '"charged_since":"XR"' in audit_bodies(store, "visit", visit)[-1]
    do(desk, "remove_charge", seen.charges[-1].id)
    do(desk, "pay", visit, Payment.PAID)
    assert Step.PAY in done(desk, visit)


@pytest.mark.parametrize("quantity", [0, -1, 1000])
def test_a_quantity_that_can_not_be_is_refused(desk: Desk, quantity: int) -> None:
    visit = desk.arrive()
    with pytest.raises(InputError) as caught:
        do(desk, "add_charge", visit, desk.house.xray, quantity)
    assert caught.value.field == "quantity"


def test_paying_and_taking_it_back(desk: Desk) -> None:
    visit = desk.arrive()
    do(desk, "pay", visit, Payment.PAID)
    assert Step.PAY in done(desk, visit)
    do(desk, "pay", visit, Payment.UNPAID)
    assert Step.PAY not in done(desk, visit)
    assert desk.services.visits.visit(desk.actor, visit).payment is Payment.UNPAID


def test_unpaid_stays_unpaid_without_a_step(desk: Desk, store: Store) -> None:
    visit = desk.arrive()
    do(desk, "pay", visit, Payment.UNPAID)
    with store.reading() as session:
        steps = session.scalars(select(VisitStep.step).where(VisitStep.visit_id == visit)).all()
    assert Step.PAY not in steps


def test_a_payment_step_undone_is_no_payment(desk: Desk) -> None:
    visit = desk.arrive()
    do(desk, "pay", visit, Payment.PAID)
    do(desk, "undo_step", visit, Step.PAY, "打错了")
    assert desk.services.visits.visit(desk.actor, visit).payment is Payment.UNPAID


def test_waiving_needs_a_reason_and_the_permission(desk: Desk, actors: Mapping[Role, Actor]) -> None:
    visit, leader = desk.arrive(), actors[Role.LEADER]
    with pytest.raises(PermissionDenied):
        do(desk, "pay", visit, Payment.WAIVED, "老人")
    with pytest.raises(InputError) as caught:
        do(desk, "pay", visit, Payment.WAIVED, " ", actor=leader)
    assert caught.value.field == "payment_reason"
    do(desk, "pay", visit, Payment.WAIVED, "优抚对象", actor=leader)
    seen = desk.services.visits.visit(desk.actor, visit)
    assert (seen.payment, seen.payment_reason) == (Payment.WAIVED, "优抚对象")
    assert next(step.by for step in seen.steps if step.step is Step.PAY) == leader.name


# --- Steps ----------------------------------------------------------------------------------------------------


def test_the_whole_way_through_the_house(desk: Desk, clock: WallClock) -> None:
    visit = desk.arrive()
    way = [
        (Step.TRIAGE, lambda: desk.triage(visit)),
        (Step.NUMBER, lambda: desk.number(visit)),
        (Step.PAY, lambda: do(desk, "pay", visit, Payment.PAID)),
        (Step.ESCORT, lambda: do(desk, "do_step", visit, Step.ESCORT, "三楼")),
        (Step.RETURN, lambda: do(desk, "do_step", visit, Step.RETURN)),
    ]
    for step, act in way:
        assert desk.services.visits.visit(desk.actor, visit).next_step is step
        clock.forward(minutes=1)
        act()
    seen = desk.services.visits.visit(desk.actor, visit)
    assert seen.next_step is None
    assert all(step.done for step in seen.steps)
    assert [step.at for step in seen.steps if step.step in dict(way)] == [
        clock() - dt.timedelta(minutes=minutes) for minutes in (4, 3, 2, 1, 0)
    ]
    assert seen.steps[6].note == "三楼"


def test_a_step_is_undone_by_a_correcting_entry(desk: Desk, store: Store) -> None:
    visit = desk.arrive()
    do(desk, "do_step", visit, Step.ESCORT)
    do(desk, "undo_step", visit, Step.ESCORT, "走错了")
    step = desk.services.visits.visit(desk.actor, visit).steps[6]
    assert (step.done, step.corrections) == (False, 1)
    do(desk, "do_step", visit, Step.ESCORT)
    assert desk.services.visits.visit(desk.actor, visit).steps[6].done
    with store.reading() as session:
        asked = select(VisitStep.done, VisitStep.note).where(VisitStep.step == Step.ESCORT)
        assert session.execute(asked.order_by(VisitStep.id)).all() == [
            (True, ""),
            (False, "走错了"),
            (True, ""),
        ]


def test_a_visitor_brought_back_waits_again(desk: Desk) -> None:
    """Whoever is with the doctor does not wait; an escort undone puts the visitor back into the queue."""
    visit = desk.triaged(doctor_id=desk.house.li)
    desk.number(visit)

    def before(name: str) -> int:
        other = desk.triaged(name, doctor_id=desk.house.li)
        return desk.services.numbers.issue(desk.actor, new_request(), other).value.waiting_before

    assert before("乙") == 1
    do(desk, "do_step", visit, Step.ESCORT)
    assert before("丙") == 1
    do(desk, "undo_step", visit, Step.ESCORT)
    assert desk.services.visits.visit(desk.actor, visit).checked_in is None
    assert before("丁") == 3


def test_what_is_not_done_can_not_be_undone(desk: Desk) -> None:
    visit = desk.arrive()
    with pytest.raises(RuleError) as caught:
        do(desk, "undo_step", visit, Step.ESCORT)
    assert caught.value.code == "visit.step-open"


def test_a_number_is_not_ticked_off_but_given_and_taken_back(desk: Desk) -> None:
    visit = desk.triaged()
    with pytest.raises(RuleError) as caught:
        do(desk, "do_step", visit, Step.NUMBER)
    assert caught.value.code == "visit.issue-number"
    desk.number(visit)
    with pytest.raises(RuleError) as caught:
        do(desk, "undo_step", visit, Step.NUMBER)
    assert caught.value.code == "visit.void-number"


def test_a_payment_is_not_ticked_off_but_recorded(desk: Desk) -> None:
    visit = desk.triaged()
    with pytest.raises(RuleError) as caught:
        do(desk, "do_step", visit, Step.PAY)
    assert caught.value.code == "visit.record-payment"
    assert Step.PAY not in done(desk, visit)


HAND = st.sampled_from([step for step in Step if step not in (Step.NUMBER, Step.PAY)])


@given(acts=st.lists(st.tuples(st.booleans(), HAND), max_size=8))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_and_undone_the_strip_shows_the_last_word(
    desk: Desk, acts: list[tuple[bool, Step]]
) -> None:
    visit = desk.arrive()
    expected = {Step.ARRIVE, Step.GREET, Step.REGISTER}
    for doing, step in acts:
        if doing:
            do(desk, "do_step", visit, step)
            expected.add(step)
        elif step in expected:
            do(desk, "undo_step", visit, step)
            expected.remove(step)
    assert set(done(desk, visit)) == expected


# --- Ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", EndReason)
def test_a_visit_can_end_early_and_be_reopened(desk: Desk, reason: EndReason, clock: WallClock) -> None:
    visit = desk.arrive()
    do(desk, "end", visit, reason, "等太久")
    seen = desk.services.visits.visit(desk.actor, visit)
    assert (seen.ended, seen.end_note, seen.ended_at, seen.next_step) == (reason, "等太久", clock(), None)
    with pytest.raises(InputError) as caught:
        do(desk, "reopen", visit, "")
    assert caught.value.field == "note"
    do(desk, "reopen", visit, "又回来了")
    seen = desk.services.visits.visit(desk.actor, visit)
    assert (seen.ended, seen.ended_at, seen.next_step) == (None, None, Step.TRIAGE)


def test_a_visit_that_goes_on_is_not_reopened(desk: Desk) -> None:
    visit = desk.arrive()
    with pytest.raises(RuleError) as caught:
        do(desk, "reopen", visit, "x")
    assert caught.value.code == "visit.not-ended"


def test_an_ended_visit_is_left_alone(desk: Desk) -> None:
    visit = desk.triaged()
    line = do(desk, "add_charge", visit, desk.house.xray)
    do(desk, "end", visit, EndReason.LEFT_UNSEEN)
    attempts = [
        lambda: desk.triage(visit),
        lambda: desk.number(visit),
        lambda: do(desk, "note_complaint", visit, "x"),
        lambda: do(desk, "take_vitals", visit, WELL),
        lambda: do(desk, "set_source", visit, MediaSource.FRIEND),
        lambda: do(desk, "add_charge", visit, desk.house.xray),
        lambda: do(desk, "remove_charge", line),
        lambda: do(desk, "pay", visit, Payment.PAID),
        lambda: do(desk, "do_step", visit, Step.ESCORT),
        lambda: do(desk, "undo_step", visit, Step.TRIAGE),
        lambda: do(desk, "end", visit, EndReason.CANCELLED),
        lambda: do(desk, "to_emergency", visit, "x"),
    ]
    before = desk.services.visits.visit(desk.actor, visit)
    for attempt in attempts:
        with pytest.raises(RuleError) as caught:
            attempt()
        assert caught.value.code == "visit.ended"
    assert desk.services.visits.visit(desk.actor, visit) == before


# --- The trail ------------------------------------------------------------------------------------------------


def test_everything_that_happens_is_in_the_trail_in_order(
    desk: Desk, store: Store, chain_is_whole: Callable[[], None]
) -> None:
    visit = desk.arrive()
    do(desk, "note_complaint", visit, "腿疼")
    desk.triage(visit)
    do(desk, "take_vitals", visit, WELL)
    do(desk, "set_source", visit, MediaSource.FRIEND)
    line = do(desk, "add_charge", visit, desk.house.xray)
    do(desk, "remove_charge", line)
    do(desk, "pay", visit, Payment.PAID)
    do(desk, "do_step", visit, Step.ESCORT)
    do(desk, "undo_step", visit, Step.ESCORT)
    do(desk, "end", visit, EndReason.CANCELLED)
    do(desk, "reopen", visit, "x")
    found = actions(store, visit)
    assert found == [
        "visit.open",
        *("visit.complaint", "visit.triage", "visit.vitals", "visit.source", "visit.charge"),
        *(
            "visit.charge-removed",
            "visit.pay",
            "visit.step",
            "visit.step-undone",
            "visit.end",
            "visit.reopen",
        ),
    ]
    assert desk.services.visits.visit(desk.actor, visit).version == len(found)
