"""Number, paper, steps and ends of one visit: once, for the right visit, and with a way back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from deskapp.domain.intake import SlipEvent
from deskapp.domain.registration import EndReason, Payment, SlipState, Step
from deskapp.services.base import new_request
from deskapp.ui.intake.dialogs import Decision, WhoDialog
from deskapp.ui.intake.papers import FORM, SLIP
from tests.support.front import Front, Opener, lost_reply
from tests.support.hospital import signed_in
from tests.support.paper import LASER

F8, F9, F10, F12 = Qt.Key.Key_F8, Qt.Key.Key_F9, Qt.Key.Key_F10, Qt.Key.Key_F12
CONTROL = Qt.KeyboardModifier.ControlModifier


def printed(front: Front) -> list[str]:
    """Return the titles of what went to a printer, in order."""
    return [title for _printer, _pdf, title, _copies in front.printer.jobs]


def number(front: Front, typed: str = "shan", complaint: str = "腿疼") -> str:
    """Work somebody through to the number; return it."""
    front.arrive(typed)
    front.say(complaint)
    front.key(F9)
    return label(front)


def label(front: Front) -> str:
    stored = front.stored().number
    assert stored is not None
    return stored.label


def slip_events(front: Front) -> list[SlipState]:
    stored = front.stored().number
    assert stored is not None
    return [event.state for event in stored.events]


def done_steps(front: Front) -> set[Step]:
    return {view.step for view in front.stored().steps if view.done}


# --- the number


def test_f9_gives_the_number_prints_slip_and_form_and_goes_to_the_next_visitor(front: Front) -> None:
    given = number(front)
    assert printed(front) == [SLIP, FORM]
    assert slip_events(front) == [SlipState.ISSUED, SlipState.SENT]
    assert front.tab.search.field.hasFocus()
    assert given in front.tab.visit_page.number._number.text()


def test_pressing_f9_twice_gives_and_prints_once(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    with front.runner.held():
        front.key(F9)
        front.key(F9)
    front.key(F9)
    assert printed(front) == [SLIP, FORM]
    assert slip_events(front) == [SlipState.ISSUED, SlipState.SENT]


def test_a_second_press_at_any_moment_of_the_work_prints_once(front: Front) -> None:
    """The hub has not told of the number yet, the slip is on its way, its record is on its way."""
    front.arrive("shan")
    front.say("腿疼")
    with front.runner.held():
        front.key(F9)
        while front.runner.waiting:
            front.runner.let_one_go()
            front.tab.work.issue()
    assert printed(front) == [SLIP, FORM]
    assert front.stored().number is not None


def test_a_lost_answer_gives_the_same_number_at_the_next_press(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = front.services.numbers
    monkeypatch.setattr(numbers, "decide_and_issue", lost_reply(numbers.decide_and_issue))
    front.arrive("shan")
    front.say("腿疼")
    front.key(F9)
    assert "does not answer" in front.bar()
    front.key(F9)
    first = label(front)
    assert slip_events(front) == [SlipState.ISSUED, SlipState.SENT]
    second = number(front, "batb")
    assert int(second[1:]) == int(first[1:]) + 1


def test_the_undo_of_a_number_is_about_its_own_visit(front: Front) -> None:
    number(front, "shan")
    first = front.visit.id
    other = front.arrive("batb")
    front.undo()
    assert front.visit.id == first
    front.dialog(Decision)
    front.type("called twice")
    front.enter()
    assert front.stored(first).number.state is SlipState.VOID  # type: ignore[union-attr]
    assert front.stored(other.id).number is None


def test_a_void_number_is_never_given_again(front: Front) -> None:
    first = number(front)
    front.key(Qt.Key.Key_Delete, CONTROL)
    asked = front.dialog(Decision)
    front.enter()
    assert asked.form.widget("reason").property("invalid")
    front.type("left")
    front.enter()
    assert front.stored().number.state is SlipState.VOID  # type: ignore[union-attr]
    front.key(F9)
    assert int(label(front)[1:]) == int(first[1:]) + 1
    assert printed(front) == [SLIP, FORM, SLIP, FORM]


def test_the_slip_printed_again_says_so(front: Front) -> None:
    number(front)
    front.key(Qt.Key.Key_R, CONTROL)
    assert slip_events(front)[-1] is SlipState.REPRINTED
    assert printed(front)[-1] == SLIP


def test_f9_after_the_number_tells_and_prints_nothing(front: Front) -> None:
    given = number(front)
    front.key(F9)
    assert given in front.last_action()
    assert printed(front) == [SLIP, FORM]


# --- the printer


def test_a_printer_that_is_gone_is_told_and_nothing_is_lost(front: Front) -> None:
    front.printer.choices.clear()
    number(front)
    assert "No printer" in front.bar()
    assert front.bar().endswith("Ctrl+Shift+P shows the forms.")
    assert slip_events(front) == [SlipState.ISSUED]
    front.printer.choices.append(LASER)
    front.key(F9)
    assert printed(front) == [SLIP, FORM]
    assert slip_events(front) == [SlipState.ISSUED, SlipState.SENT]


def test_try_again_prints_both_papers(front: Front) -> None:
    front.printer.choices.clear()
    number(front)
    front.printer.choices.append(LASER)
    front.try_again()
    assert sorted(printed(front)) == sorted([SLIP, FORM])
    assert front.bar() == ""


def test_what_was_ordered_is_printed_and_recorded_after_another_person_signed_in(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    visit = front.visit.id
    with front.runner.held():
        front.key(F9)
        front.runner.let_one_go()
        front.session.lock()
        front.session._on_signed_in(signed_in(front.services, "bat"))
        front.settle()
    assert printed(front) == [SLIP, FORM]
    events = front.stored(visit).number.events  # type: ignore[union-attr]
    assert [event.state for event in events] == [SlipState.ISSUED, SlipState.SENT]
    assert {event.by for event in events} == {"李娜"}


def test_ctrl_p_prints_the_form(front: Front) -> None:
    front.arrive("shan")
    front.key(Qt.Key.Key_P, CONTROL)
    assert printed(front) == [FORM]


# --- emergency


def test_f12_sends_the_visitor_in_front_to_emergency_once(front: Front) -> None:
    visit = front.arrive("shan")
    with front.runner.held():
        front.key(F12)
        front.key(F12)
    front.key(F12)
    assert front.stored(visit.id).ended is EndReason.EMERGENCY
    assert len(front.services.visits.day_list(front.actor)) == 1


def test_emergency_can_be_taken_back(front: Front) -> None:
    visit = front.arrive("shan")
    front.key(F12)
    front.arrive("batb")
    front.undo()
    assert front.stored(visit.id).ended is None


@pytest.mark.parametrize("by_key", [True, False], ids=["F10", "undo"])
def test_whoever_takes_an_emergency_back_is_told_which_urgency_stands(front: Front, by_key: bool) -> None:
    visit = front.arrive("shan")
    front.key(F12)
    if by_key:
        front.key(F10)
    else:
        front.undo()
    assert front.stored(visit.id).urgency == 1
    assert "The visit keeps its urgency I." in front.bar()


def test_of_another_end_that_is_taken_back_no_urgency_is_told(front: Front) -> None:
    visit = front.arrive("shan")
    front.services.visits.set_urgency(front.actor, new_request(), visit.id, 3, "")
    front.services.visits.end(front.actor, new_request(), visit.id, EndReason.CANCELLED)
    front.tab.load_visit(visit.id)
    front.key(F10)
    assert front.stored(visit.id).ended is None
    assert front.bar() == ""


def test_f12_without_a_visit_makes_one_that_gets_its_record_later(front: Front) -> None:
    with front.runner.held():
        front.key(F12)
        front.key(F12)
    assert front.visit.visitor is None
    assert front.stored().ended is EndReason.EMERGENCY
    assert len(front.services.visits.day_list(front.actor)) == 1
    nameless = front.visit.id
    front.find("shan")
    front.enter()
    front.dialog(WhoDialog)._is_same()
    front.settle()
    assert front.visit.id == nameless
    visitor = front.stored(nameless).visitor
    assert visitor is not None
    assert visitor.name == "单雄信"


def test_f12_while_registering_is_about_the_person_being_registered(front: Front) -> None:
    visit = front.arrive("shan")
    front.find("郭靖")
    front.key(Qt.Key.Key_F2)
    front.key(F12)
    assert front.stored(visit.id).ended is None
    assert front.visit.id != visit.id


# --- steps


def test_the_steps_are_done_with_f8_and_undone_by_a_correcting_entry(front: Front) -> None:
    number(front)
    front.services.visits.pay(front.actor, new_request(), front.visit.id, Payment.PAID)
    front.tab.load_visit(front.visit.id)
    front.key(F8)
    assert Step.ESCORT not in done_steps(front)
    front.key(F8)
    assert Step.ESCORT in done_steps(front)
    front.undo()
    assert Step.ESCORT not in done_steps(front)
    escort = next(view for view in front.stored().steps if view.step is Step.ESCORT)
    assert escort.corrections == 1


def test_a_step_of_paper_practice_is_done_and_undone_on_the_strip(front: Front) -> None:
    number(front)
    front.tab.work.activate_step(Step.ESCORT.value)
    front.settle()
    front.key(F8)
    assert {Step.ESCORT, Step.RETURN} <= done_steps(front)
    front.tab.work.activate_step(Step.RETURN.value)
    assert Step.RETURN not in done_steps(front)


def test_the_undo_of_a_step_is_about_its_own_visit(front: Front) -> None:
    visit = front.arrive("shan")
    front.tab.work.activate_step(Step.ESCORT.value)
    other = front.arrive("batb")
    front.tab.work.activate_step(Step.ESCORT.value)
    front.undo()
    escorted = [
        next(view.done for view in front.stored(one).steps if view.step is Step.ESCORT)
        for one in (visit.id, other.id)
    ]
    assert escorted == [True, False]
    front.arrive("shan")
    front.tab.work.undo_step(visit.id, Step.ESCORT)
    assert Step.ESCORT not in done_steps(front)


def test_f8_leads_to_the_place_of_the_next_step(front: Front) -> None:
    front.arrive("shan")
    front.key(F8)
    assert front.tab.visit_page.triage.said.widget("complaint").hasFocus()
    front.say("腿疼")
    front.key(F9)
    front.key(F8)
    assert front.tab.visit_page.pay.isVisible()


# --- the end


def test_a_visit_ends_early_with_a_reason_and_goes_on_again(front: Front) -> None:
    visit = front.arrive("shan")
    front.key(F10)
    asked = front.dialog(Decision)
    front.enter()
    front.enter()
    assert asked.form.widget("reason").property("invalid")
    asked.form.focus("reason")
    front.type("1")
    asked.form.focus("note")
    front.type("tired of waiting")
    front.enter()
    stored = front.stored(visit.id)
    assert (stored.ended, stored.end_note) == (EndReason.LEFT_UNSEEN, "tired of waiting")
    assert "tired of waiting" in front.tab.visit_page._ended.text()
    front.key(F10)
    assert front.stored(visit.id).ended is None


def test_keys_do_nothing_to_a_visit_that_is_not_in_front_yet(front: Front) -> None:
    """Another visit was opened and its answer is on its way: the old one is out of reach."""
    visit = front.arrive("shan")
    front.say("腿疼")
    front.find("batb")
    with front.runner.frozen():
        front.enter()
        for key in (F8, F9, F10):
            front.key(key)
    assert front.stored(visit.id).number is None
    assert QApplication.activeModalWidget() is None


# --- two desks


def test_two_desks_give_one_number(front: Front, open_front: Opener) -> None:
    visit = front.arrive("shan")
    front.say("腿疼")
    other = open_front("bat")
    other.arrive("shan")
    assert other.visit.id == visit.id
    other.say("腿疼")
    other.key(F9)
    given = label(other)
    other.close()
    front.window.activateWindow()
    front.key(F9)
    assert label(front) == given
    assert slip_events(front).count(SlipState.ISSUED) == 1


def test_buttons_of_the_page_do_what_their_keys_do(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    buttons = [b for b in front.tab.visit_page.findChildren(QPushButton) if "Number" in b.text()]
    buttons[0].click()
    front.settle()
    assert printed(front) == [SLIP, FORM]


def test_every_event_of_a_slip_says_who_and_when(front: Front) -> None:
    number(front)
    events = front.stored().number.events  # type: ignore[union-attr]
    assert all(isinstance(event, SlipEvent) and event.by == "李娜" and event.at for event in events)


# --- a doctor who is not there


def test_an_absent_doctor_is_proposed_no_more_and_can_be_taken_back(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    proposals = front.tab.visit_page.triage.proposals
    first = proposals.current_row()
    assert first is not None
    assert first.data.doctor_id is not None
    front.key(Qt.Key.Key_A, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert first.data.doctor in front.last_action()
    assert all(row.data.doctor_id != first.data.doctor_id for row in proposals.rows())
    assert proposals.currentIndex().row() == 0
    front.undo()
    assert any(row.data.doctor_id == first.data.doctor_id for row in proposals.rows())
