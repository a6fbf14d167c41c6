"""The ways in which a hurried desk could lose what was typed, each tried."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt

from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.ui.access.sign_in import SignInPage
from deskapp.ui.intake.kept import NEW, latest_new, new_key, request_of, visit_key
from tests.support.front import Front, Opener
from tests.support.hospital import NEW_ID, PINS, WANG_ID, signed_in

F2, F3, F5, F9 = Qt.Key.Key_F2, Qt.Key.Key_F3, Qt.Key.Key_F5, Qt.Key.Key_F9
CONTROL = Qt.KeyboardModifier.ControlModifier


def complaint(front: Front) -> str:
    return front.tab.visit_page.triage.complaint()


def drafts(front: Front, sign_in: str = "li") -> list[str]:
    return front.services.drafts.forms(signed_in(front.services, sign_in).account_id)


def type_record(front: Front, name: str = "郭靖") -> None:
    """Begin a new record."""
    front.find(name)
    front.key(F2)
    front.tab.visitor_page.form.focus("phone")
    front.type("137")


def switch_to(front: Front, sign_in: str) -> None:
    """Let another person sign in with the PIN, by the keys alone."""
    front.key(Qt.Key.Key_U, CONTROL)
    page = front.child(SignInPage)
    place = [account.sign_in for account in page._accounts].index(sign_in) + 1
    front.key(Qt.Key(Qt.Key.Key_0 + place))
    front.type(PINS[sign_in])
    front.enter()
    assert front.actor.account_id == signed_in(front.services, sign_in).account_id


# --- names of drafts


def test_the_record_begun_last_is_taken_up_first(front: Front) -> None:
    box, account = front.services.drafts, front.actor.account_id
    older, newer = new_key(), new_key()
    box.save(account, newer, {"name": "b"})
    box.save(account, older, {"name": "a"})
    found = latest_new(box, account)
    assert found is not None
    assert (found.key, found.fields) == (newer, {"name": "b"})
    assert request_of(newer) in newer
    assert request_of("visitor.edit.3") != request_of("visitor.edit.3")


# --- a lock, another person


def test_the_lock_brings_the_cursor_back_to_where_it_was(front: Front) -> None:
    front.arrive()
    front.type("腿")
    front.key(Qt.Key.Key_L, CONTROL)
    front.type(PINS["li"])
    front.enter()
    front.type("疼")
    assert complaint(front) == "腿疼"


def test_letters_typed_while_locked_reach_no_record(front: Front) -> None:
    front.arrive()
    front.type("腿")
    front.key(Qt.Key.Key_L, CONTROL)
    front.type("abc")
    front.scan(WANG_ID)
    assert complaint(front) == "腿"
    assert front.actor.name == "李娜"


def test_composing_alone_keeps_the_screen_unlocked(front: Front) -> None:
    """Through an input method no key arrives at the window, however much is typed."""
    begun: list[str] = []
    front.session._idle.start = lambda: begun.append("anew")  # type: ignore[method-assign]
    front.compose("nihao")
    front.settle()
    assert begun


def test_another_person_sees_nothing_of_it_and_the_first_finds_it_again(front: Front) -> None:
    front.arrive()
    front.type("腿疼")
    front.key(F5)
    front.type("25")
    type_record(front)
    switch_to(front, "bat")
    assert front.tab.search.field.text() == ""
    front.key(F2)
    assert front.tab.visitor_page.form.value("name") == ""
    front.key(Qt.Key.Key_Escape)
    front.arrive()
    assert complaint(front) == "腿疼"  # said by the visitor, stored for everybody
    assert front.tab.visit_page.vitals.form.value("respiration") is None
    switch_to(front, "li")
    front.key(F2)
    assert front.tab.visitor_page.form.value("phone") == "137"
    front.arrive()
    assert front.tab.visit_page.vitals.form.value("respiration") == 25


def test_what_is_kept_is_kept_even_if_no_thread_was_free_before_the_page_was_gone(front: Front) -> None:
    type_record(front)
    front.tab.visitor_page.form.fill("address", "牛家村")
    with front.runner.held():
        front.session.lock()
        front.session._on_signed_in(signed_in(front.services, "bat"))
        front.settle()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    (key,) = drafts(front)
    kept = front.services.drafts.load(signed_in(front.services).account_id, key)
    assert kept is not None
    assert kept["address"] == "牛家村"


def test_the_undo_of_the_person_before_is_gone(front: Front) -> None:
    front.arrive()
    front.say("腿疼")
    front.key(F9)
    assert front.last_action()
    switch_to(front, "bat")
    assert front.last_action() == ""


def test_news_for_the_person_before_are_gone(front: Front) -> None:
    front.messages.info(Text("only for Li"))
    front.settle()
    switch_to(front, "bat")
    assert "only for Li" not in front.bar()


# --- the program dies


def test_a_complaint_survives_the_death_of_the_program(front: Front, open_front: Opener) -> None:
    visit = front.arrive()
    front.type("腿疼三")
    other = open_front()
    assert "comes back" in other.bar()
    other.arrive()
    assert other.visit.id == visit.id
    assert complaint(other) == "腿疼三"
    other.type("天")
    assert complaint(other) == "腿疼三天"


def test_what_was_stored_is_forgotten(front: Front, open_front: Opener) -> None:
    front.arrive()
    front.say("腿疼")
    front.key(F9)
    front.arrive("shan")
    assert drafts(front) == []
    assert open_front().bar() == ""


def test_typing_before_the_kept_words_are_there_loses_neither(front: Front) -> None:
    visit = front.arrive()
    box = front.services.drafts
    front.key(Qt.Key.Key_Escape)
    box.save(front.actor.account_id, visit_key(visit.id), {"said.complaint": "腿疼", "vitals.pulse": "88"})
    front.find("13800138000")
    with front.runner.held():
        front.enter()
        front.type("三天")
    assert complaint(front) == "腿疼\n三天"
    assert front.tab.visit_page.vitals.form.value("pulse") == 88


def test_leaving_before_the_kept_words_are_there_loses_neither(front: Front) -> None:
    visit = front.arrive()
    box = front.services.drafts
    front.key(Qt.Key.Key_Escape)
    box.save(front.actor.account_id, visit_key(visit.id), {"vitals.pulse": "88"})
    front.tab.show_visit(visit.id)
    with front.runner.held():
        front.tab.keeper.follow(visit.id)
        front.tab.visit_page.vitals.form.fill("spo2", "97")
        front.key(Qt.Key.Key_Escape)
        front.key(Qt.Key.Key_Escape)
    kept = box.load(front.actor.account_id, visit_key(visit.id))
    assert kept is not None
    assert (kept["vitals.pulse"], kept["vitals.spo2"]) == ("88", "97")


def test_closing_the_window_while_typing_keeps_all_of_it(front: Front, open_front: Opener) -> None:
    front.arrive()
    front.type("腿疼")
    type_record(front)
    front.tab.visitor_page._keep.stop()
    front.tab.visitor_page.form.fill("address", "牛家村")
    front.tab.visitor_page._keep.stop()
    front.close()
    other = open_front()
    assert "F2" in other.bar()
    other.key(F2)
    assert other.tab.visitor_page.form.value("address") == "牛家村"
    other.arrive()
    assert complaint(other) == "腿疼"


# --- the surroundings fail


def away(*_args: object) -> None:
    raise StorageError("storage.busy", Text("The database is busy."))


def test_a_visit_that_cannot_be_opened_keeps_the_words_and_opens_at_the_next_try(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(front.services.visits, "open_or_join", away)
        front.find("shan")
        with front.runner.held():
            front.enter()
            front.type("腿疼")
        assert "busy" in front.bar()
        assert complaint(front) == "腿疼"
    front.try_again()
    assert front.visit.visitor is not None
    assert complaint(front) == "腿疼"


def test_a_search_that_fails_can_be_tried_again(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(front.services.visitors, "find", away)
        front.find("shan")
        assert "busy" in front.bar()
        assert front.tab.search.field.text() == "shan"
    front.enter()
    assert front.visit.visitor is not None


def test_a_complaint_that_cannot_be_stored_on_leaving_comes_back(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.arrive("shan")
    with monkeypatch.context() as patch:
        patch.setattr(front.services.visits, "note_complaint", away)
        front.type("腿疼")
        front.arrive("batb")
        assert "单雄信" in front.bar()
    front.arrive("shan")
    assert complaint(front) == "腿疼"
    front.enter()
    assert front.stored().complaint == "腿疼"


def test_drafts_that_cannot_be_written_are_told(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front.services.drafts, "save", away)
    type_record(front)
    assert "busy" in front.bar()
    assert front.tab.visitor_page.form.value("phone") == "137"


# --- scans and keys at the wrong moment


def test_a_scan_while_a_dialog_asks_something_is_not_taken_behind_it(front: Front) -> None:
    visit = front.arrive("shan")
    front.key(Qt.Key.Key_F10)
    front.scan(WANG_ID)
    assert front.visit.id == visit.id
    front.key(Qt.Key.Key_Escape)


def test_a_scan_while_changing_a_record_keeps_the_changes(front: Front) -> None:
    front.arrive()
    front.key(F3)
    form = front.tab.visitor_page.form
    form.focus("occupation")
    front.type("teacher")
    front.scan(NEW_ID)
    front.key(Qt.Key.Key_Escape)
    front.arrive()
    front.key(F3)
    assert form.value("occupation") == "teacher"


def test_every_draft_of_a_record_has_a_name_of_its_own(front: Front) -> None:
    type_record(front, "郭靖")
    front.find("黄蓉")
    front.enter()
    front.tab.visitor_page.form.fill("phone", "138")
    front.key(Qt.Key.Key_Escape)
    assert len([key for key in drafts(front) if key.startswith(NEW)]) == 2
