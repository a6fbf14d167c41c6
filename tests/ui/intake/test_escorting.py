"""The way to the doctor at the desk: F8 three times, introductions to say, and being back with Enter."""

from __future__ import annotations

import datetime as dt

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import update

from deskapp.db.models.waiting import Escort
from deskapp.domain.changes import Changes
from deskapp.domain.registration import Payment, Step
from deskapp.services.base import new_request
from tests.support.front import Front, Opener
from tests.support.hospital import signed_in

F8, F9 = Qt.Key.Key_F8, Qt.Key.Key_F9
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def paid(front: Front) -> Front:
    """A desk whose visitor has a number and has paid."""
    to_escort(front)
    return front


def to_escort(front: Front, typed: str = "shan") -> int:
    front.arrive(typed)
    front.say("腿疼")
    front.key(F9)
    visit = front.visit.id
    front.services.visits.pay(front.actor, new_request(), visit, Payment.PAID)
    front.tab.load_visit(visit)
    front.settle()
    return visit


def strip(front: Front) -> str:
    shown = front.tab.escorting.strip
    return shown.words.text() if shown.isVisible() else ""


def box(front: Front) -> list[str]:
    """Return the sentences that the box with the visit says now."""
    shown = front.tab.visit_page.escort
    return [words.text() for words in shown.sentences if words.isVisible()]


def done(front: Front, visit: int) -> set[Step]:
    return {step.step for step in front.stored(visit).steps if step.done} & {Step.ESCORT, Step.RETURN}


def test_f8_goes_hands_over_and_comes_back(paid: Front) -> None:
    visit = paid.visit.id
    word = paid.tab.key_actions["visit.next"]
    paid.key(F8)
    assert "On the way with 单雄信" in paid.last_action()
    assert word.text() == "Handed over"
    doctor = paid.visit.doctor
    said = box(paid)
    assert any(doctor in sentence and "腿疼" in sentence for sentence in said)
    assert paid.tab.visit_page.escort.handed_to() == doctor
    assert "You are away with 单雄信" in strip(paid)
    paid.key(F8)
    assert done(paid, visit) == {Step.ESCORT}
    assert word.text() == "Back at the desk"
    assert f"handed over to {doctor}" in paid.last_action()
    paid.key(F8)
    assert done(paid, visit) == {Step.ESCORT, Step.RETURN}
    assert strip(paid) == ""
    assert not paid.tab.visit_page.escort.isVisible()


def test_nothing_is_offered_where_no_step_is_left(paid: Front) -> None:
    for _ in range(3):
        assert paid.tab.key_actions["visit.next"].isEnabled()
        paid.key(F8)
    assert not paid.tab.key_actions["visit.next"].isEnabled()


def test_the_assistant_may_take_over(paid: Front) -> None:
    visit = paid.visit.id
    paid.key(F8)
    form = paid.tab.visit_page.escort.form
    form.focus("handed_to")
    form.widget("handed_to").selectAll()  # type: ignore[attr-defined]
    paid.type("小周")
    paid.enter()
    paid.key(F8)
    (way,) = paid.services.escorts.of_visit(paid.actor, visit)
    assert way.handed_to == "小周"


def test_enter_in_the_empty_search_says_back_and_hands_over(paid: Front) -> None:
    visit, doctor = paid.visit.id, paid.visit.doctor
    paid.key(F8)
    assert paid.tab.search.field.hasFocus()
    paid.enter()
    assert done(paid, visit) == {Step.ESCORT, Step.RETURN}
    (way,) = paid.services.escorts.of_visit(paid.actor, visit)
    assert way.handed_to == doctor
    paid.enter()
    assert len(paid.services.escorts.of_visit(paid.actor, visit)) == 1


def test_back_from_another_page_is_about_its_own_visit(paid: Front) -> None:
    visit = paid.visit.id
    paid.key(F8)
    other = paid.arrive("batb").id
    assert not paid.tab.visit_page.escort.isVisible()
    paid.key(F8, SHIFT)
    assert done(paid, visit) == {Step.ESCORT, Step.RETURN}
    assert done(paid, other) == set()


def test_with_no_doctor_known_it_is_asked_who_took_over(front: Front) -> None:
    visit = front.arrive("shan").id
    front.services.escorts.leave(front.actor, new_request(), visit)
    front.hub.post(Changes.of("escort"))
    front.settle()
    front.tab.to_search()
    front.enter()
    assert done(front, visit) == set()
    assert "Say who took over" in front.bar()
    assert front.tab.visit_page.escort.form.widget("handed_to").hasFocus()
    front.key(F8)
    assert done(front, visit) == set()
    front.type("钱医生")
    front.key(F8)
    assert done(front, visit) == {Step.ESCORT}


def test_each_act_has_its_undo(paid: Front) -> None:
    visit = paid.visit.id
    for _act in range(3):
        paid.key(F8)
    paid.undo()
    assert done(paid, visit) == {Step.ESCORT}
    assert "You are away" in strip(paid)
    paid.key(F8)
    assert done(paid, visit) == {Step.ESCORT, Step.RETURN}


def test_the_undo_of_leaving_is_about_its_own_way(paid: Front) -> None:
    visit = paid.visit.id
    paid.key(F8)
    paid.arrive("batb")
    paid.undo()
    assert strip(paid) == ""
    assert paid.stored(visit).next_step is Step.ESCORT
    assert paid.services.escorts.away(paid.actor) == []


def test_who_is_away_brings_nobody_else(paid: Front) -> None:
    paid.key(F8)
    other = to_escort(paid, "batb")
    paid.key(F8)
    assert "You are away with 单雄信 by what is recorded" in paid.bar()
    assert len(paid.services.escorts.away(paid.actor)) == 1
    assert done(paid, other) == set()


def test_a_hurried_hand_orders_each_act_once(paid: Front) -> None:
    visit = paid.visit.id
    with paid.runner.held():
        for _press in range(4):
            paid.key(F8)
    assert done(paid, visit) == set()
    (way,) = paid.services.escorts.away(paid.actor)
    assert way.handed_at is None


def test_who_signs_in_again_is_offered_to_be_back(paid: Front, open_front: Opener) -> None:
    visit = paid.visit.id
    paid.key(F8)
    paid.close()
    again = open_front()
    assert "Back at the desk?" in strip(again)
    again.enter()
    assert {step.step for step in again.stored(visit).steps if step.done} >= {Step.ESCORT, Step.RETURN}


def test_f8_with_nobody_in_front_says_back(paid: Front) -> None:
    visit = paid.visit.id
    paid.key(F8)
    paid.key(Qt.Key.Key_Escape)
    assert paid.tab.is_idle()
    assert paid.tab.key_actions["visit.next"].text() == "I am back"
    paid.key(F8)
    assert done(paid, visit) == {Step.ESCORT, Step.RETURN}
    assert not paid.tab.key_actions["visit.next"].isEnabled()


def test_enter_says_back_after_the_screen_was_locked(paid: Front) -> None:
    visit = paid.visit.id
    paid.key(F8)
    paid.tab.to_triage()
    paid.session.lock()
    paid.settle()
    paid.session._on_signed_in(paid.actor)
    paid.settle()
    assert paid.tab.search.field.hasFocus()
    paid.enter()
    assert done(paid, visit) == {Step.ESCORT, Step.RETURN}


def test_a_click_on_the_step_goes_on_with_the_way(paid: Front) -> None:
    visit = paid.visit.id
    paid.key(F8)
    paid.tab.work.activate_step(Step.ESCORT.value)
    paid.settle()
    assert done(paid, visit) == {Step.ESCORT}
    paid.tab.work.activate_step(Step.ESCORT.value)
    paid.settle()
    assert done(paid, visit) == set()
    assert paid.tab.key_actions["visit.next"].text() == "Handed over"


def test_another_operator_sees_who_is_with_the_visitor(paid: Front, open_front: Opener) -> None:
    visit = paid.visit.id
    paid.key(F8)
    other = open_front("zhou")
    assert strip(other) == ""
    other.tab.show_visit(visit)
    other.settle()
    assert "李娜 has been on the way" in other.tab.visit_page.escort.title.text()
    other.key(F8)
    assert done(other, visit) == {Step.ESCORT}
    assert next(step for step in other.stored(visit).steps if step.step is Step.ESCORT).by == "李娜"


def test_away_for_long_is_said_in_red_with_minutes(paid: Front) -> None:
    paid.key(F8)
    with paid.hospital.store.writing() as session:
        left = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=17)
        session.execute(update(Escort).values(left_at=left))
        session.commit()
    paid.hub.post(Changes.of("escort"))
    paid.settle()
    assert "17 min" in strip(paid)
    assert paid.tab.escorting.strip.property("role") == "surroundings"


def test_what_was_typed_about_who_took_over_comes_back(paid: Front, open_front: Opener) -> None:
    visit = paid.visit.id
    paid.key(F8)
    form = paid.tab.visit_page.escort.form
    form.focus("handed_to")
    form.widget("handed_to").selectAll()  # type: ignore[attr-defined]
    paid.type("Zhou")
    paid.arrive("batb")
    paid.tab.show_visit(visit)
    paid.settle()
    assert paid.tab.visit_page.escort.handed_to() == "Zhou"


def test_a_way_recorded_at_another_desk_shows_here(paid: Front) -> None:
    other = signed_in(paid.services, "zhou")
    made = paid.services.escorts.leave(other, new_request(), paid.visit.id)
    paid.hub.post(made.changes)
    paid.settle()
    assert paid.tab.key_actions["visit.next"].text() == "Handed over"
    assert strip(paid) == ""
