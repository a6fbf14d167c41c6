"""Appointments: one doctor has one visitor at a time, nothing that happened is lost, and two desks agree."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from deskapp.db.engine import Store
from deskapp.db.models.access import AuditEntry
from deskapp.db.models.directory import Doctor
from deskapp.db.models.intake import Appointment, Visitor
from deskapp.domain.access import Actor
from deskapp.domain.appointments import AppointmentAct, AppointmentLine, BookingDraft, Presence, Target
from deskapp.domain.duty import Duty
from deskapp.domain.intake import Ref
from deskapp.domain.registration import AppointmentState
from deskapp.domain.retention import ERASED_NAME
from deskapp.errors import ConflictError, DeskError, InputError, RuleError
from deskapp.services.base import new_request
from deskapp.services.intake import calendar
from deskapp.services.intake.appointments import AppointmentService
from tests.services.conftest import MONDAY, Desk, House, WallClock


def at(text: str, day: dt.date = MONDAY) -> dt.datetime:
    """Return a moment of the site's day, UTC."""
    return dt.datetime.combine(day, dt.time.fromisoformat(text)).astimezone(dt.UTC)


class Book:
    """An operator who books."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.house = desk, desk.house
        self.service, self.actor = desk.services.appointments, desk.actor

    def book(self, name: str = "王芳", time: str = "10:00", **more: Any) -> Ref:
        who = {} if "visitor_id" in more else {"name": name, "phone": "13800138000"}
        wish = {"doctor_id": self.house.li, "department_id": self.house.surgery, **who, **more}
        wish.setdefault("starts_at", at(time))
        return self.service.book(self.actor, new_request(), BookingDraft(**wish)).value

    def move(self, one: Ref, time: str, **more: Any) -> Ref:
        doctor, place = more.get("doctor", self.house.li), more.get("department", self.house.surgery)
        target = Target(place, at(time, more.get("day", MONDAY)), doctor, more.get("reason", ""))
        return self.service.move(self.actor, new_request(), one.id, one.version, target).value

    def cancel(self, one: Ref, reason: str = "不来了") -> Ref:
        return self.service.cancel(self.actor, new_request(), one.id, one.version, reason).value

    def missed(self, one: Ref) -> Ref:
        return self.service.missed(self.actor, new_request(), one.id, one.version).value

    def reopen(self, one: Ref) -> Ref:
        return self.service.reopen(self.actor, new_request(), one.id, one.version).value

    def line(self, one: Ref) -> AppointmentLine:
        found = self.service.one(self.actor, one.id)
        assert found is not None
        return found

    def acts(self, one: Ref) -> list[AppointmentAct]:
        return [log.act for log in self.service.history(self.actor, one.id)]


@pytest.fixture
def book(desk: Desk) -> Book:
    return Book(desk)


def refused(call: Any, *args: Any, **more: Any) -> DeskError:
    with pytest.raises(DeskError) as caught:
        call(*args, **more)
    return caught.value


# --- Booking ------------------------------------------------------------------------------------------------------


def test_a_free_time_is_booked_and_the_visitor_registered(book: Book) -> None:
    line = book.line(book.book("王芳", "10:00"))
    assert (line.name, line.phone, line.doctor, line.starts_at) == (
        "王芳",
        "138****8000",
        "李静",
        at("10:00"),
    )
    assert (line.state, line.minutes, line.over_booked) == (AppointmentState.BOOKED, 15, False)
    assert line.first_visit


def test_who_is_known_by_name_and_phone_is_not_registered_again(book: Book, store: Store) -> None:
    known = book.desk.register("王芳", phone="138 0013 8000")
    assert book.line(book.book("王芳", "10:00")).visitor_id == known.id
    other = book.line(book.book("王方", "11:00"))
    assert other.visitor_id != known.id
    with store.reading() as session:
        assert len(session.scalars(select(Visitor.id)).all()) == 2


def test_a_new_visitor_needs_name_and_phone(book: Book) -> None:
    error = refused(book.book, phone="")
    assert isinstance(error, InputError)
    assert error.field == "phone"
    assert isinstance(refused(book.book, ""), InputError)


@pytest.mark.parametrize("minutes", [-1, 2**31, 2**63 - 1])
def test_no_appointment_takes_centuries(book: Book, minutes: int) -> None:
    assert refused(book.book, minutes=minutes).code == "appointment.minutes"


@pytest.mark.parametrize("text", ["王\0", "王\ud800", "王" * 10_001], ids=["nul", "half", "long"])
@pytest.mark.parametrize("field", ["name", "phone"])
def test_what_can_not_be_stored_is_refused_where_it_was_typed(book: Book, field: str, text: str) -> None:
    error = refused(book.book, **{field: text})
    assert isinstance(error, InputError)
    assert error.field == field


def test_a_doctor_has_one_visitor_at_a_time_and_who_is_told(book: Book) -> None:
    book.book("王芳", "10:00")
    error = refused(book.book, "赵云", "10:10")
    assert error.code == "appointment.taken"
    assert "王芳" in str(error.text)
    assert "李静" in str(error.text)
    book.book("赵云", "10:15")


def test_beside_another_one_needs_a_reason_which_is_kept(book: Book) -> None:
    book.book("王芳", "10:00")
    line = book.book("赵云", "10:00", reason="急需复查")
    assert book.line(line).over_booked
    assert [log.reason for log in book.service.history(book.actor, line.id)] == ["急需复查"]


def test_a_visitor_is_not_booked_twice_at_one_time(book: Book) -> None:
    who = book.desk.register("王芳").id
    book.book(visitor_id=who, time="10:00")
    error = refused(book.book, visitor_id=who, time="10:05", doctor_id=book.house.wang)
    assert error.code == "appointment.same-visitor"
    book.book(visitor_id=who, time="10:15", doctor_id=book.house.wang)


def test_the_past_is_not_booked(book: Book, clock: WallClock) -> None:
    clock.set("10:01")
    assert refused(book.book, time="10:00").code == "appointment.past"


def test_outside_duty_it_says_when_the_doctor_is_there_next(book: Book) -> None:
    error = refused(book.book, time="18:00")
    assert error.code == "appointment.outside"
    assert "2026-11-17 08:00" in str(error.text)
    # The last quarter of an hour counts whole.
    book.book(time="17:45")
    assert refused(book.book, "赵云", "17:50").code == "appointment.outside"


def test_an_absent_doctor_is_not_booked(book: Book, head: Actor) -> None:
    away = [Duty(dt.time(8), dt.time(18), weekday=0), Duty(dt.time(8), dt.time(18), day=MONDAY, absent=True)]
    book.desk.services.directory.save_duty_times(head, new_request(), book.house.li, away)
    assert refused(book.book, time="10:00").code == "appointment.outside"
    (column,) = [c for c in book.service.day(book.actor, MONDAY).columns if c.doctor_id == book.house.li]
    assert (column.presence, column.slots) == (Presence.ABSENT, ())
    assert column.next_duty == at("08:00", MONDAY + dt.timedelta(7))


def test_a_doctors_own_length_counts(book: Book, store: Store) -> None:
    with store.writing() as session:
        session.get_one(Doctor, book.house.li).slot_minutes = 40
        session.commit()
    assert book.line(book.book(time="10:00")).minutes == 40
    assert refused(book.book, "赵云", "10:30").code == "appointment.taken"


def test_a_department_takes_as_many_as_doctors_are_free(book: Book) -> None:
    def anybody(name: str, **more: Any) -> Ref:
        return book.book(name, "10:00", doctor_id=None, **more)

    anybody("一")
    book.book("二", "10:00")
    # Two doctors: one has a visitor of her own, the other one is needed for the first.
    assert refused(anybody, "三").code == "appointment.taken"
    assert book.line(anybody("三", reason="加号")).over_booked
    assert refused(book.book, "四", "19:00", doctor_id=None).code == "appointment.outside"


def test_who_was_erased_is_not_booked(book: Book, store: Store) -> None:
    who = book.desk.register("王芳").id
    with store.writing() as session:
        session.get_one(Visitor, who).name = ERASED_NAME
        session.commit()
    assert refused(book.book, visitor_id=who).code == "visitor.erased"


def test_a_retry_books_once(book: Book, store: Store) -> None:
    request = new_request()
    draft = BookingDraft(book.house.surgery, at("10:00"), book.house.li, name="王芳", phone="13800138000")
    first = book.service.book(book.actor, request, draft).value
    assert book.service.book(book.actor, request, draft).value == first
    with store.reading() as session:
        assert len(session.scalars(select(Appointment.id)).all()) == 1


# --- Moving, cancelling, missing ----------------------------------------------------------------------------------


def test_moving_keeps_the_old_time_in_the_history(book: Book) -> None:
    one = book.book(time="10:00")
    moved = book.move(one, "11:00", doctor=book.house.wang)
    line = book.line(moved)
    assert (line.starts_at, line.doctor, line.state) == (at("11:00"), "王伟", AppointmentState.BOOKED)
    logs = book.service.history(book.actor, one.id)
    assert [(log.act, log.starts_at, log.doctor) for log in logs] == [
        (AppointmentAct.BOOKED, at("10:00"), "李静"),
        (AppointmentAct.MOVED, at("11:00"), "王伟"),
    ]
    # The old time is free again, and a visitor may move by a few minutes into their own time.
    book.book("赵云", "10:00")
    book.move(moved, "11:05", doctor=book.house.wang)


def test_moving_obeys_the_rules(book: Book, clock: WallClock) -> None:
    book.book("赵云", "11:00")
    one = book.book(time="10:00")
    assert refused(book.move, one, "11:00").code == "appointment.taken"
    assert refused(book.move, one, "20:00").code == "appointment.outside"
    assert book.line(book.move(one, "11:00", reason="只能这时")).over_booked
    clock.set("12:00")
    two = book.book("钱多", "12:30")
    assert refused(book.move, two, "11:30").code == "appointment.past"


def test_a_move_is_taken_back_although_the_old_time_has_passed(book: Book, clock: WallClock) -> None:
    one = book.book(time="10:00")
    clock.set("10:05")
    moved = book.move(one, "15:00")
    assert book.line(book.move(moved, "10:00")).starts_at == at("10:00")


def test_what_somebody_else_changed_is_not_changed(book: Book) -> None:
    one = book.book()
    book.move(one, "11:00")
    for change in (book.cancel, book.missed, lambda ref: book.move(ref, "12:00")):
        with pytest.raises(ConflictError):
            change(one)


def test_cancelling_needs_a_reason_and_frees_the_time(book: Book) -> None:
    one = book.book()
    assert isinstance(refused(book.cancel, one, " "), InputError)
    gone = book.cancel(one)
    assert book.line(gone).state is AppointmentState.CANCELLED
    assert book.service.history(book.actor, one.id)[-1].reason == "不来了"
    book.book("赵云", "10:00")
    assert refused(book.reopen, gone).code == "appointment.taken"
    assert refused(book.cancel, gone).code == "appointment.closed"


def test_a_cancelled_one_is_opened_again_while_its_time_is_free(book: Book) -> None:
    again = book.reopen(book.cancel(book.book()))
    assert book.line(again).state is AppointmentState.BOOKED
    assert book.acts(again) == [AppointmentAct.BOOKED, AppointmentAct.CANCELLED, AppointmentAct.REOPENED]
    assert refused(book.reopen, again).code == "appointment.open"


def test_missed_is_said_only_after_the_minutes_of_grace(book: Book, clock: WallClock) -> None:
    one = book.book(time="10:00")
    clock.set("10:14")
    assert refused(book.missed, one).code == "appointment.not-yet"
    assert book.service.overdue(book.actor) == []
    clock.set("10:15")
    assert [line.id for line in book.service.overdue(book.actor)] == [one.id]
    gone = book.missed(one)
    assert book.service.overdue(book.actor) == []
    assert book.line(book.reopen(gone)).state is AppointmentState.BOOKED


def test_todays_overdue_come_before_those_of_the_days_before(book: Book, clock: WallClock) -> None:
    old = book.book("昨天", "17:00")
    tuesday = MONDAY + dt.timedelta(1)
    new = book.book("今天", starts_at=at("08:00", tuesday))
    clock.set("09:00", tuesday)
    assert [line.id for line in book.service.overdue(book.actor)] == [new.id, old.id]
    clock.set("09:00", MONDAY + dt.timedelta(9))
    assert book.service.overdue(book.actor) == []


def test_a_move_to_another_doctor_at_the_same_time_obeys_that_doctors_duty(book: Book, head: Actor) -> None:
    afternoon = [Duty(dt.time(14), dt.time(18), weekday=0)]
    book.desk.services.directory.save_duty_times(head, new_request(), book.house.wang, afternoon)
    one = book.book(time="10:00")
    assert refused(book.move, one, "10:00", doctor=book.house.wang).code == "appointment.outside"


def test_a_move_taken_back_has_the_length_it_had(book: Book) -> None:
    one = book.book(time="10:00", minutes=40)
    moved = book.move(one, "10:00", doctor=book.house.wang)
    assert book.line(moved).minutes == 15
    back = Target(book.house.surgery, at("10:00"), book.house.li, minutes=40)
    book.service.move(book.actor, new_request(), moved.id, moved.version, back)
    assert (book.line(moved).doctor, book.line(moved).minutes) == ("李静", 40)


@pytest.mark.parametrize("minutes", [-1, 481, 2**31])
def test_no_move_makes_an_appointment_of_an_impossible_length(book: Book, minutes: int) -> None:
    one = book.book(time="10:00")
    back = Target(book.house.surgery, at("10:00"), book.house.li, minutes=minutes)
    assert (
        refused(book.service.move, book.actor, new_request(), one.id, 1, back).code == "appointment.minutes"
    )


def test_with_whoever_is_there_a_time_given_away_is_not_opened_again(book: Book) -> None:
    eyes = {"doctor_id": None, "department_id": book.house.eyes}
    gone = book.cancel(book.book("一", "10:00", **eyes))
    book.book("二", "10:00", **eyes)
    assert refused(book.reopen, gone).code == "appointment.taken"
    assert (
        book.line(book.reopen(book.cancel(book.book("三", "11:00", **eyes)))).state is AppointmentState.BOOKED
    )


def test_of_very_many_overdue_the_latest_are_listed(
    book: Book, clock: WallClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "MOST_LISTED", 2)
    for name, time in (("一", "10:00"), ("二", "11:00"), ("三", "12:00")):
        book.book(name, time)
    clock.set("13:00")
    assert [line.name for line in book.service.overdue(book.actor)] == ["二", "三"]


def test_whatever_is_done_stands_in_the_trail(book: Book, store: Store, clock: WallClock) -> None:
    one = book.reopen(book.cancel(book.move(book.book(time="10:00"), "11:00")))
    clock.set("12:00")
    book.missed(one)
    asked = select(AuditEntry.action).where(AuditEntry.topic == "appointment", AuditEntry.record_id == one.id)
    with store.reading() as session:
        actions = session.scalars(asked.order_by(AuditEntry.id)).all()
    assert actions == [f"appointment.{act}" for act in ("book", "move", "cancel", "reopen", "missed")]


# --- Coming -------------------------------------------------------------------------------------------------------


def test_coming_fulfils_it_and_stands_in_the_history(book: Book) -> None:
    visits, who = book.desk.services.visits, book.desk.register("王芳").id
    one = book.book(visitor_id=who)
    visit = visits.open(book.actor, new_request(), who, appointment_id=one.id).value
    assert book.line(one).state is AppointmentState.FULFILLED
    assert refused(book.reopen, Ref(one.id, "", 2)).code == "appointment.fulfilled"
    visits.release_appointment(book.actor, new_request(), visit.id)
    assert book.acts(one) == [AppointmentAct.BOOKED, AppointmentAct.FULFILLED, AppointmentAct.REOPENED]


# --- Two desks ----------------------------------------------------------------------------------------------------


def test_two_desks_want_one_time_and_one_is_told_who_has_it(
    book: Book, store: Store, clock: WallClock, house: House
) -> None:
    other = Store.open(store.url, store.key)
    second = AppointmentService(other, clock)
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def want(service: AppointmentService, actor: Actor, name: str) -> None:
        draft = BookingDraft(house.surgery, at("10:00"), house.li, name=name, phone="13800138000")
        start.wait(timeout=20)
        try:
            service.book(actor, new_request(), draft)
            outcomes.append("booked")
        except RuleError as error:
            outcomes.append(error.code)

    there = replace(book.actor, desk="desk-2")
    pairs = ((book.service, book.actor, "王芳"), (second, there, "赵云"))
    threads = [threading.Thread(target=want, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    other.close()
    assert sorted(outcomes) == ["appointment.taken", "booked"]


def book_together(
    url: str,
    key: bytes | None,
    actor: Actor,
    drafts: list[BookingDraft],
    now: dt.datetime,
    meet: Barrier,
    said: Connection,
) -> None:
    """Book times as another program does at the same moment, in a process of its own."""
    store = Store.open(url, key)
    service = AppointmentService(store, lambda: now)
    meet.wait(60)
    refusals: dict[dt.datetime, tuple[str, str]] = {}
    for draft in drafts:
        try:
            service.book(actor, new_request(), draft)
        except RuleError as error:
            refusals[draft.starts_at] = error.code, str(error.text)
    said.send((drafts[0].name, refusals))
    store.close()


def test_two_programs_want_the_same_times_and_each_is_told_who_has_the_others(
    book: Book,
    database_url: str,
    database_key: bytes | None,
    clock: WallClock,
    chain_is_whole: Callable[[], None],
) -> None:
    times = [at(f"{hour}:{minute}") for hour in range(10, 14) for minute in ("00", "15", "30", "45")]
    context = multiprocessing.get_context("spawn")
    meet, (hear, said) = context.Barrier(2), context.Pipe(duplex=False)
    programs = []
    for desk, name, phone in (("desk-1", "王芳", "13800138000"), ("desk-2", "赵云", "13700137000")):
        wish = BookingDraft(book.house.surgery, times[0], book.house.li, name=name, phone=phone)
        drafts = [replace(wish, starts_at=time) for time in times]
        asked = (database_url, database_key, replace(book.actor, desk=desk), drafts, clock(), meet, said)
        programs.append(context.Process(target=book_together, args=asked))
    for program in programs:
        program.start()
    said.close()  # so that hearing ends when the programs do, however they do
    heard = dict(hear.recv() for _program in programs if hear.poll(60))
    for program in programs:
        program.join(60)
    lines = {line.starts_at: line.name for line in book.service.day(book.actor, MONDAY).columns[0].lines}
    assert sorted(lines) == times
    assert sum(map(len, heard.values())) == len(times)
    for name, refusals in heard.items():
        for time, (code, text) in refusals.items():
            assert lines[time] != name
            assert code == "appointment.taken"
            assert lines[time] in text
    chain_is_whole()


def test_one_that_was_booked_beside_another_is_opened_again_beside_it(book: Book) -> None:
    book.book("王芳", "10:00")
    beside = book.cancel(book.book("赵云", "10:00", reason="急需复查"))
    assert book.line(book.reopen(beside)).state is AppointmentState.BOOKED
    assert book.line(beside).over_booked


def test_who_has_an_appointment_elsewhere_by_now_gets_the_old_one_back_at_no_such_time(book: Book) -> None:
    who = book.desk.register("王芳").id
    old = book.cancel(book.book(visitor_id=who, time="10:00"))
    book.book(visitor_id=who, time="10:05", doctor_id=book.house.wang)
    assert refused(book.reopen, old).code == "appointment.same-visitor"
