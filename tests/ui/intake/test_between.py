"""What a hurried hand does between an order and its answer: each answer is about what it was asked of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from deskapp.domain.changes import Changes
from deskapp.domain.intake import VisitorDraft
from deskapp.domain.registration import EndReason, MediaSource, Payment, SlipState, Step
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.services.base import new_request
from deskapp.ui.intake.dialogs import WhoDialog
from deskapp.ui.intake.pay_box import PayBox
from deskapp.ui.intake.triage_box import TriageBox
from deskapp.ui.intake.visitor_page import VisitorPage
from tests.support.front import Front, Opener, lost_reply
from tests.support.hospital import NEW_ID, signed_in

F2, F3, F4, F5, F7, F8, F9, F12 = (getattr(Qt.Key, f"Key_F{n}") for n in (2, 3, 4, 5, 7, 8, 9, 12))
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def page(front: Front) -> VisitorPage:
    return front.tab.visitor_page


def triage(front: Front) -> TriageBox:
    return front.tab.visit_page.triage


def pay(front: Front) -> PayBox:
    return front.tab.visit_page.pay


def put(front: Front, name: str, text: str) -> None:
    """Type into a field of the record in hand."""
    page(front).form.focus(name)
    front.type(text)


def begin_anna(front: Front) -> None:
    front.find("Anna Aaaa")
    front.key(F2)
    put(front, "phone", "13011112222")


def store(front: Front) -> None:
    front.key(Qt.Key.Key_Return, CONTROL)


def records(front: Front, typed: str) -> list[VisitorDraft]:
    """Return the stored records that a search finds."""
    hits = front.services.visitors.find(front.actor, typed)
    return [front.services.visitors.visitor(front.actor, hit.id).draft for hit in hits]


def go(front: Front, *parts: str) -> None:
    """Let one waiting task go, by a part of its name: what reads does not wait for what writes."""
    for part in parts:
        waiting = front.runner.waiting
        at = next(i for i, task in enumerate(waiting) if part in task.function.__qualname__)
        waiting.insert(0, waiting.pop(at))
        front.runner.let_one_go()


def fails_once(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return the use case that can't be carried out the first time."""
    tried: list[object] = []

    def call(*args: Any) -> Any:
        if not tried:
            tried.append(args)
            raise StorageError("storage.busy", Text("The database is busy."))
        return method(*args)

    return call


def drafts(front: Front) -> list[str]:
    return front.services.drafts.forms(front.actor.account_id)


# --- records


def test_a_record_begun_while_another_is_stored_stays_its_own(front: Front) -> None:
    begin_anna(front)
    with front.runner.held():
        store(front)
        front.tab.show_visitor_page().begin(VisitorDraft(name="Bert Bbbb"))
    assert page(front).form.value("name") == "Bert Bbbb"
    assert "Stored as" in front.last_action()
    store(front)
    assert [draft.phone for draft in records(front, "Anna")] == ["13011112222"]
    assert [draft.name for draft in records(front, "Bert")] == ["Bert Bbbb"]


def test_a_record_that_is_being_stored_leaves_the_next_one_empty(front: Front) -> None:
    begin_anna(front)
    with front.runner.held():
        store(front)
        front.key(F2)
    assert front.tab.at_visitor()
    assert page(front).form.value("name") == ""
    assert page(front).is_new
    assert drafts(front) == []


def test_changes_to_one_record_never_reach_another(front: Front) -> None:
    first, second = front.arrive("13800138000"), front.arrive("batb")
    assert first.visitor is not None
    assert second.visitor is not None
    front.tab.show_visit(first.id)
    front.key(F3)
    put(front, "address", "A street")
    with front.runner.held():
        store(front)
        front.tab.show_visit(second.id)
        go(front, "VisitService.visit")
        front.key(F3)
        go(front, "_to_edit")
        put(front, "note", "bad leg")
    store(front)
    one, other = (
        front.services.visitors.visitor(front.actor, visit.visitor.id).draft for visit in (first, second)
    )
    assert (one.address, one.note) == ("A street", "")
    assert (other.address, other.note) == (second.visitor.draft.address, "bad leg")


def test_a_refusal_names_the_record_before_and_trying_again_stores_that_one(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitors = front.services.visitors
    monkeypatch.setattr(visitors, "register", fails_once(visitors.register))
    begin_anna(front)
    with front.runner.held():
        store(front)
        front.tab.show_visitor_page().begin(VisitorDraft(name="Bert Bbbb"))
    assert "Anna Aaaa" in front.bar()
    front.try_again()
    assert page(front).form.value("name") == "Bert Bbbb"
    assert [draft.phone for draft in records(front, "Anna")] == ["13011112222"]
    assert records(front, "Bert") == []


def test_a_draft_that_was_stored_before_the_crash_takes_what_is_added(
    front: Front, open_front: Opener
) -> None:
    begin_anna(front)
    page(front).keep_now()
    front.services.visitors.register(front.actor, page(front)._request, page(front)._draft())
    front.close()
    second = open_front()
    second.key(F2)
    put(second, "address", "Main street 1")
    store(second)
    assert [draft.address for draft in records(second, "Anna")] == ["Main street 1"]


def test_a_kept_change_says_what_another_desk_wrote_meanwhile(front: Front, open_front: Opener) -> None:
    visit = front.arrive("13800138000")
    assert visit.visitor is not None
    front.key(F3)
    page(front).form.fill("address", "Kept street")
    page(front).keep_now()
    front.close()
    other = open_front("bat")
    other.arrive("13800138000")
    other.key(F3)
    page(other).form.fill("address", "Stored street")
    store(other)
    other.close()
    again = open_front()
    again.arrive("13800138000")
    again.key(F3)
    address = page(again).form.widget("address")
    assert page(again).form.value("address") == "Kept street"
    assert "Stored street" in address.accessibleDescription()


def test_the_name_from_the_search_is_there_again_after_a_look_elsewhere(front: Front) -> None:
    front.find("Anna Aaaa")
    front.key(F2)
    front.key(Qt.Key.Key_Escape)
    assert drafts(front) == []
    front.key(F2)
    assert page(front).form.value("name") == "Anna Aaaa"


def test_a_card_with_another_name_begins_another_record(front: Front) -> None:
    begin_anna(front)
    front.scan(f"郭靖|男|汉|19900307|江苏省牛家村一号院二号楼|{NEW_ID}")
    assert page(front).form.value("name") == "郭靖"
    assert page(front).form.value("phone") == ""
    assert any(
        "Anna Aaaa" in str(front.services.drafts.load(front.actor.account_id, k)) for k in drafts(front)
    )


# --- a visit that is being opened


def typed_ahead(front: Front, said: str = "chest pain since morning") -> None:
    """Open somebody's visit and type on; the answers are under way."""
    front.find("shan")
    front.runner._holding = True
    front.enter()
    front.type(said)


def let_go(front: Front) -> None:
    front.runner.let_go()
    front.runner._holding = False
    front.settle()


def test_words_said_ahead_survive_going_back(front: Front) -> None:
    typed_ahead(front)
    front.key(Qt.Key.Key_Escape)
    let_go(front)
    front.arrive("shan")
    assert triage(front).complaint() == "chest pain since morning"


def test_words_said_ahead_never_reach_another_visitor(front: Front) -> None:
    other = front.arrive("batb")
    typed_ahead(front)
    front.tab.show_visit(other.id)
    let_go(front)
    assert front.visit.id == other.id
    assert triage(front).complaint() == ""
    front.arrive("shan")
    assert triage(front).complaint() == "chest pain since morning"


def test_words_said_ahead_survive_the_next_visitor_and_the_end(front: Front, open_front: Opener) -> None:
    typed_ahead(front)
    front.close()
    let_go(front)
    second = open_front()
    second.arrive("shan")
    assert triage(second).complaint() == "chest pain since morning"


def test_words_of_a_visit_that_could_not_be_opened_come_with_it_later(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = front.services.visits
    monkeypatch.setattr(visits, "open_or_join", fails_once(visits.open_or_join))
    typed_ahead(front)
    let_go(front)
    assert "busy" in front.bar()
    front.arrive("batb")
    assert triage(front).complaint() == ""
    front.arrive("shan")
    assert triage(front).complaint() == "chest pain since morning"


def test_words_said_ahead_are_kept_as_soon_as_the_visit_is_there(front: Front) -> None:
    typed_ahead(front)
    let_go(front)
    (key,) = drafts(front)
    kept = front.services.drafts.load(front.actor.account_id, key)
    assert kept is not None
    assert kept["said.complaint"] == "chest pain since morning"


def test_a_late_visit_does_not_push_a_record_away(front: Front) -> None:
    front.find("shan")
    with front.runner.held():
        front.enter()
        front.key(F2)
        go(front, "latest_new")
        put(front, "phone", "130")
    front.type("11112222")
    assert front.tab.at_visitor()
    assert page(front).form.value("phone") == "13011112222"


def test_two_desks_that_find_the_same_person_get_one_visit(front: Front) -> None:
    front.find("shan")
    hit = front.services.visitors.find(front.actor, "shan")[0]
    join, other = front.services.visits.open_or_join, signed_in(front.services, "bat")
    first = join(front.actor, new_request(), hit.id).value
    assert join(other, new_request(), hit.id).value.id == first.id


# --- a visit without a name


def nameless(front: Front) -> int:
    front.key(F12)
    assert front.visit.visitor is None
    return front.visit.id


def test_the_next_visitor_gets_a_visit_of_their_own(front: Front) -> None:
    emergency = nameless(front)
    front.find("shan")
    front.enter()
    front.dialog(WhoDialog)
    front.enter()
    assert front.visit.id != emergency
    assert front.visit.visitor is not None
    assert front.stored(emergency).visitor is None


def test_the_same_person_is_named_and_that_can_be_taken_back(front: Front) -> None:
    emergency = nameless(front)
    hit = front.services.visitors.find(front.actor, "shan")[0]
    front.find("shan")
    front.enter()
    front.dialog(WhoDialog)._is_same()
    front.settle()
    assert front.visit.id == emergency
    assert front.visit.visitor is not None
    assert front.visit.ended is EndReason.EMERGENCY
    front.undo()
    assert front.stored(emergency).visitor is None
    assert front.services.visitors.find(front.actor, "shan")[0].visits == hit.visits


def test_a_question_left_unanswered_changes_nothing(front: Front) -> None:
    emergency = nameless(front)
    front.find("shan")
    front.enter()
    front.dialog(WhoDialog).reject()
    front.settle()
    assert front.visit.id == emergency
    assert front.visit.visitor is None


# --- numbers


def numbered(front: Front) -> int:
    visit = front.arrive("shan")
    front.say("leg hurts")
    front.key(F9)
    return visit.id


def test_a_number_voided_at_another_desk_is_followed_by_another(front: Front) -> None:
    visit = numbered(front)
    first = front.stored(visit).number
    assert first is not None
    done = front.services.numbers.void(signed_in(front.services, "bat"), new_request(), first.id, "queue")
    front.hub.post(done.changes)
    front.settle()
    front.key(F9)
    second = front.stored(visit).number
    assert second is not None
    assert (second.state, second.number) == (SlipState.SENT, first.number + 1)


def test_another_decision_after_a_lost_answer_is_not_taken_for_the_first(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = front.services.numbers
    monkeypatch.setattr(numbers, "decide_and_issue", lost_reply(numbers.decide_and_issue))
    visit = front.arrive("shan")
    front.say("leg hurts")
    front.key(F9)
    triage(front).said.fill("complaint", "leg hurts and swells")
    front.key(F9)
    stored = front.stored(visit.id)
    assert stored.complaint == "leg hurts and swells"
    assert stored.number is not None
    assert len(front.services.visits.day_list(front.actor)) == 1


def test_f9_before_the_proposals_outlives_an_enter(front: Front) -> None:
    visit = front.arrive("shan")
    with front.runner.held():
        front.type("leg hurts")
        front.key(F9)
        front.enter()
    assert front.stored(visit.id).number is not None


def test_a_slip_whose_number_is_voided_while_it_prints_is_recorded_and_told(front: Front) -> None:
    visit = front.arrive("shan")
    front.say("leg hurts")
    with front.runner.held():
        front.key(F9)
        while not front.printer.jobs:
            front.runner.let_one_go()
        number = front.stored(visit.id).number
        assert number is not None
        front.services.numbers.void(signed_in(front.services, "bat"), new_request(), number.id, "x")
    stored = front.stored(visit.id).number
    assert stored is not None
    assert stored.state is SlipState.VOID
    assert stored.events[-1].state is SlipState.SENT
    assert "Take the slip back" in front.bar()


# --- what is stored while more is typed


def test_a_sign_typed_while_others_are_stored_stays(front: Front) -> None:
    front.arrive("shan")
    front.key(F5)
    form = front.tab.visit_page.vitals.form
    form.focus("pulse")
    front.type("88")
    with front.runner.held():
        store(front)
        form.focus("temperature")
        front.type("39.1")
    front.tab.load_again()
    front.settle()
    assert form.value("temperature") == 39.1
    assert "temperature" in form.typed()


def test_a_payment_is_about_its_own_visit(front: Front) -> None:
    first, second = front.arrive("shan"), front.arrive("batb")
    front.tab.show_visit(first.id)
    front.key(F7)
    pay(front).form.fill("payment", Payment.PAID)
    with front.runner.held():
        pay(front).store()
        front.tab.show_visit(second.id)
        go(front, "VisitService.visit")
        front.key(F7)
        pay(front).form.fill("payment", Payment.PAID)
        go(front, "VisitService.pay")
        assert front.tab.visit_page.part() == "pay"
        pay(front).store()
    assert front.stored(first.id).payment is Payment.PAID
    assert front.stored(second.id).payment is Payment.PAID


def test_an_item_whose_answer_was_lost_is_shown_and_not_added_twice(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = front.services.visits
    monkeypatch.setattr(visits, "add_charge", lost_reply(visits.add_charge))
    front.arrive("shan")
    front.key(F7)
    front.type("chest")
    front.enter()
    assert pay(front).lines.rowCount() == 1
    front.try_again()
    assert len(front.stored().charges) == 1


def test_words_on_their_way_are_no_other_desks(front: Front) -> None:
    front.arrive("shan")
    front.type("leg")
    with front.runner.held():
        front.enter()
        front.key(F4)
        front.type(" hurts")
    assert triage(front).complaint() == "leg hurts"
    assert triage(front).said.widget("complaint").accessibleDescription() == ""


# --- an older try never follows a newer one


def test_an_old_complaint_is_not_tried_again_over_a_new_one(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = front.services.visits
    front.arrive("shan")
    monkeypatch.setattr(visits, "note_complaint", fails_once(visits.note_complaint))
    front.say("leg hurts")
    assert "busy" in front.bar()
    front.key(F4)
    front.type(" since noon")
    front.enter()
    assert front.bar() == ""
    assert front.stored().complaint == "leg hurts since noon"


def test_an_old_payment_is_not_tried_again_over_a_new_one(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = front.services.visits
    front.arrive("shan")
    front.key(F7)
    monkeypatch.setattr(visits, "pay", fails_once(visits.pay))
    pay(front).form.fill("payment", Payment.PAID)
    pay(front).store()
    assert "busy" in front.bar()
    front.key(F7)
    pay(front).form.fill("payment", Payment.UNPAID)
    pay(front).store()
    assert front.bar() == ""
    assert front.stored().payment is Payment.UNPAID


def test_a_draft_is_not_kept_again_after_its_record_was_stored(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = front.services.drafts
    monkeypatch.setattr(box, "save", fails_once(box.save))
    begin_anna(front)
    store(front)
    assert front.bar() == ""
    assert drafts(front) == []


# --- urgency, source, steps


def test_urgency_judged_after_the_number_is_stored(front: Front) -> None:
    visit = numbered(front)
    triage(front).more.fill("urgency", 2)
    front.settle()
    assert front.stored(visit).urgency == 2


def test_a_source_chosen_a_moment_before_leaving_is_stored(front: Front) -> None:
    visit = front.arrive("shan")
    triage(front).more.fill("media_source", MediaSource.TELEVISION)
    front.key(Qt.Key.Key_Escape)
    assert front.stored(visit.id).media_source is MediaSource.TELEVISION


def test_a_scan_in_the_list_of_sources_chooses_none(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deskapp.ui.intake.triage_box.KEEP_AFTER_MS", 400)
    visit = front.arrive("shan")
    triage(front).more.focus("media_source")
    before = triage(front).more.value("media_source")
    front.scan(NEW_ID)
    assert front.stored(visit.id).media_source is visit.media_source
    front.tab.show_visit(visit.id)
    front.settle()
    assert triage(front).more.value("media_source") == before


def test_a_step_is_done_once_however_often_its_key_is_pressed(front: Front) -> None:
    visit = numbered(front)
    front.services.visits.pay(front.actor, new_request(), visit, Payment.PAID)
    front.tab.load_again()
    front.settle()
    for _act in ("gone", "handed over", "back"):
        with front.runner.held():
            front.key(F8)
            front.key(F8)
        front.settle()
    steps = {view.step: view for view in front.stored(visit).steps}
    assert (steps[Step.ESCORT].done, steps[Step.ESCORT].corrections) == (True, 0)
    assert (steps[Step.RETURN].done, steps[Step.RETURN].corrections) == (True, 0)
    assert len(front.services.escorts.of_visit(front.actor, visit)) == 1


def test_the_undo_of_a_step_is_about_its_own_visit(front: Front) -> None:
    first, second = front.arrive("shan"), front.arrive("batb")
    work = front.tab.work
    with front.runner.held():
        work._do(first, Step.ESCORT)
        work._do(second, Step.ESCORT)
        go(front, "do_step")
        front.undo()
    done = {
        visit.id: any(view.done for view in front.stored(visit.id).steps if view.step is Step.ESCORT)
        for visit in (first, second)
    }
    assert done == {first.id: False, second.id: True}


# --- found by a second hunt


def drain(front: Front) -> None:
    """Let go all that waits, and hold on to what comes next."""
    while front.runner.waiting:
        front.runner.let_one_go()


def enter_before_the_answer(front: Front, name: str, said: str) -> None:
    """Type a name, Enter, and go on typing before anybody is found."""
    front.tab.to_search()
    front.tab.search.field.clear()
    front.runner._holding = True
    front.type(name)
    front.enter()
    front.type(said)


def test_words_said_ahead_of_somebody_new_never_reach_the_next_visitor(front: Front) -> None:
    enter_before_the_answer(front, "Zzznewman", "chest pain")
    let_go(front)
    assert front.tab.at_visitor()
    front.key(Qt.Key.Key_Escape)
    other = front.arrive("batb")
    assert triage(front).complaint() == ""
    front.key(Qt.Key.Key_Escape)
    assert front.stored(other.id).complaint == ""


def test_a_record_stored_late_does_not_push_the_next_visit_away(front: Front) -> None:
    other = front.arrive("batb")
    front.key(Qt.Key.Key_Escape)
    begin_anna(front)
    with front.runner.held():
        store(front)
        front.tab.show_visit(other.id)
        go(front, "VisitService.visit")
        front.type("leg hu")
        drain(front)
        front.type("rts")
    assert front.visit.id == other.id
    assert triage(front).complaint() == "leg hurts"
    assert len(records(front, "Anna")) == 1


def test_a_change_stored_late_does_not_push_the_vital_signs_away(front: Front) -> None:
    other, first = front.arrive("batb"), front.arrive("shan")
    front.key(F3)
    put(front, "address", "X street")
    with front.runner.held():
        store(front)
        front.tab.show_visit(other.id)
        go(front, "VisitService.visit")
        front.key(F5)
        front.type("18")
        drain(front)
        front.type("0")
    assert front.visit.id == other.id != first.id
    assert front.tab.visit_page.vitals.form.draft()["respiration"] == "180"


def test_emergency_keeps_the_words_of_a_visit_that_is_in_front_no_longer(front: Front) -> None:
    visit = front.arrive("shan")
    front.say("leg hurts")
    other = front.arrive("batb")
    front.tab.work._to_emergency(visit.id, 1)
    front.settle()
    assert front.visit.id == other.id
    assert front.stored(visit.id).ended is EndReason.EMERGENCY
    assert front.stored(visit.id).complaint == "leg hurts"


def test_a_judgement_that_was_stored_is_no_draft_over_another_desks(front: Front) -> None:
    visit = front.arrive("shan")
    triage(front).more.fill("urgency", 4)
    with front.runner.held():
        front.key(Qt.Key.Key_Escape)
    assert front.stored(visit.id).urgency == 4
    assert drafts(front) == []
    front.services.visits.set_urgency(signed_in(front.services, "bat"), new_request(), visit.id, 1)
    front.tab.show_visit(visit.id)
    front.settle()
    front.key(Qt.Key.Key_Escape)
    assert front.stored(visit.id).urgency == 1


def test_a_judgement_brought_back_over_another_desks_is_not_stored_by_looking(front: Front) -> None:
    visit = front.arrive("shan")
    front.key(Qt.Key.Key_Escape)
    kept = {"more.urgency": "=4", "more.@urgency": ""}
    front.services.drafts.save(front.actor.account_id, f"visit.{visit.id}", kept)
    front.services.visits.set_urgency(signed_in(front.services, "bat"), new_request(), visit.id, 1)
    front.tab.show_visit(visit.id)
    front.settle()
    assert triage(front).urgency() == 4
    assert "I" in triage(front).more.widget("urgency").accessibleDescription()
    front.key(Qt.Key.Key_Escape)
    assert front.stored(visit.id).urgency == 1


def test_what_is_added_to_a_change_whose_answer_was_lost_is_stored(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = front.arrive("shan").visitor
    assert visitor is not None
    visitors = front.services.visitors
    monkeypatch.setattr(visitors, "edit", lost_reply(visitors.edit))
    front.key(F3)
    put(front, "address", "A street")
    store(front)
    put(front, "note", "bad leg")
    store(front)
    draft = visitors.visitor(front.actor, visitor.id).draft
    assert (draft.address, draft.note) == ("A street", "bad leg")


def test_a_refused_record_is_tried_again_and_not_the_one_in_hand(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitors = front.services.visitors
    monkeypatch.setattr(visitors, "register", fails_once(visitors.register))
    begin_anna(front)
    store(front)
    front.find("Bert Bbbb")
    front.key(F2)
    front.try_again()
    assert (len(records(front, "Anna")), len(records(front, "Bert"))) == (1, 0)
    assert page(front).form.value("name") == "Bert Bbbb"


def test_signs_are_about_their_own_visit(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = front.services.visits
    other, first = front.arrive("batb"), front.arrive("shan")
    monkeypatch.setattr(visits, "take_vitals", fails_once(visits.take_vitals))
    box = front.tab.visit_page.vitals
    front.key(F5)
    box.form.fill("pulse", 150)
    with front.runner.held():
        box.store()
        front.tab.show_visit(other.id)
        go(front, "VisitService.visit")
        front.key(F5)
        box.form.fill("pulse", 80)
        box.store()
    front.try_again()
    taken = {visit.id: front.stored(visit.id).vitals for visit in (first, other)}
    assert taken[first.id] is not None
    assert taken[other.id] is not None
    assert taken[first.id].values["pulse"] == "150"
    assert taken[other.id].values["pulse"] == "80"


def test_an_old_complaint_is_not_tried_again_after_f9(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = front.services.visits
    visit = front.arrive("shan")
    monkeypatch.setattr(visits, "note_complaint", fails_once(visits.note_complaint))
    front.say("leg hurts")
    front.key(F4)
    front.type(" since noon")
    front.key(F9)
    assert front.stored(visit.id).complaint == "leg hurts since noon"
    assert "busy" not in front.bar()


def test_no_question_opens_over_the_lock(front: Front) -> None:
    nameless(front)
    begin_anna(front)
    with front.runner.held():
        store(front)
        front.session.lock()
        front.settle()
    assert QApplication.activeModalWidget() is None


def test_an_unanswered_question_after_registering_leaves_no_dead_form(front: Front) -> None:
    emergency = nameless(front)
    begin_anna(front)
    store(front)
    front.dialog(WhoDialog).reject()
    front.settle()
    assert front.tab.at_visit()
    assert front.visit.id == emergency
    assert len(records(front, "Anna")) == 1


def test_an_enter_outlives_news_of_another_visitor(front: Front) -> None:
    enter_before_the_answer(front, "shan", "chest pain")
    front.hub.post(Changes.of("visitor", 1))
    front.settle()
    let_go(front)
    assert front.visit.visitor is not None
    assert triage(front).complaint() == "chest pain"


def test_a_number_that_was_wanted_too_early_is_told_when_the_visit_is_left(front: Front) -> None:
    other, first = front.arrive("batb"), front.arrive("shan")
    with front.runner.held():
        front.type("leg hurts")
        front.key(F9)
        front.tab.show_visit(other.id)
    assert front.stored(first.id).number is None
    assert "单雄信" in front.bar()
    assert "F9" in front.bar()


def test_what_is_chosen_while_a_visit_is_opened_stays(front: Front) -> None:
    front.find("shan")
    with front.runner.held():
        front.enter()
        triage(front).more.fill("media_source", MediaSource.TELEVISION)
    assert triage(front).source()[0] is MediaSource.TELEVISION


def test_a_number_given_late_leaves_the_cursor_where_somebody_types(front: Front) -> None:
    front.arrive("shan")
    front.say("leg hurts")
    with front.runner.held():
        front.key(F9)
        front.key(F2)
        go(front, "latest_new")
        front.type("Anna")
        drain(front)
        front.type("Aaaa")
    assert page(front).form.value("name") == "AnnaAaaa"


def test_another_visit_of_the_day_is_tried_again_as_such_and_begun_once(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = front.services.visits
    first = front.arrive("shan")
    monkeypatch.setattr(visits, "open", lost_reply(visits.open))
    front.tab.another_visit()
    front.settle()
    front.try_again()
    assert front.visit.id != first.id
    assert len(visits.day_list(front.actor)) == 2
