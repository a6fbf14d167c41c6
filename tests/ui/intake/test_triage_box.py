"""The complaint leads to proposals with reasons; danger interrupts; the operator decides, and a reason is kept."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from deskapp.domain.intake import VisitView
from deskapp.domain.registration import EndReason, MediaSource
from deskapp.errors import StorageError
from deskapp.services.base import new_request
from deskapp.ui.intake.dialogs import RedFlagDialog
from deskapp.ui.intake.triage_box import TriageBox
from tests.support.front import Front

F4, F6, F9 = Qt.Key.Key_F4, Qt.Key.Key_F6, Qt.Key.Key_F9


def box(front: Front) -> TriageBox:
    return front.tab.visit_page.triage


def proposed(front: Front) -> list[str]:
    return [row.title for row in box(front).proposals.rows()]


def press(front: Front, text: str) -> None:
    """Press the button of the dialog in front that says so."""
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    next(button for button in dialog.findChildren(QPushButton) if text in button.text()).click()
    front.settle()


def dialog() -> QWidget | None:
    return QApplication.activeModalWidget()


def choose(front: Front, department: str, doctor: str | None = None) -> None:
    """Choose department and doctor by hand."""
    form = box(front).choice
    places = {front.desk.tr(place.name): place.id for place in box(front)._departments}
    form.fill("department", places[department])
    if doctor is not None:
        form.fill("doctor", next(one.id for one in box(front)._doctors if one.name == doctor))


# --- proposals


def test_the_complaint_gets_proposals_with_reasons_while_typing(front: Front) -> None:
    front.arrive("shan")
    front.type("眼睛疼，看不清")
    assert "Ophthalmology" in proposed(front)[0]
    why = box(front).proposals.rows()[0].second
    assert "眼睛" in why
    assert "on duty" in why


def test_enter_goes_to_the_first_proposal_and_keeps_the_words(front: Front) -> None:
    front.arrive("shan")
    front.say("眼睛疼")
    assert box(front).proposals.hasFocus()
    assert box(front).proposals.currentIndex().row() == 0
    assert front.stored().complaint == "眼睛疼"


def test_words_typed_before_the_visit_is_there_are_its_complaint(front: Front) -> None:
    front.find("shan")
    with front.runner.held():
        front.enter()
        front.say("眼睛疼")
        front.key(F9)
    assert front.stored().complaint == "眼睛疼"
    assert front.stored().number is not None
    assert front.tab.search.field.text() == ""


def test_words_typed_ahead_come_after_what_was_said_before(front: Front) -> None:
    visit = front.arrive("shan")
    front.say("眼睛疼")
    front.key(Qt.Key.Key_Escape)
    front.find("shan")
    with front.runner.held():
        front.enter()
        front.type("三天")
    assert front.visit.id == visit.id
    assert box(front).complaint() == "眼睛疼\n三天"
    front.type("了")
    assert box(front).complaint() == "眼睛疼\n三天了"


def test_enter_faster_than_the_proposals_takes_the_first_of_the_new_ones(front: Front) -> None:
    front.arrive("shan")
    front.type("腿疼")
    front.key(Qt.Key.Key_Down)
    with front.runner.held():
        box(front).said.fill("complaint", "眼睛疼")
        front.key(F4)
        front.enter()
        front.key(F9)
    stored = front.stored()
    assert stored.department is not None
    assert stored.department.en == "Ophthalmology"
    assert stored.override_reason == ""


def test_a_queue_that_moves_does_not_move_the_cursor_away(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    front.key(Qt.Key.Key_Down)
    chosen = box(front).proposals.current_row()
    assert chosen is not None
    front.tab.to_search()
    front.tab.load_visit(front.visit.id)
    front.settle()
    assert box(front).proposals.current_row() == chosen


def test_another_proposal_than_the_first_says_so(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    front.key(Qt.Key.Key_Down)
    front.key(F9)
    assert front.stored().override_reason == "another of the proposals"


def test_f9_without_a_complaint_says_what_is_missing(front: Front) -> None:
    front.arrive("shan")
    front.key(F9)
    complaint = box(front).said.widget("complaint")
    assert "Say what brings" in complaint.accessibleDescription()
    assert complaint.hasFocus()
    assert front.stored().number is None


def test_another_language_leaves_the_doctor_chosen_by_hand(front: Front) -> None:
    front.arrive("shan")
    front.say("眼睛疼")
    front.key(F6)
    chosen = box(front).choice.value("doctor")
    assert chosen is not None
    front.desk.language.set("mn")
    assert box(front).choice.value("doctor") == chosen


# --- danger


def test_red_flags_interrupt_and_enter_means_emergency(front: Front) -> None:
    front.arrive("shan")
    front.say("胸口疼，喘不上气")
    front.dialog(RedFlagDialog)
    front.enter()
    stored = front.stored()
    assert stored.ended is EndReason.EMERGENCY
    assert stored.complaint == "胸口疼，喘不上气"
    assert stored.number is None


def test_a_flag_interrupts_even_where_f9_is_faster_than_the_answer(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    front.key(F4)
    with front.runner.held():
        box(front).said.fill("complaint", "胸痛")
        front.key(F9)
    front.dialog(RedFlagDialog)
    assert front.stored().number is None
    press(front, "To emergency")


def test_going_on_needs_a_reason_that_is_kept(front: Front) -> None:
    front.arrive("shan")
    front.say("胸痛")
    press(front, "Go on")
    asked = front.dialog(RedFlagDialog)
    assert asked.form.widget("reason").hasFocus()
    front.type("old scar")
    front.enter()
    assert dialog() is None
    front.key(F9)
    assert "old scar" in front.stored().override_reason
    assert front.stored().number is not None


def test_a_flag_judged_at_f9_goes_on_to_the_number(front: Front) -> None:
    front.arrive("shan")
    front.type("胸痛")
    front.key(F9)
    asked = front.dialog(RedFlagDialog)
    asked.form.focus("reason")
    front.type("old scar")
    front.enter()
    assert front.stored().number is not None


def test_the_reason_survives_a_look_at_another_visit(front: Front) -> None:
    visit = front.arrive("shan")
    front.say("胸痛")
    asked = front.dialog(RedFlagDialog)
    asked.form.focus("reason")
    front.type("old scar")
    front.enter()
    front.arrive("batb")
    front.arrive("shan")
    assert front.visit.id == visit.id
    front.key(F9)
    assert "old scar" in front.stored().override_reason


def test_going_back_from_a_flag_gives_no_number(front: Front) -> None:
    front.arrive("shan")
    front.type("胸痛")
    front.key(F9)
    front.key(Qt.Key.Key_Escape)
    assert dialog() is None
    assert front.stored().number is None
    front.key(F9)
    front.dialog(RedFlagDialog)
    press(front, "To emergency")


# --- the operator decides


def test_another_department_needs_a_reason_at_the_field(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    front.key(F6)
    choose(front, "Ophthalmology")
    front.key(F9)
    reason = box(front).choice.widget("override_reason")
    assert reason.hasFocus()
    assert reason.property("invalid")
    assert front.stored().number is None
    front.type("asked for eyes")
    front.enter()
    front.key(F9)
    stored = front.stored()
    assert stored.override_reason == "asked for eyes"
    assert stored.department is not None
    assert stored.department.en == "Ophthalmology"


def test_a_doctor_asked_for_needs_no_other_reason(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    front.key(F6)
    choose(front, "Ophthalmology", "吴用")
    box(front).choice.fill("named", True)
    front.key(F9)
    assert front.stored().doctor == "吴用"
    assert "asked for" in front.stored().override_reason


def test_another_department_offers_its_own_doctors_only(front: Front) -> None:
    front.arrive("shan")
    front.say("眼睛疼")
    front.key(F6)
    choose(front, "Ophthalmology", "吴用")
    choose(front, "Emergency")
    doctors = box(front).choice.widget("doctor")
    shown = [doctors.itemText(at) for at in range(doctors.count())]  # type: ignore[attr-defined]
    assert len(shown) == 3
    assert not any(text.isdigit() for text in shown)
    assert box(front).choice.value("doctor") is None


def test_the_choice_made_for_one_visitor_is_not_the_next_ones(front: Front) -> None:
    front.arrive("shan")
    front.say("腿疼")
    front.key(F6)
    choose(front, "Ophthalmology", "吴用")
    front.arrive("batb")
    assert not box(front).choice.isVisible()
    front.say("腿疼")
    front.key(F6)
    best = box(front).proposals.rows()[0].data
    assert box(front).choice.value("department") == best.department_id
    assert box(front).choice.value("doctor") == best.doctor_id


def test_rules_that_cannot_be_read_do_not_keep_anybody_from_a_number(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deskapp.domain.text import Text

    def broken(*_args: object) -> None:
        raise StorageError("triage.mistake", Text("The rules file has a mistake."))

    front.arrive("shan")
    monkeypatch.setattr(front.services.triage, "suggest", broken)
    front.type("腿疼")
    assert "mistake" in front.bar()
    front.key(F6)
    choose(front, "Emergency")
    box(front).choice.fill("override_reason", "rules broken")
    front.key(F9)
    assert front.stored().number is not None


# --- source and urgency


def test_the_media_source_is_kept_as_soon_as_it_is_chosen(front: Front) -> None:
    front.arrive("shan")
    box(front).more.fill("media_source", MediaSource.RADIO)
    front.settle()
    assert front.stored().media_source is MediaSource.RADIO


def test_another_source_is_kept_once_it_is_said_which(front: Front) -> None:
    front.arrive("shan")
    box(front).more.fill("media_source", MediaSource.OTHER)
    front.settle()
    assert front.stored().media_source is None
    assert box(front).more.widget("media_text").isVisible()
    box(front).more.fill("media_text", "a poster")
    front.settle()
    assert (front.stored().media_source, front.stored().media_text) == (MediaSource.OTHER, "a poster")


def test_a_returning_visitor_is_one_without_being_asked(front: Front) -> None:
    front.arrive()
    front.say("腿疼")
    assert front.stored().media_source is MediaSource.RETURNING


def test_the_judged_urgency_goes_with_the_number(front: Front) -> None:
    front.arrive()
    front.say("腿疼")
    box(front).more.fill("urgency", 3)
    front.key(F9)
    assert front.stored().urgency == 3


# --- another desk at the same visit


def note(front: Front, visit: VisitView, complaint: str) -> None:
    """Let another desk write the complaint, and this one hear of it."""
    done = front.services.visits.note_complaint(front.actor, new_request(), visit.id, complaint)
    front.hub.post(done.changes)
    front.settle()


def test_what_another_desk_wrote_is_shown_and_not_overwritten(front: Front) -> None:
    visit = front.arrive("shan")
    note(front, visit, "腿疼三天")
    assert box(front).complaint() == "腿疼三天"
    front.key(Qt.Key.Key_Escape)
    assert front.stored(visit.id).complaint == "腿疼三天"


def test_what_is_being_typed_stays_and_the_other_words_are_shown_beside(front: Front) -> None:
    visit = front.arrive("shan")
    front.type("眼睛疼")
    note(front, visit, "腿疼三天")
    assert box(front).complaint() == "眼睛疼"
    assert "腿疼三天" in box(front).said.widget("complaint").accessibleDescription()


# --- hostile words

HOSTILE = ["\u202eמשה", "王\u200b疼", "👩‍⚕️", "<b>&amp;</b>", "x" * 10_000, "{name} %s", "a\tb"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_complaints_are_stored_exactly(front: Front, text: str) -> None:
    front.arrive("shan")
    box(front).said.fill("complaint", text)
    front.enter()
    assert front.stored().complaint == text
    assert front.bar() == ""


@pytest.mark.parametrize("text", ["x" * 10_001, "a\0b"])
def test_a_complaint_that_cannot_be_stored_is_refused_at_the_field_and_stays(front: Front, text: str) -> None:
    visit = front.arrive("shan")
    box(front).said.fill("complaint", text)
    front.enter()
    assert box(front).said.widget("complaint").property("invalid")
    assert box(front).complaint() == text
    front.arrive("batb")
    assert "单雄信" in front.bar()
    assert box(front).complaint() == ""
    front.arrive("shan")
    assert front.visit.id == visit.id
    assert box(front).complaint() == text
