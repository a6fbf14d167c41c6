"""The door's page: one key hands over, the page is empty again at once, and nobody who came in is lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import insert

from deskapp.db.models.intake import Appointment
from deskapp.domain.access import Role
from deskapp.domain.accounts import AccountDraft
from deskapp.domain.door import Address, Coming, GreetingDraft, GreetingView
from deskapp.domain.registration import AppointmentState
from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.services.base import new_request
from deskapp.ui.intake.door.page import DoorPage
from deskapp.ui.widgets.pages import PagedTab
from tests.support.front import Front, Opener, lost_reply
from tests.support.hospital import PASSWORD, signed_in

K = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
NOT_HEARD = StorageError("storage.server-away", Text("The server does not answer."))


def add_guide(front: Front) -> None:
    draft = AccountDraft("men", "门卫", frozenset({Role.GUIDE}))
    admin = signed_in(front.services, "admin")
    front.services.access.add_account(admin, new_request(), draft, PASSWORD, must_change=False)


@pytest.fixture
def door(front: Front, open_front: Opener) -> Front:
    """The window of a guide who is signed in, at the door's page."""
    add_guide(front)
    front.close()
    return open_front("men")


def page(door: Front) -> DoorPage:
    found = door.window.frame_of_tabs.page("intake", "door")
    assert isinstance(found, DoorPage)
    return found


def sent(door: Front) -> list[GreetingView]:
    return door.services.door.coming(door.actor)


def states(door: Front) -> list[str]:
    """Return what the list of those who were sent says, from above."""
    model = page(door).sent.model()
    return [str(model.index(row, 2).data()) for row in range(model.rowCount())]


def bar(door: Front) -> str:
    shown = [page(door).bar, door.window.frame_of_tabs._bar]
    return "\n".join(door.desk.tr(one.notice.text) for one in shown if one.notice is not None)


def press(door: Front, keys: str) -> None:
    for letter in keys:
        door.type(letter)


def book(door: Front, typed: str = "13800138000", hour: int = 12) -> int:
    operator = signed_in(door.services)
    (hit,) = door.services.visitors.find(operator, typed)
    department = door.services.directory.departments(operator)[0].id
    at = dt.datetime.now().astimezone().replace(hour=hour, minute=0, second=0, microsecond=0)
    values = {"visitor_id": hit.id, "department_id": department, "starts_at": at, "version": 1}
    with door.hospital.store.writing() as session:
        row = insert(Appointment).values(**values, state=AppointmentState.BOOKED)
        made: int = session.execute(row.returning(Appointment.id)).scalar_one()
        session.commit()
    door.hub.post(_appointments(made))
    door.settle()
    return made


def _appointments(made: int):  # type: ignore[no-untyped-def]
    from deskapp.domain.changes import Changes

    return Changes.of("appointment", made)


# --- who may be here


def test_a_guide_sees_the_pages_that_are_theirs_and_no_other(door: Front) -> None:
    frame = door.window.frame_of_tabs
    assert frame.names() == ["intake"]
    tab = frame.tab("intake")
    assert isinstance(tab, PagedTab)
    assert tab.page_names() == ["door", "directory"]
    assert isinstance(tab.page_in_front(), DoorPage)
    assert door.keys.clashes() == []


# --- handing over


def test_three_keys_and_enter_hand_over_and_the_page_is_empty(door: Front) -> None:
    press(door, "15m")
    door.enter()
    (view,) = sent(door)
    assert view.draft == GreetingDraft(Address.MADAM, has_appointment=True, first_visit=False)
    assert view.guide == "门卫"
    assert page(door).form.is_empty()
    assert page(door).form.hasFocus()
    assert states(door) == ["on the way, 0 min"]
    assert "Handed over to the desk: madam" in door.last_action()


def test_the_page_is_empty_before_the_answer_is_here(door: Front) -> None:
    with door.runner.held():
        press(door, "1s")
        door.enter()
        assert page(door).form.is_empty()
        press(door, "2m")
        door.enter()
    assert [view.draft.address for view in sent(door)] == [Address.SIR, Address.MADAM]


def test_a_second_enter_sends_nobody(door: Front) -> None:
    press(door, "1")
    door.enter()
    door.enter()
    assert len(sent(door)) == 1
    assert "Answer a question first" in bar(door)


def test_control_enter_hands_over_from_the_name(door: Front) -> None:
    press(door, "s")
    door.key(K.Key_N)
    door.type("Zhang")
    door.key(K.Key_Return, CONTROL)
    (view,) = sent(door)
    assert (view.draft.name, view.draft.address) == ("Zhang", Address.SIR)


def test_by_touch_alone(door: Front) -> None:
    form = page(door).form
    QTest.mouseClick(form.appointment._buttons[1], Qt.MouseButton.LeftButton)
    QTest.mouseClick(form.address._buttons[0], Qt.MouseButton.LeftButton)
    QTest.mouseClick(page(door).hand_over_button, Qt.MouseButton.LeftButton)
    door.settle()
    (view,) = sent(door)
    assert view.draft == GreetingDraft(Address.SIR, has_appointment=False)


def test_taking_back_what_was_handed_over_says_that_nobody_comes(door: Front) -> None:
    press(door, "1")
    door.enter()
    door.undo()
    assert sent(door)[0].state is Coming.GONE
    door.undo()
    assert sent(door)[0].state is Coming.COMING


# --- who is expected


def test_choosing_somebody_expected_fills_in_and_ticks(door: Front) -> None:
    appointment = book(door)
    door.key(K.Key_F, CONTROL)
    door.type("wjg")
    door.enter()
    assert page(door).form.draft().appointment_id == appointment
    assert "王建国" in page(door).form.expected.text()
    door.enter()
    (view,) = sent(door)
    assert (view.visitor, view.draft.has_appointment) == ("王建国", True)
    assert [row.arrived for row in page(door)._expected.records] == [True]


def test_a_touch_chooses_somebody_expected(door: Front) -> None:
    book(door)
    table = page(door).expected
    middle = table.visualRect(table.model().index(0, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    door.enter()
    assert sent(door)[0].visitor == "王建国"


def test_nobody_found_chooses_nobody(door: Front) -> None:
    book(door)
    door.key(K.Key_F, CONTROL)
    door.type("zzz")
    door.enter()
    assert page(door).form.is_empty()
    door.key(K.Key_Escape)
    assert page(door).search.query() == ""


def test_whom_the_other_guide_sent_already_is_told_and_stays_on_the_page(door: Front) -> None:
    appointment = book(door)
    door.key(K.Key_F, CONTROL)
    door.type("wjg")
    door.enter()
    other = GreetingDraft(appointment_id=appointment)
    door.services.door.greet(signed_in(door.services, "bat"), new_request(), other)
    door.enter()
    assert "already" in bar(door)
    assert page(door).form.draft().appointment_id == appointment
    assert len(sent(door)) == 1


# --- who was sent


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
    page(door)._take_sent(views)
    assert states(door) == ["on the way, 12 min"]


def test_after_midnight_others_are_expected(door: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    book(door)
    assert len(page(door)._expected.records) == 1
    services = door.services
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    for service in (services.settings, services.door):
        monkeypatch.setattr(service, "clock", lambda: tomorrow)
    page(door)._tick.timeout.emit()
    assert not page(door)._expected.records


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
    page(door).keep_now()
    door.close()
    again = open_front("men")
    assert page(again).form.draft() == GreetingDraft(
        Address.MADAM, "Li", has_appointment=True, first_visit=False
    )
    assert "is back" in bar(again)


def test_escape_empties_the_page_and_can_be_undone(door: Front) -> None:
    press(door, "15m")
    door.key(K.Key_Escape)
    assert page(door).form.is_empty()
    door.undo()
    assert page(door).form.draft().address is Address.MADAM


def test_a_scan_answers_nothing(door: Front) -> None:
    press(door, "2")
    door.scan("1451263")
    assert page(door).form.draft() == GreetingDraft(has_appointment=False)
    assert "read at the desk" in bar(door)


def test_the_desk_is_not_told_of_the_doors_draft(door: Front, open_front: Opener) -> None:
    """An operator uses both pages: what the door keeps is no record that was begun."""
    front = open_front()
    front.services.drafts.save(front.actor.account_id, "door", {"form": {}, "unsent": {}})
    front.tab.arrival.offer_drafts()
    front.settle()
    assert "typed and not stored" not in front.bar()
