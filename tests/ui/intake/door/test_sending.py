"""Who was sent to the desk: seen, corrected, gone again; and nobody is lost whom the desk did not hear of."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from deskapp.domain.door import Address, GreetingDraft
from deskapp.services.base import new_request
from tests.support.front import Front, Opener, lost_reply
from tests.support.hospital import signed_in
from tests.ui.intake.door.guide import NOT_HEARD, K, bar, book, door, page, press, sent, states

__all__ = ["door"]


def test_the_door_sees_who_was_taken_over_and_by_whom(door: Front) -> None:
    press(door, "1")
    door.enter()
    (view,) = sent(door)
    taken = door.services.door.take(signed_in(door.services), new_request(), view.id, view.version)
    door.hub.post(taken.changes)
    door.settle()
    assert states(door) == ["at the desk: 李娜"]
    page(door).sent.selectRow(0)
    assert not page(door).key_actions["door.correct"].isEnabled()
    assert not page(door).key_actions["door.went"].isEnabled()


def test_a_correction_goes_to_the_desk(door: Front) -> None:
    press(door, "1s")
    door.enter()
    page(door).sent.selectRow(0)
    door.key(K.Key_F3)
    assert page(door).hand_over_button.text() == "Store the correction"
    press(door, "m")
    door.enter()
    (view,) = sent(door)
    assert (view.draft.address, view.draft.has_appointment) == (Address.MADAM, True)
    assert page(door).form.is_empty()
    assert page(door).hand_over_button.text() == "Hand over to the desk"


def test_a_correction_that_comes_too_late_says_who_took_over_and_is_not_lost(door: Front) -> None:
    press(door, "1s")
    door.enter()
    page(door).sent.selectRow(0)
    door.key(K.Key_F3)
    press(door, "m")
    (view,) = sent(door)
    door.services.door.take(signed_in(door.services), new_request(), view.id, view.version)
    door.enter()
    assert "李娜 has taken over" in bar(door)
    assert page(door).form.draft().address is Address.MADAM


def test_a_correction_waits_while_somebody_stands_there(door: Front) -> None:
    press(door, "1s")
    door.enter()
    page(door).sent.selectRow(0)
    press(door, "2")
    door.key(K.Key_F3)
    assert page(door).form.draft() == GreetingDraft(has_appointment=False)
    assert "Hand over whoever stands there first" in bar(door)


def test_who_went_again_is_noted_and_comes_back(door: Front) -> None:
    press(door, "1")
    door.enter()
    page(door).sent.selectRow(0)
    door.key(K.Key_F10)
    assert states(door) == ["went again"]
    assert page(door).key_actions["door.went"].text() == "Came back"
    door.key(K.Key_F10)
    assert states(door) == ["on the way, 0 min"]


def test_the_list_tells_minutes_and_marks_who_waits_too_long(door: Front) -> None:
    press(door, "1")
    door.enter()
    views = [replace(view, at=view.at - dt.timedelta(minutes=12)) for view in sent(door)]
    page(door).sending.take_views(views)
    assert states(door) == ["on the way, 12 min"]


def test_after_midnight_others_are_expected(door: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    book(door)
    assert len(page(door).expected.model.records) == 1
    services = door.services
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    for service in (services.settings, services.door):
        monkeypatch.setattr(service, "clock", lambda: tomorrow)
    page(door)._tick.timeout.emit()
    assert not page(door).expected.model.records


# --- nothing is lost


def test_who_could_not_be_sent_stays_in_the_list_and_is_sent_again(
    door: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = door.services.door.greet

    def away(*_args: object) -> None:
        raise NOT_HEARD

    monkeypatch.setattr(door.services.door, "greet", away)
    press(door, "1s")
    door.enter()
    press(door, "2m")
    door.enter()
    assert states(door) == ["not sent", "not sent"]
    assert "does not answer" in bar(door)
    monkeypatch.setattr(door.services.door, "greet", real)
    door.key(K.Key_F5)
    assert [view.draft.address for view in sent(door)] == [Address.SIR, Address.MADAM]
    assert states(door) == ["on the way, 0 min", "on the way, 0 min"]


def test_a_lost_answer_sends_once(door: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door.services.door, "greet", lost_reply(door.services.door.greet))
    press(door, "1s")
    door.enter()
    door.key(K.Key_F5)
    assert len(sent(door)) == 1
    assert "not sent" not in states(door)


def test_who_was_not_sent_is_there_after_a_crash_and_sent_once(
    door: Front, open_front: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door.services.door, "greet", lost_reply(door.services.door.greet))
    press(door, "1s")
    door.enter()
    door.close()
    again = open_front("men")
    assert "not sent" in states(again)
    again.key(K.Key_F5)
    assert len(sent(again)) == 1
    assert "not sent" not in states(again)


def test_what_stands_there_comes_back_after_a_crash(door: Front, open_front: Opener) -> None:
    press(door, "15m")
    door.key(K.Key_N)
    door.type("Li")
    page(door).sending.keep_now()
    door.close()
    again = open_front("men")
    assert page(again).form.draft() == GreetingDraft(
        Address.MADAM, "Li", has_appointment=True, first_visit=False
    )
    assert "is back" in bar(again)
