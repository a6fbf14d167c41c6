"""What nobody knew, from the question to the visitor who was told, on both databases."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp import settings
from deskapp.domain.access import Actor, Role
from deskapp.domain.directory import Seen
from deskapp.domain.questions import QuestionState, QuestionView
from deskapp.errors import ConflictError, InputError, PermissionDenied, RuleError
from deskapp.services.all import Services
from deskapp.services.base import new_request
from tests.services.conftest import Desk, WallClock


@pytest.fixture
def ask(desk: Desk) -> Seen:
    """One open question of nobody known."""
    ref = desk.services.questions.ask(desk.actor, new_request(), "探视时间？").value
    return Seen(ref.id, ref.version)


def only(desk: Desk) -> QuestionView:
    (question,) = desk.services.questions.open_questions(desk.actor, told=True)
    return question


def test_a_question_keeps_who_asked_who_was_asked_and_the_hour_promised(desk: Desk, clock: WallClock) -> None:
    visit = desk.triaged()
    desk.services.questions.ask(desk.actor, new_request(), "  几点关门？ ", visit)
    question = only(desk)
    assert (question.text, question.visitor, question.asked_by) == ("几点关门？", "王建国", desk.actor.name)
    assert (question.visit_id, question.department_id) == (visit, desk.house.surgery)
    assert question.due_at - clock() == dt.timedelta(hours=settings.QUESTION_HOURS.default)
    assert question.code.startswith("Q")


def test_the_hours_are_the_sites(desk: Desk, head: Actor, clock: WallClock) -> None:
    desk.services.settings.change(head, new_request(), settings.QUESTION_HOURS.name, 9)
    desk.services.questions.ask(desk.actor, new_request(), "几点？")
    assert only(desk).due_at - clock() == dt.timedelta(hours=9)


def test_it_is_answered_and_the_visitor_told(desk: Desk, ask: Seen) -> None:
    questions = desk.services.questions
    answered = questions.answer(desk.actor, new_request(), ask, "下午三点到五点").value
    assert (only(desk).state, only(desk).answer) == (QuestionState.ANSWERED, "下午三点到五点")
    questions.told(desk.actor, new_request(), Seen(answered.id, answered.version))
    assert (only(desk).state, only(desk).told_by) == (QuestionState.TOLD, desk.actor.name)
    assert questions.open_questions(desk.actor) == []


def test_nobody_is_told_what_nobody_answered_and_nobody_twice(desk: Desk, ask: Seen) -> None:
    questions = desk.services.questions
    with pytest.raises(RuleError):
        questions.told(desk.actor, new_request(), ask)
    ref = questions.answer(desk.actor, new_request(), ask, "三点").value
    ref = questions.told(desk.actor, new_request(), Seen(ref.id, ref.version)).value
    for again in (questions.told, questions.answer):
        with pytest.raises(RuleError):
            again(
                desk.actor,
                new_request(),
                Seen(ref.id, ref.version),
                *(["x"] if again == questions.answer else []),
            )


def test_a_wrong_answer_opens_it_again_and_stays_in_sight(desk: Desk, ask: Seen, clock: WallClock) -> None:
    questions = desk.services.questions
    ref = questions.answer(desk.actor, new_request(), ask, "三点").value
    clock.forward(hours=2)
    ref = questions.reopen(desk.actor, new_request(), Seen(ref.id, ref.version)).value
    question = only(desk)
    assert (question.state, question.answered_at) == (QuestionState.OPEN, None)
    assert question.due_at - clock() == dt.timedelta(hours=4)
    with pytest.raises(RuleError):
        questions.reopen(desk.actor, new_request(), Seen(ref.id, ref.version))


def test_two_desks_do_not_answer_over_each_other(desk: Desk, ask: Seen) -> None:
    questions = desk.services.questions
    questions.answer(desk.actor, new_request(), ask, "三点")
    with pytest.raises(ConflictError):
        questions.answer(desk.actor, new_request(), ask, "四点")
    assert only(desk).answer == "三点"


def test_a_visitor_comes_back_and_the_answer_is_there(desk: Desk, ask: Seen) -> None:
    questions = desk.services.questions
    visitor = desk.register("李四").id
    first = questions.ask(desk.actor, new_request(), "一", None, visitor).value
    questions.ask(desk.actor, new_request(), "二", None, visitor)
    questions.answer(desk.actor, new_request(), Seen(first.id, first.version), "好")
    mine = questions.of_visitor(desk.actor, visitor)
    assert [(one.text, one.answer) for one in mine] == [("一", "好"), ("二", "")]
    assert questions.question(desk.actor, ask.id).visitor == ""


def test_what_is_told_leaves_the_list_after_a_month(desk: Desk, ask: Seen, clock: WallClock) -> None:
    questions = desk.services.questions
    ref = questions.answer(desk.actor, new_request(), ask, "三点").value
    questions.told(desk.actor, new_request(), Seen(ref.id, ref.version))
    clock.forward(days=31)
    assert questions.open_questions(desk.actor, told=True) == []


@pytest.mark.parametrize("about", [(10_000, None, None), (None, 10_000, None), (None, None, 10_000)])
def test_a_question_about_what_is_not_there_is_refused(desk: Desk, about: tuple[int | None, ...]) -> None:
    with pytest.raises(InputError):
        desk.services.questions.ask(desk.actor, new_request(), "？", *about)


def test_an_empty_question_is_refused_and_who_may_not_work_on_visits_asks_none(
    desk: Desk, services: Services, actors: dict[Role, Actor]
) -> None:
    with pytest.raises(InputError):
        services.questions.ask(desk.actor, new_request(), "   ")
    with pytest.raises(PermissionDenied):
        services.questions.ask(actors[Role.TRAINER], new_request(), "几点？")


def test_who_gets_a_record_after_asking_is_known_as_who_asked(desk: Desk) -> None:
    visit = desk.open().id
    desk.services.questions.ask(desk.actor, new_request(), "几点关门？", visit)
    assert (only(desk).visitor_id, only(desk).visitor) == (None, "")
    who = desk.register("王芳").id
    desk.services.visits.attach(desk.actor, new_request(), visit, who)
    assert (only(desk).visitor_id, only(desk).visitor) == (who, "王芳")
    assert [one.text for one in desk.services.questions.of_visitor(desk.actor, who)] == ["几点关门？"]


def test_what_is_asked_with_a_record_of_before_a_merge_is_the_visitors(desk: Desk, head: Actor) -> None:
    kept, gone = desk.register("王芳"), desk.register("王方")
    sides = (Seen(kept.id, kept.version), Seen(gone.id, gone.version))
    desk.services.people.merge(head, new_request(), *sides)
    desk.services.questions.ask(desk.actor, new_request(), "几点关门？", None, gone.id)
    assert (only(desk).visitor_id, only(desk).visitor) == (kept.id, "王芳")
    assert [one.text for one in desk.services.questions.of_visitor(desk.actor, kept.id)] == ["几点关门？"]
