"""Taking over from the door: one key, the right visit, and a hand that is quicker than the answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import insert, update

from deskapp.db.models.intake import Appointment
from deskapp.db.models.waiting import Greeting
from deskapp.domain.door import Address, Coming, GreetingDraft, GreetingView
from deskapp.domain.registration import AppointmentState, Step
from deskapp.services.base import new_request
from tests.support.front import Front, Opener, lost_reply
from tests.support.hospital import signed_in

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
G, F12 = Qt.Key.Key_G, Qt.Key.Key_F12
SIR = GreetingDraft(Address.SIR, first_visit=True, has_appointment=False)


def greet(front: Front, draft: GreetingDraft = SIR, minutes: int = 0) -> int:
    """Let the guide at the door, at another computer, send somebody; the desk hears of it."""
    made = front.services.door.greet(signed_in(front.services, "bat"), new_request(), draft)
    if minutes:
        with front.hospital.store.writing() as session:
            came = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)
            session.execute(update(Greeting).where(Greeting.id == made.value).values(at=came))
            session.commit()
    front.hub.post(made.changes)
    front.settle()
    return made.value


def view(front: Front, greeting: int) -> GreetingView:
    return next(one for one in front.services.door.coming(front.actor) if one.id == greeting)


def strip(front: Front) -> str:
    """Return what the strip says, "" while it is not there."""
    shown = front.tab.taking.strip
    return shown.words.text() if shown.isVisible() else ""


def book(front: Front, typed: str = "13800138000") -> int:
    """Book somebody for a time of today; return the appointment."""
    (hit,) = front.services.visitors.find(front.actor, typed)
    department = front.services.directory.departments(front.actor)[0].id
    now = dt.datetime.now().astimezone()
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    values = {
        "visitor_id": hit.id,
        "department_id": department,
        "starts_at": noon,
        "state": AppointmentState.BOOKED,
        "version": 1,
    }
    with front.hospital.store.writing() as session:
        made: int = session.execute(insert(Appointment).values(values).returning(Appointment.id)).scalar_one()
        session.commit()
    return made


def test_the_desk_sees_who_is_coming_and_how_many(front: Front) -> None:
    assert strip(front) == ""
    greet(front, replace(SIR, name="张", note="wheelchair"))
    assert strip(front) == "1 coming: Mr 张 · first visit · no appointment · wheelchair, just now"
    greet(front)
    assert strip(front).startswith("2 coming: Mr 张")


def test_who_waits_over_ten_minutes_is_marked_with_words(front: Front) -> None:
    greet(front, minutes=9)
    assert "please take over" not in strip(front)
    greet(front, minutes=11)
    assert "waiting for 11 min: please take over now" in strip(front)
    assert front.tab.taking.strip.property("role") == "rule"


def test_one_key_takes_over_and_the_next_visit_is_theirs(front: Front) -> None:
    greeting = greet(front, replace(SIR, name="shan"), minutes=3)
    front.key(G, CONTROL)
    assert view(front, greeting).taken_by == front.actor.name
    assert "At the desk: Mr shan" in strip(front)
    assert front.tab.search.field.query() == "shan"
    front.enter()
    came = view(front, greeting).at
    arrived = next(step for step in front.stored().steps if step.step is Step.ARRIVE)
    assert (arrived.at, arrived.by) == (came, signed_in(front.services, "bat").name)
    assert view(front, greeting).visit_id == front.visit.id
    assert strip(front) == ""
    assert "greeted by" in front.last_action()


def test_who_is_expected_gets_the_visit_at_once_with_the_appointment(front: Front) -> None:
    appointment = book(front)
    greeting = greet(front, GreetingDraft(Address.SIR, appointment_id=appointment))
    assert "appointment 12:00" in strip(front)
    front.key(G, CONTROL)
    visit = front.visit
    assert visit.visitor is not None
    assert visit.visitor.name == "王建国"
    assert visit.appointment_id == appointment
    assert view(front, greeting).visit_id == visit.id
    front.type("头痛")
    assert front.tab.visit_page.triage.complaint() == "头痛"


def test_somebody_new_is_registered_into_the_greeting(front: Front) -> None:
    greeting = greet(front)
    front.key(G, CONTROL)
    assert front.tab.search.field.hasFocus()
    front.type("赵六")
    front.key(Qt.Key.Key_F2)
    front.key(Qt.Key.Key_Return, CONTROL)
    assert view(front, greeting).visit_id == front.visit.id


def test_whoever_was_here_before_is_not_in_front_any_more(front: Front) -> None:
    before = front.arrive("shan").id
    front.type("腿疼")
    greet(front, replace(SIR, name="赵"))
    front.key(G, CONTROL)
    assert front.tab.current() is None
    front.key(Qt.Key.Key_F9)
    assert front.stored(before).number is None
    assert front.tab.search.field.hasFocus()
    front.tab.show_visit(before)
    front.settle()
    assert front.tab.visit_page.triage.complaint() == "腿疼"


def test_a_record_that_was_begun_stays_in_front(front: Front) -> None:
    front.key(Qt.Key.Key_F2)
    front.type("赵六")
    greet(front)
    front.key(G, CONTROL)
    assert front.tab.at_visitor()
    assert front.tab.visitor_page.form.value("name") == "赵六"


def test_somebody_in_danger_keeps_the_time_of_the_door(front: Front) -> None:
    greeting = greet(front, minutes=2)
    front.key(G, CONTROL)
    front.key(F12)
    assert view(front, greeting).visit_id == front.visit.id


def test_the_visit_of_another_person_leaves_the_expected_one_in_hand(front: Front) -> None:
    greeting = greet(front, GreetingDraft(Address.SIR, appointment_id=book(front)))
    with front.runner.held():
        front.key(G, CONTROL)
        # Somebody else pushes in front before the answer is here.
        front.find("shan")
    front.enter()
    assert front.visit.visitor is not None
    assert front.visit.visitor.name == "单雄信"
    assert view(front, greeting).visit_id is None
    assert "王建国" in strip(front)
    front.key(G, CONTROL)
    assert front.visit.visitor is not None
    assert front.visit.visitor.name == "王建国"
    assert view(front, greeting).visit_id == front.visit.id


def test_what_is_typed_between_order_and_answer_stays(front: Front) -> None:
    greet(front, replace(SIR, name="张三"))
    with front.runner.held():
        front.key(G, CONTROL)
        front.find("batb")
    assert front.tab.search.field.query() == "batb"
    assert "张三" in strip(front)


def test_pressing_twice_takes_one(front: Front) -> None:
    first, second = greet(front), greet(front)
    with front.runner.held():
        front.key(G, CONTROL)
        front.key(G, CONTROL)
    assert view(front, first).state is Coming.TAKEN
    assert view(front, second).state is Coming.COMING
    front.key(G, CONTROL)
    assert view(front, second).state is Coming.COMING


def test_who_was_taken_at_another_desk_is_told_by_whom(front: Front) -> None:
    greeting = greet(front)
    other = signed_in(front.services, "zhou")
    seen = view(front, greeting)
    front.services.door.take(other, new_request(), greeting, seen.version)
    front.key(G, CONTROL)
    assert f"{other.name} has taken over this visitor already." in front.bar()
    assert strip(front) == ""


def test_a_lost_answer_takes_once(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    greeting = greet(front)
    door = front.services.door
    monkeypatch.setattr(door, "take", lost_reply(door.take))
    front.key(G, CONTROL)
    assert "does not answer" in front.bar()
    assert "At the desk" in strip(front)
    assert view(front, greeting).taken_by == front.actor.name


def test_a_second_key_or_escape_gives_back(front: Front) -> None:
    greeting = greet(front)
    front.key(G, CONTROL)
    front.key(G, CONTROL | SHIFT)
    assert view(front, greeting).state is Coming.COMING
    assert "on the way again" in front.last_action()
    front.key(G, CONTROL)
    front.key(Qt.Key.Key_Escape)
    assert view(front, greeting).state is Coming.COMING
    front.key(G, CONTROL)
    front.undo()
    assert view(front, greeting).state is Coming.COMING


def test_escape_that_empties_the_search_gives_nobody_back(front: Front) -> None:
    greeting = greet(front, replace(SIR, name="shan"))
    front.key(G, CONTROL)
    front.key(Qt.Key.Key_Escape)
    assert front.tab.search.field.query() == ""
    assert view(front, greeting).state is Coming.TAKEN


def test_the_wrong_visit_gives_the_greeting_back_into_the_hand(front: Front) -> None:
    greeting = greet(front, minutes=5)
    front.key(G, CONTROL)
    wrong = front.arrive("shan").id
    front.undo()
    assert view(front, greeting).visit_id is None
    assert "At the desk" in strip(front)
    right = front.arrive("batb").id
    assert view(front, greeting).visit_id == right
    arrived = next(step for step in front.stored(wrong).steps if step.step is Step.ARRIVE)
    assert arrived.by == front.actor.name


def test_opening_a_visit_of_today_takes_no_greeting_along(front: Front) -> None:
    earlier = front.arrive("shan").id
    front.key(Qt.Key.Key_Escape)
    greeting = greet(front)
    front.key(G, CONTROL)
    front.tab.show_visit(earlier)
    front.settle()
    assert view(front, greeting).visit_id is None


def test_who_is_in_hand_is_there_again_after_a_restart(front: Front, open_front: Opener) -> None:
    greet(front, replace(SIR, name="张三"))
    front.key(G, CONTROL)
    front.close()
    assert "At the desk: Mr 张三" in strip(open_front())


def test_a_way_from_elsewhere_opens_what_was_chosen(front: Front) -> None:
    visit = front.arrive("shan").id
    front.key(Qt.Key.Key_Escape)
    front.desk.ways.go("intake", "desk", "visit", visit)
    front.settle()
    assert front.visit.id == visit
    (hit,) = front.services.visitors.find(front.actor, "batb")
    front.desk.ways.go("intake", "desk", "visitor", hit.id)
    front.settle()
    assert front.visit.visitor is not None
    assert front.visit.visitor.id == hit.id
    greeting = greet(front)
    front.desk.ways.go("intake", "desk", "greeting", greeting)
    front.settle()
    assert view(front, greeting).state is Coming.TAKEN
